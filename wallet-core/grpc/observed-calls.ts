import { type Metadata, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { LogInOutcome } from '../../proto/gen/wallet/v1/account.js';
import { traceIdOf } from '../../trace.js';
import type { Observer } from '../observer.js';
import { tokenOf } from './authentication.js';

/** The traces of calls under way. */
const traces = new WeakMap<Metadata, string>();

/** The trace that a call belongs to: what its `traceparent` says, or a new one. */
export function traceOf({ metadata }: { readonly metadata: Metadata }): string {
  const known = traces.get(metadata) ?? traceIdOf(metadata.get('traceparent')[0]);
  traces.set(metadata, known);
  return known;
}

/** What else the lines of calls under way have. */
const notes = new WeakMap<Metadata, Readonly<Record<string, unknown>>>();

/** Has the line of a call say also what came of it; no secrets. */
export function note({ metadata }: { readonly metadata: Metadata }, about: Readonly<Record<string, unknown>>): void {
  notes.set(metadata, { ...notes.get(metadata), ...about });
}

/** Tells the observer of every call of every service, once it has its status. */
export function observedCalls(observer: Observer): ServerInterceptor {
  return ({ path }, call) => {
    const began = performance.now();
    const rpc = path.replace(/^\/(?:\w+\.)*/, '');
    // The commands of a posting, and the requests of an exchange, are told of one by one.
    const isPosting = /^(PostingService|ExchangeService)\//.test(rpc);
    let metadata: Metadata | undefined;
    let about: Readonly<Record<string, unknown>> = {};
    let ended = false;
    const end = (code: status, details?: string) => {
      if (ended) return;
      ended = true;
      const failed = code === status.OK ? {} : { why: details?.slice(0, WHY_MAX), peer: call.getPeer() };
      const known = metadata
        ? { ...notes.get(metadata), token: tokenOf(metadata), traceId: traceOf({ metadata }) }
        : {};
      const ms = performance.now() - began;
      observer.called({ rpc, code: status[code], ms, about: { ...about, ...failed, ...known } });
    };
    return new ServerInterceptingCall(call, {
      start: (go) =>
        go({
          onReceiveMetadata: (received, pass) => {
            metadata = received;
            pass(received);
          },
          onReceiveMessage: (message: unknown, pass) => {
            if (!isPosting) about = aboutRequest(message);
            pass(message);
          },
          // Comes behind every call; the first word counts.
          onCancel: () => end(status.CANCELLED),
        }),
      sendMessage: (message: unknown, pass) => {
        if (rpc === 'AccountService/LogIn') about = { ...about, outcome: outcomeOf(message) };
        pass(message);
      },
      sendStatus: (sent, pass) => {
        pass(sent);
        end(sent.code ?? status.UNKNOWN, sent.details ?? undefined);
      },
    });
  };
}

const WHY_MAX = 300;
const TEXT_MAX = 128;

/** Whom and what a request is about, in words that requests share; whatever else it has may be a secret. */
const TOLD = { channel: 'channel', playerId: 'player', reference: 'reference', movementId: 'movement', round: 'round' };

function aboutRequest(message: unknown): Readonly<Record<string, unknown>> {
  if (typeof message !== 'object' || message === null) return {};
  const request = message as Readonly<Record<string, unknown>> & { credential?: { value?: { playerId?: unknown } } };
  const about: Record<string, unknown> = {};
  const tell = (name: string, value: unknown) => {
    if (typeof value === 'string' && value !== '') about[name] = value.slice(0, TEXT_MAX);
  };
  for (const [field, name] of Object.entries(TOLD)) tell(name, request[field]);
  tell('player', request.credential?.value?.playerId);
  return about;
}

function outcomeOf(message: unknown): string | undefined {
  return LogInOutcome[(message as { readonly outcome: LogInOutcome }).outcome];
}
