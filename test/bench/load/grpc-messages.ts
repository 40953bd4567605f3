import { Kind } from '../../../proto/gen/wallet/v1/movement.js';
import { PostBatchRequest, PostRequest, type Command } from '../../../proto/gen/wallet/v1/posting.js';
import { CURRENCY, PLATFORM, playerOfTurn, referenceOf } from '../world.js';

const TIMEOUT_MS = 1_500;

/** The bet of a platform of this call, encoded, or a batch of so many. */
export function messageOf(call: number, batch: number | undefined, prefix: string): Buffer {
  if (batch === undefined) return encoded(PostRequest.encode({ command: commandOf(call, prefix) }).finish());
  const commands = Array.from({ length: batch }, (_, place) => commandOf(call * batch + place, prefix));
  return encoded(PostBatchRequest.encode({ commands }).finish());
}

function encoded(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Without a provider's request: a platform has none. */
function commandOf(index: number, prefix: string): Command {
  const movement = {
    playerId: playerOfTurn(index),
    ...{ currency: CURRENCY, kind: Kind.BET, amount: '-0.50', reference: referenceOf(prefix, index) },
    ...{ round: `${prefix}-round-${Math.floor(index / 5)}`, roundUnsigned: false, providerType: '', names: [] },
    ...{ withholding: false, wager: false },
  };
  const body = { $case: 'movements' as const, value: { movements: [movement] } };
  return { channel: PLATFORM, timeoutMs: TIMEOUT_MS, request: Buffer.alloc(0), body };
}
