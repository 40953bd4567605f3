import type { Metadata } from '@grpc/grpc-js';
import type { Operator } from '../domain/command.js';
import type * as pb from '../../proto/gen/wallet/v1/operator.js';
import { tokenOf } from './authentication.js';

/** What a command gets of who asked for it; nothing where nobody is named. */
export function readOperator(by: pb.Operator | undefined, shown: Metadata): { readonly by?: Operator } {
  return by ? { by: { name: nameOf(by.name, tokenOf(shown)), reason: by.reason } } : {};
}

/**
 * "cashier as olga": the name of the token first, because it is proved, then what its holder says of himself. Names of
 * tokens have no space, so nobody who shows one can pass for another.
 */
function nameOf(claimed: string, token: string | undefined): string {
  if (token === undefined) return claimed;
  return claimed === '' || claimed === token ? token : `${token} as ${claimed}`;
}
