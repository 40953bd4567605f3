import type { Metadata } from '@grpc/grpc-js';
import type { Operator } from '../domain/command.js';
import type * as pb from '../../proto/gen/wallet/v1/operator.js';
import { grantOf, tokenOf } from './authentication.js';

/** A reason is recorded of every act; whoever gives none has this said of him. */
const NO_REASON = 'no reason was given';

interface Witnessed {
  readonly by?: Operator;
}

/** What a command gets of who asked for it; nothing where nobody is named. */
export function readOperator(by: pb.Operator | undefined, shown: Metadata): Witnessed {
  return by ? { by: { name: nameOf(by.name, tokenOf(shown)), reason: by.reason } } : {};
}

/** The same for what is always an act of the operator's people: who shows a token of theirs is known without being named. */
export function operatorOf(by: pb.Operator | undefined, shown: Metadata): Witnessed {
  const grant = grantOf(shown);
  if (by || !grant?.roles.includes('operate')) return readOperator(by, shown);
  return { by: { name: grant.name, reason: NO_REASON } };
}

/**
 * "cashier as olga": the name of the token first, because it is proved, then what its holder says of himself. Names of
 * tokens have no space, so nobody who shows one can pass for another.
 */
function nameOf(claimed: string, token: string | undefined): string {
  if (token === undefined) return claimed;
  return claimed === '' || claimed === token ? token : `${token} as ${claimed}`;
}
