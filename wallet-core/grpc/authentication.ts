import {
  type Metadata,
  type ServerInterceptor,
  ServerInterceptingCall,
  type ServerListener,
  status,
} from '@grpc/grpc-js';
import { type Grant, nameOf, owns, ownsMany } from '../access/grant.js';
import type { Tokens } from '../access/tokens.js';
import type { PostBatchRequest } from '../../proto/gen/wallet/v1/posting.js';
import { CallError } from './call-error.js';
import { type Permission, permissionOf } from './permissions.js';

const POST_BATCH = '/wallet.v1.PostingService/PostBatch';

interface Refusal {
  readonly code: status.UNAUTHENTICATED | status.PERMISSION_DENIED;
  readonly details: string;
}

/** What the metadata of a call that is let in was found to be. */
const callers = new WeakMap<Metadata, Grant>();

/** Who calls: "cashier (3f9a0c21d4e7)"; without tokens nobody knows. */
export function callerOf({ metadata }: { readonly metadata: Metadata }): string {
  const caller = callers.get(metadata);
  return caller ? nameOf(caller) : 'not known, without tokens';
}

/** The name of the token that was shown; undefined: none is asked for. */
export function tokenOf(metadata: Metadata): string | undefined {
  return callers.get(metadata)?.name;
}

/** What the token that was shown allows; undefined: none is asked for. */
export function grantOf(metadata: Metadata): Grant | undefined {
  return callers.get(metadata);
}

/** Throws a CallError for a batch that its caller may not post. */
export function refusePost(metadata: Metadata, batch: PostBatchRequest): void {
  const caller = grantOf(metadata);
  const permission = permissionOf(POST_BATCH);
  const refusal = caller && permission && denied(caller, permission, batch, POST_BATCH);
  if (refusal) throw new CallError(refusal.code, refusal.details);
}

/** Lets in who has a token for what he asks. Paths of services in `open` (health, reflection) need none. */
export function authentication(tokens: Tokens, open: readonly string[]): ServerInterceptor {
  return ({ path }, call) => {
    if (open.some((service) => path.startsWith(`/${service}/`))) return new ServerInterceptingCall(call);
    const permission = permissionOf(path);
    let caller: Grant | undefined;
    const refuse = (refusal: Refusal) => call.sendStatus(refusal);
    const listener: ServerListener = {
      onReceiveMetadata: (metadata, next) => {
        const found = identify(tokens, metadata);
        if ('code' in found) return refuse(found);
        caller = found;
        callers.set(metadata, found);
        next(metadata);
      },
      onReceiveMessage: (message: unknown, next) => {
        // A call that stays open is let in with each of its messages.
        const refusal =
          caller && (revoked(tokens, caller) ?? (permission && denied(caller, permission, message, path)));
        if (refusal) refuse(refusal);
        else next(message);
      },
    };
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}

const HOW = 'send the metadata "authorization: Bearer <token>"; npx single-wallet token create makes one';

function identify(tokens: Tokens, metadata: Metadata): Grant | Refusal {
  const [sent] = metadata.get('authorization');
  const text = typeof sent === 'string' ? /^Bearer +(\S+)$/i.exec(sent)?.[1] : undefined;
  if (text === undefined) return unauthenticated(`there is no token: ${HOW}`);
  const token = tokens.find(text);
  if (!token) return unauthenticated(`the token is unknown here: ${HOW}`);
  return revoked(tokens, token) ?? token;
}

function revoked(tokens: Tokens, token: Grant): Refusal | undefined {
  return tokens.isRevoked(token) ? unauthenticated(`the token ${nameOf(token)} was revoked: ${HOW}`) : undefined;
}

function unauthenticated(details: string): Refusal {
  return { code: status.UNAUTHENTICATED, details };
}

/** Why a caller may not ask this; undefined: he may. */
function denied(caller: Grant, permission: Permission<unknown>, request: unknown, path: string): Refusal | undefined {
  const { roles: has } = caller;
  const { roles, channels, unnamed } = permission;
  if (has.includes('operate') || roles.some((role) => has.includes(role))) return undefined;
  const enough = [...roles, ...(channels ? ['post'] : []), 'operate'];
  if (!channels || !has.includes('post')) {
    const needs = `needs the role ${enough.join(' or ')}, the token ${nameOf(caller)} has ${has.join(' and ')}`;
    return { code: status.PERMISSION_DENIED, details: `${path.slice(1)} ${needs}` };
  }
  const isOwn = (channel: string) => owns(caller, channel) || (unnamed === true && channel === '' && ownsMany(caller));
  const other = channels(request).find((channel) => !isOwn(channel));
  if (other === undefined) return undefined;
  const asked = other === '' ? 'no channel is named' : `${other.slice(0, 64)} is another's channel`;
  const needs = `the token ${nameOf(caller)} has the role post for ${caller.channels.join(', ')}`;
  return { code: status.PERMISSION_DENIED, details: `channel: ${asked}; ${needs}` };
}
