import { createHash } from 'node:crypto';
import type { LedgerRecord } from '../domain/record.js';

const VERSION = 1;

/** The first field of every record; a number is never given to another type. */
const TYPE_NUMBERS = {
  movement: 1,
  refund: 2,
  block: 3,
  channel: 4,
  account: 5,
  freeze: 6,
  password: 7,
  house: 8,
  maintenance: 9,
  token: 10,
  'token-use': 11,
  session: 12,
  'session-end': 13,
} as const satisfies Record<LedgerRecord['type'], number>;

type Field = string | bigint | number | boolean;

/**
 * The bytes of a record that the journal's hash covers: a version byte, then each field as a 32-bit big-endian length and
 * its UTF-8 text. Numbers are decimal text in minor units, booleans "1" or "0", what is absent is empty. Independent of the
 * columns of any store; docs/journal.md has the order of the fields and test vectors.
 */
export function canonicalBytes(record: LedgerRecord): Buffer {
  const fields = [TYPE_NUMBERS[record.type], ...fieldsOf(record)].map(textOf);
  const lengths = fields.map((field) => Buffer.byteLength(field));
  const bytes = Buffer.allocUnsafe(1 + lengths.reduce((sum, length) => sum + 4 + length, 0));
  let offset = bytes.writeUInt8(VERSION, 0);
  for (const [index, field] of fields.entries()) {
    offset = bytes.writeUInt32BE(lengths[index] ?? 0, offset);
    offset += bytes.write(field, offset);
  }
  return bytes;
}

function fieldsOf(record: LedgerRecord): Field[] {
  switch (record.type) {
    case 'movement':
      return [
        record.channel,
        record.player,
        record.currency,
        record.kind,
        record.purpose,
        record.amount,
        record.balanceBefore,
        record.balanceAfter,
        record.reason ?? '',
        record.reference,
        record.holdsReference,
        record.round,
        record.providerType,
        record.withholding,
        record.names.length,
        ...record.names.flatMap(({ reference, relation, amount }) => [reference, relation, amount]),
        // Came later: it stands only where it is set, so that older records keep their bytes.
        ...(record.wager ? [true] : []),
      ];
    case 'refund':
      return [
        record.channel,
        record.reference,
        record.player,
        record.currency,
        record.balanceBefore,
        record.balanceAfter,
        record.refunded,
        record.lines.length,
        ...record.lines.flatMap(({ reference, amount, player, status }) => [reference, amount ?? '', player, status]),
      ];
    case 'block':
      return [record.channel, record.reference, record.player];
    case 'channel':
      return [record.channel];
    case 'maintenance':
      return [record.channel, record.note, record.maintenance];
    case 'account':
      return [record.player, record.currency];
    case 'freeze':
      return [record.player, record.reason, record.note, record.frozen];
    case 'password':
      // A digest, so that the proof never needs the secret.
      return [record.player, createHash('sha256').update(record.hash).digest('hex')];
    case 'token':
      return [record.player, record.hash, record.expiresMs, record.oneTime];
    case 'token-use':
      return [record.player, record.hash, record.channel, record.reference];
    case 'session':
      return [record.player, record.channel, record.reference, record.hash];
    case 'session-end':
      return [record.player, record.channel];
    case 'house':
      return [record.channel, record.currency, record.purpose, record.amount, record.balanceAfter];
  }
}

function textOf(field: Field): string {
  return typeof field === 'boolean' ? (field ? '1' : '0') : field.toString();
}
