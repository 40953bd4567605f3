import type { Random } from '../simulator/random.js';

/** One field of a protobuf message as it stands on the wire. */
interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

const NUMBERS = [
  0n,
  1n,
  2n,
  99n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const TEXTS = [
  ...[
    '',
    ' ',
    '0',
    '-0.00',
    '-0.01',
    '1e9',
    '0.001',
    '99999999999999999999',
    '9'.repeat(16),
    'NaN',
    'CNY',
    'THB',
    'cny',
  ],
  ...[
    'demo',
    'other',
    'Demo',
    'platform/test',
    'platform/x',
    'ebet/1',
    '../..',
    '\0',
    '\u202e',
    "'; DROP TABLE movement; --",
  ],
  ...['__proto__', 'x'.repeat(300), 'x'.repeat(70_000)],
].map((text) => Buffer.from(text));
const NO_UTF8 = Buffer.from('80fffe', 'hex');

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7fn; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(value)]);
}

/** Undefined: these bytes are no message of numbers, texts and messages. */
function read(bytes: Buffer): WireField[] | undefined {
  let at = 0;
  const number = (): bigint | undefined => {
    for (let value = 0n, shift = 0n; at < bytes.length && shift < 64n; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  const fields: WireField[] = [];
  while (at < bytes.length) {
    const [tag, value] = [number(), number()];
    if (tag === undefined || tag >> 3n === 0n || value === undefined) return undefined;
    if ((tag & 7n) === 0n) fields.push({ number: Number(tag >> 3n), value });
    else if ((tag & 7n) === 2n && value <= BigInt(bytes.length - at)) {
      fields.push({ number: Number(tag >> 3n), value: bytes.subarray(at, (at += Number(value))) });
    } else return undefined;
  }
  return fields;
}

function write(fields: readonly WireField[]): Buffer {
  const parts = fields.flatMap(({ number, value }) =>
    typeof value === 'bigint'
      ? [varint(BigInt(number) << 3n), varint(value)]
      : [varint((BigInt(number) << 3n) | 2n), varint(BigInt(value.length)), value],
  );
  return Buffer.concat(parts);
}

/** The message with one field changed, at any depth; what is left is a message again. */
export function withOtherField(bytes: Buffer, random: Random): Buffer {
  const fields = read(bytes) ?? [];
  const any = { number: random.int(1, 20), value: random.chance(0.5) ? random.pick(NUMBERS) : random.pick(TEXTS) };
  if (fields.length === 0) return write([any]);
  const at = random.int(0, fields.length - 1);
  const field = fields[at] ?? any;
  return write(fields.toSpliced(at, 1, ...changed(field, any, random)));
}

function changed(field: WireField, any: WireField, random: Random): WireField[] {
  const { number, value } = field;
  if (typeof value !== 'bigint' && value.length > 2 && read(value) && random.chance(0.8)) {
    return [{ number, value: withOtherField(value, random) }];
  }
  switch (random.int(0, 6)) {
    case 0:
      return [];
    case 1:
      return [field, field];
    case 2:
      return [{ number: any.number, value }];
    case 3:
      return [field, any];
    case 4:
      return [{ number, value: random.chance(0.1) ? NO_UTF8 : any.value }];
    default:
      return [{ number, value: typeof value === 'bigint' ? random.pick(NUMBERS) : random.pick(TEXTS) }];
  }
}
