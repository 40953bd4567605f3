import type { Metadata } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Operator } from '../../proto/gen/wallet/v1/operator.js';
import * as pb from '../../proto/gen/wallet/v1/access.js';
import { grantFault, type Role } from '../access/grant.js';
import { type Actor, isOwn, type Token, type Tokens } from '../access/tokens.js';
import { operatorFault } from '../domain/validate.js';
import { callerOf, grantOf } from './authentication.js';
import { invalidArgument, notFound } from './call-error.js';
import { note } from './observed-calls.js';
import { unary } from './unary.js';

const ROLE: Readonly<Record<Role, pb.Role>> = {
  read: pb.Role.READ,
  post: pb.Role.POST,
  operate: pb.Role.OPERATE,
};

/** AccessService: the tokens of those who may call. */
export function accessService(tokens: Tokens, log: Logger): pb.AccessServiceServer {
  return {
    createToken: unary(log, async ({ name, roles, channels, by }, call) => {
      const grant = { name, roles: roles.map(readRole), channels };
      const fault = grantFault(grant);
      if (fault !== undefined) throw invalidArgument(fault);
      if (isOwn(name)) throw invalidArgument(`name: is "${name}"; expected another, wallet-core makes that one itself`);
      const actor = readActor(by, call);
      const { id, text } = tokens.create(grant, actor);
      note(call, { tokenId: id, tokenName: name, roles: grant.roles, channels, ...actor });
      return { tokenId: id, token: text };
    }),
    listTokens: unary(log, async () => ({ tokens: tokens.list().map(writeToken) })),
    revokeToken: unary(log, async ({ tokenId, by }, call) => {
      const actor = readActor(by, call);
      const revoked = tokens.revoke(tokenId, actor);
      if (revoked === undefined) throw notFound(`token_id: there is no token ${JSON.stringify(tokenId.slice(0, 40))}`);
      note(call, { tokenId, revoked, ...actor });
      return { revoked };
    }),
  };
}

/** Who shows the token comes first, because that is proved. */
function readActor(by: Operator | undefined, call: { readonly metadata: Metadata }): Actor {
  const fault = by && operatorFault(by);
  if (fault !== undefined) throw invalidArgument(fault);
  if (!by) return { by: callerOf(call), reason: '' };
  return { by: grantOf(call.metadata) ? `${callerOf(call)} as ${by.name}` : by.name, reason: by.reason };
}

function readRole(sent: pb.Role): Role {
  const found = (Object.keys(ROLE) as Role[]).find((role) => ROLE[role] === sent);
  if (!found) throw invalidArgument(`roles: has ${sent}; expected values of Role`);
  return found;
}

function writeToken({ id, name, roles, channels, created, revoked }: Token): pb.Token {
  return {
    tokenId: id,
    name,
    roles: roles.map((role) => ROLE[role]),
    channels: [...channels],
    createdMs: BigInt(created.timeMs),
    createdBy: created.by,
    createdReason: created.reason,
    revokedMs: BigInt(revoked?.timeMs ?? 0),
    revokedBy: revoked?.by ?? '',
    revokedReason: revoked?.reason ?? '',
  };
}
