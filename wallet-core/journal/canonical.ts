import { createHash } from 'node:crypto';
import type { LedgerRecord, MovementRecord } from '../domain/record.js';

const VERSION = 1;

/** The first field of every record; a number is never given to another type. */
const TYPE_NUMBERS = {
  movement: '1',
  refund: '2',
  block: '3',
  channel: '4',
  account: '5',
  freeze: '6',
  password: '7',
  house: '8',
  maintenance: '9',
  token: '10',
  'token-use': '11',
  session: '12',
  'session-end': '13',
  act: '14',
} as const satisfies Record<LedgerRecord['type'], string>;

type Field = string | bigint | number | boolean;

/**
 * The bytes of a record that the journal's hash covers: a version byte, then each field as a 32-bit big-endian length and
 * its UTF-8 text. Numbers are decimal text in minor units, booleans "1" or "0", what is absent is empty. Independent of the
 * columns of any store; docs/journal.md has the order of the fields and test vectors.
 */
export function canonicalBytes(record: LedgerRecord): Buffer {
  const bytes = new CanonicalBytes();
  bytes.record(record);
  return Buffer.from(bytes.written());
}

/** Long enough for nearly all records; grows for those with many names or lines. */
const ROOM = 64 * 1024;

/** Writes records one after another into a buffer that is used again: every record of a ledger passes through here. */
export class CanonicalBytes {
  #bytes = Buffer.allocUnsafe(ROOM);
  #offset = 0;

  /** What was written since the last `clear`; valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#offset);
  }

  clear(): void {
    this.#offset = 0;
  }

  /** The bytes of a record behind their length as a 32-bit big-endian number. */
  prefixedRecord(record: LedgerRecord): void {
    this.#reserve(4);
    const start = this.#offset;
    this.#offset += 4;
    this.record(record);
    this.#bytes.writeUInt32BE(this.#offset - start - 4, start);
  }

  record(record: LedgerRecord): void {
    this.#reserve(1);
    this.#bytes[this.#offset++] = VERSION;
    this.#text(TYPE_NUMBERS[record.type]);
    if (record.type === 'movement') this.#movement(record);
    else for (const field of fieldsOf(record)) this.#text(textOf(field));
  }

  /** Nearly all records are movements, so their fields are written without a list of them in between. */
  #movement(movement: MovementRecord): void {
    this.#text(movement.channel);
    this.#text(movement.player);
    this.#text(movement.currency);
    this.#text(movement.kind);
    this.#text(movement.purpose);
    this.#text(movement.amount.toString());
    this.#text(movement.balanceBefore.toString());
    this.#text(movement.balanceAfter.toString());
    this.#text(movement.reason ?? '');
    this.#text(movement.reference);
    this.#text(textOf(movement.holdsReference));
    this.#text(movement.round);
    this.#text(movement.providerType);
    this.#text(textOf(movement.withholding));
    this.#text(movement.names.length.toString());
    for (const { reference, relation, amount } of movement.names) {
      this.#text(reference);
      this.#text(relation);
      this.#text(amount.toString());
    }
    // Came later: it stands only where it is set, so that older records keep their bytes.
    if (movement.wager) this.#text(textOf(true));
  }

  #text(text: string): void {
    // A UTF-16 unit is three bytes of UTF-8 at most.
    this.#reserve(4 + 3 * text.length);
    const bytes = this.#bytes;
    const start = this.#offset + 4;
    let end = start;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) {
        end = start + bytes.write(text, start);
        break;
      }
      bytes[end++] = unit;
    }
    bytes.writeUInt32BE(end - start, this.#offset);
    this.#offset = end;
  }

  #reserve(more: number): void {
    if (this.#offset + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#offset + more));
    this.#bytes.copy(larger, 0, 0, this.#offset);
    this.#bytes = larger;
  }
}

function fieldsOf(record: Exclude<LedgerRecord, MovementRecord>): Field[] {
  switch (record.type) {
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
    case 'act':
      return [record.operator, record.reason, record.act, record.player, record.records];
    case 'house':
      return [record.channel, record.currency, record.purpose, record.amount, record.balanceAfter];
  }
}

function textOf(field: Field): string {
  return typeof field === 'boolean' ? (field ? '1' : '0') : field.toString();
}
