import { hash } from 'node:crypto';

/** Of the key of a reference. */
export const KEY_BYTES = 16;
/** Of the number of an era before it, big-endian. */
export const ERA_BYTES = 3;

/**
 * The key under which a reference is found: 16 bytes of SHA-256 over channel and reference. Half the size of the text and
 * the same for every length; a collision is out of reach, and readers compare the text all the same.
 */
export function referenceKey(channel: string, reference: string): Buffer {
  return digestOf(channel, reference).subarray(0, KEY_BYTES);
}

/** Where a reference, or the first of those with such a beginning, stands in the table of references. */
export function eraKey(era: number, key: Uint8Array): Buffer {
  const whole = Buffer.allocUnsafe(ERA_BYTES + key.length);
  whole.writeUIntBE(era, 0, ERA_BYTES);
  whole.set(key, ERA_BYTES);
  return whole;
}

export function eraOf(key: Buffer): number {
  return key.readUIntBE(0, ERA_BYTES);
}

/** The key under which a round is found, null without a round. Rounds may collide, so readers compare the text. */
export function roundKey(channel: string, round: string): bigint | null {
  return round === '' ? null : digestOf(channel, round).readBigInt64BE(0);
}

/** Node hands out a text of the bytes in half the time that it takes for a buffer. */
function digestOf(channel: string, name: string): Buffer {
  return Buffer.from(hash('sha256', `${channel}\n${name}`, 'binary'), 'latin1');
}
