import type { Logger } from 'pino';
import type * as pb from '../../../proto/gen/wallet/v1/operations.js';
import {
  StoreFullError,
  type DroppedCalls,
  type RefusedCall,
  type RefusedCalls,
  type RefusedFilter,
} from '../../storage/port.js';
import { busy, invalidArgument } from '../call-error.js';
import { unary } from '../unary.js';

const CALLS_MAX = 1_000;
const DROPPED_MAX = 2n ** 32n;
const LIMIT_DEFAULT = 100;
const BODY_BYTES_MAX = 2_048;
/** How far a call may be told to have come from now; further is brought nearer, or it would never be deleted, or be at once. */
const PAST_MS_MAX = 86_400_000n;
const FUTURE_MS_MAX = 60_000n;

/** What is longer than it may be is cut: it is an attacker's, or a fault that its beginning shows as well. */
export function keepRefused(refused: RefusedCalls, log: Logger): pb.OperationsServiceServer['keepRefused'] {
  return unary(log, async ({ calls, dropped, droppedOfChannels }) => {
    for (const [field, { length }] of Object.entries({ calls, dropped_of_channels: droppedOfChannels })) {
      if (length > CALLS_MAX) throw invalidArgument(`${field}: has ${length}; expected at most ${CALLS_MAX}`);
    }
    const now = BigInt(Date.now());
    const kept = calls.map((call) => ({ ...read(call), timeMs: near(call.timeMs, now) }));
    const unnamed: DroppedCalls = { channel: '', fromProvider: false, count: BigInt(dropped) };
    const counted = [unnamed, ...droppedOfChannels.map(readDropped)].filter(({ count }) => count > 0n);
    try {
      await refused.keep(kept, counted);
    } catch (error) {
      throw error instanceof StoreFullError ? busy('the disk of the ledger is full: send them again') : error;
    }
    return {};
  });
}

export function listRefused(refused: RefusedCalls, log: Logger): pb.OperationsServiceServer['listRefused'] {
  return unary(log, async ({ playerId, reference, channel, fromMs, toMs, limit }) => {
    if (limit > CALLS_MAX) throw invalidArgument(`limit: is ${limit}; expected at most ${CALLS_MAX}`);
    const filter: RefusedFilter = {
      player: playerId || undefined,
      reference: reference || undefined,
      channel: channel || undefined,
      fromMs: fromMs || undefined,
      toMs: toMs || undefined,
    };
    const { calls, dropped } = await refused.list(filter, limit || LIMIT_DEFAULT);
    return {
      calls: calls.map(({ player, body, ...call }) => ({ ...call, playerId: player, body: Buffer.from(body) })),
      dropped: dropped.reduce((sum, { count }) => sum + count, 0n),
      droppedOfChannels: dropped.map((each) => ({ ...each })),
    };
  });
}

function read(call: pb.RefusedCall): Omit<RefusedCall, 'timeMs'> {
  const { address, channel, endpoint, reference, playerId, status, reason, body, fromProvider } = call;
  return {
    address: cut(address, 64),
    channel: cut(channel, 64),
    endpoint: cut(endpoint, 64),
    reference: cut(reference, 128),
    player: cut(playerId, 64),
    status: cut(status, 32),
    reason: cut(reason, 300),
    body: body.subarray(0, BODY_BYTES_MAX),
    fromProvider,
  };
}

/** A count that nobody could have reached would spoil all sums. */
function readDropped({ channel, fromProvider, count }: pb.DroppedCalls): DroppedCalls {
  return { channel: cut(channel, 64), fromProvider, count: count > DROPPED_MAX ? DROPPED_MAX : count };
}

function near(timeMs: bigint, now: bigint): bigint {
  const earliest = now - PAST_MS_MAX;
  const latest = now + FUTURE_MS_MAX;
  if (timeMs < earliest) return earliest;
  return timeMs > latest ? latest : timeMs;
}

function cut(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}
