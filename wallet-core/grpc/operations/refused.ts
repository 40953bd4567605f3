import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import type { RefusedCalls } from '../../storage/port.js';
import { invalidArgument } from '../call-error.js';
import { unary } from '../unary.js';

const CALLS_MAX = 1_000;
const LIMIT_DEFAULT = 100;
const BODY_BYTES_MAX = 2_048;

/** What is longer than it may be is cut: it is an attacker's, or a fault that its beginning shows as well. */
export function keepRefused(refused: RefusedCalls, log: Logger): pb.OperationsServiceServer['keepRefused'] {
  return unary(log, async ({ calls, dropped }) => {
    if (calls.length > CALLS_MAX) throw invalidArgument(`calls: has ${calls.length}; expected at most ${CALLS_MAX}`);
    refused.keep(calls.map(read), dropped);
    return {};
  });
}

export function listRefused(refused: RefusedCalls, log: Logger): pb.OperationsServiceServer['listRefused'] {
  return unary(log, async ({ playerId, reference, channel, fromMs, toMs, limit }) => {
    if (limit > CALLS_MAX) throw invalidArgument(`limit: is ${limit}; expected at most ${CALLS_MAX}`);
    const filter = {
      ...{ player: playerId || undefined, reference: reference || undefined, channel: channel || undefined },
      ...{ fromMs: fromMs || undefined, toMs: toMs || undefined },
    };
    const { calls, dropped } = refused.list(filter, limit || LIMIT_DEFAULT);
    return {
      calls: calls.map(({ player, body, ...call }) => ({ ...call, playerId: player, body: Buffer.from(body) })),
      dropped,
    };
  });
}

function read({ timeMs, address, channel, endpoint, reference, playerId, status, reason, body }: pb.RefusedCall) {
  return {
    ...{ timeMs, address: cut(address, 64), channel: cut(channel, 64), endpoint: cut(endpoint, 64) },
    ...{ reference: cut(reference, 128), player: cut(playerId, 64), status: cut(status, 32) },
    ...{ reason: cut(reason, 300), body: body.subarray(0, BODY_BYTES_MAX) },
  };
}

function cut(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}
