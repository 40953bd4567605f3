import type { Operator } from '../domain/command.js';
import type * as pb from '../../proto/gen/wallet/v1/operator.js';

/** What a command gets of who asked for it; nothing where nobody is named. */
export function readOperator(by: pb.Operator | undefined): { readonly by?: Operator } {
  return by ? { by: { name: by.name, reason: by.reason } } : {};
}
