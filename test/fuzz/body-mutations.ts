import { gzipSync } from 'node:zlib';
import type { Random } from '../simulator/random.js';

/** One way to spoil the body of a request: the bytes of a good one, and of another good one, to bytes that may be anything. */
export interface BodyMutation {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  readonly mutate: (body: Buffer, random: Random, other: Buffer) => Buffer;
}

const DIGITS = '1234567890'.repeat(1_000);

/** What may stand for a value, as source text. */
const VALUES: readonly string[] = [
  ...['1e400', '-1e400', '1e-400', '-0', '-0.0', '0e0', '1E7', '1e+2', '0.001', '100.000', '9'.repeat(17), '1e16'],
  ...[DIGITS, `-${DIGITS}`, `0.${DIGITS}`, `1e${DIGITS}`, `${DIGITS}.5`, '9007199254740993', '1637308132650.0'],
  ...['01', '+1', '0x10', '.5', '5.', '1_000', 'NaN', 'Infinity', '-Infinity', 'undefined', '--1', '1.2.3', '١٢'],
  ...['null', 'true', 'false', '""', '" "', '"0"', '"-1"', '[]', '{}', '[null]', '[[]]', '{"":{}}', '[1,2,3]'],
  ...['{"__proto__":{"money":1}}', '{"toString":1}', '"__proto__"', '"constructor"', '"\\u0000"', '"\\ud800"'],
  ...['"\\ud83d\\ude00"', '"\\u202e"', `"${'x'.repeat(10_000)}"`, "'; DROP TABLE movement; --", '"\' OR 1=1 --"'],
  ...['"\\r\\n{\\"level\\":60,\\"msg\\":\\"forged\\"}"', '"${jndi:ldap://127.0.0.1/x}"', '"../../etc/passwd"', '"%00"'],
];

/** Names that objects of JavaScript have by themselves. */
const NAMES: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'then', '__defineGetter__', ''],
  ...['MONEY', 'Money', ' money', 'money ', 'money\\u0000', 'status', 'name', 'length', '$where', 'seqNo\\u200b'],
];

const MEMBER = /"((?:[^"\\]|\\.)*)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/g;

/** A member of the text whose value is a scalar, at any depth. */
function member(text: string, random: Random): RegExpExecArray | undefined {
  const found = [...text.matchAll(MEMBER)];
  return found.length === 0 ? undefined : random.pick(found);
}

function onText(change: (text: string, random: Random, other: string) => string): BodyMutation['mutate'] {
  return (body, random, other) => Buffer.from(change(body.toString(), random, other.toString()));
}

function replaced(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length);
}

/** The text with another value for one of its members. */
function withValue(text: string, random: Random, value: string): string {
  const found = member(text, random);
  if (!found) return value;
  const [whole, , old = ''] = found;
  return replaced(text, found.index + whole.length - old.length, old.length, value);
}

function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + close.repeat(depth);
}

const cut = (body: Buffer, random: Random): readonly [from: number, to: number] => {
  const from = random.int(0, body.length);
  return [from, random.int(from, Math.min(body.length, from + 40))];
};

export const BODY_MUTATIONS: readonly BodyMutation[] = [
  {
    name: 'one bit flipped',
    weight: 20,
    mutate: (body, random) => {
      const bytes = Buffer.from(body);
      const at = random.int(0, Math.max(0, bytes.length - 1));
      if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(0, 7));
      return bytes;
    },
  },
  {
    name: 'some bytes replaced',
    weight: 10,
    mutate: (body, random) => {
      const bytes = Buffer.from(body);
      for (let n = random.int(1, 8); n > 0; n -= 1) bytes[random.int(0, bytes.length)] = random.int(0, 255);
      return bytes;
    },
  },
  { name: 'cut short', weight: 5, mutate: (body, random) => body.subarray(0, random.int(0, body.length)) },
  {
    name: 'a part left out',
    weight: 8,
    mutate: (body, random) => {
      const [from, to] = cut(body, random);
      return Buffer.concat([body.subarray(0, from), body.subarray(to)]);
    },
  },
  {
    name: 'a part twice',
    weight: 8,
    mutate: (body, random) => {
      const [from, to] = cut(body, random);
      return Buffer.concat([body.subarray(0, to), body.subarray(from)]);
    },
  },
  {
    name: 'the beginning of one and the end of another',
    weight: 5,
    mutate: (body, random, other) =>
      Buffer.concat([body.subarray(0, random.int(0, body.length)), other.subarray(random.int(0, other.length))]),
  },
  { name: 'another value', weight: 30, mutate: onText((text, random) => withValue(text, random, random.pick(VALUES))) },
  {
    name: 'the value of another member',
    weight: 8,
    mutate: onText((text, random) => withValue(text, random, member(text, random)?.[2] ?? '0')),
  },
  {
    name: 'the value that another request has',
    weight: 10,
    mutate: onText((text, random, other) => withValue(text, random, member(other, random)?.[2] ?? '0')),
  },
  {
    name: 'a key twice, with two values',
    weight: 15,
    mutate: onText((text, random) => {
      const name = member(text, random)?.[1] ?? 'money';
      const escaped = name.replace(/^./, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
      const second = `"${random.pick([name, escaped])}":${random.pick(VALUES)}`;
      if (random.chance(0.5)) return text.replace('{', `{${second},`);
      return text.replace(/\}$/, `,${second}}`);
    }),
  },
  {
    name: 'another name for a key',
    weight: 8,
    mutate: onText((text, random) => {
      const found = member(text, random);
      return found ? replaced(text, found.index + 1, found[1]?.length ?? 0, random.pick(NAMES)) : text;
    }),
  },
  {
    name: 'a key that objects have by themselves',
    weight: 8,
    mutate: onText((text, random) =>
      text.replace('{', `{"${random.pick(NAMES)}":${random.pick(['{"money":-1,"channelId":1}', '1', 'null'])},`),
    ),
  },
  {
    name: 'a member left out',
    weight: 6,
    mutate: onText((text, random) => {
      const found = member(text, random);
      return found ? replaced(text, found.index, found[0].length, random.pick(['', '"x":1'])) : text;
    }),
  },
  {
    name: 'deep nesting',
    weight: 5,
    mutate: onText((text, random) => {
      const depth = random.pick([10, 31, 32, 33, 100, 10_000]);
      const value = random.chance(0.5) ? nested(depth, '[', ']') : `${nested(depth, '{"a":', '}').replace('}', '1}')}`;
      return random.chance(0.8) ? withValue(text, random, value) : value;
    }),
  },
  {
    name: 'very many values',
    weight: 1,
    mutate: onText((text, random) => withValue(text, random, `[${'0,'.repeat(random.pick([1_000, 20_001]))}0]`)),
  },
  {
    name: 'a very long text',
    weight: 0.5,
    mutate: onText((text, random) => withValue(text, random, `"${'x'.repeat(random.pick([70_000, 1_100_000]))}"`)),
  },
  {
    name: 'another encoding',
    weight: 5,
    mutate: (body, random) => {
      switch (random.int(0, 5)) {
        case 0:
          return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]);
        case 1:
          return Buffer.from(body.toString(), 'utf16le');
        case 2:
          return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(body.toString(), 'utf16le').swap16()]);
        case 3:
          return gzipSync(body, { level: 1 });
        case 4:
          return Buffer.from(body.toString().replace(/a/g, '\xe4'), 'latin1');
        default:
          return Buffer.from(body.toString('base64'));
      }
    },
  },
  {
    name: 'bytes that are no UTF-8',
    weight: 6,
    mutate: (body, random) => {
      const at = random.int(0, body.length);
      const wrong = random.pick(['80', 'c0af', 'eda080', 'f4908080', 'ff', 'e282', '00', '7f', '1b5b324a']);
      return Buffer.concat([body.subarray(0, at), Buffer.from(wrong, 'hex'), body.subarray(at)]);
    },
  },
  {
    name: 'something behind the end, or before the beginning',
    weight: 5,
    mutate: onText((text, random, other) => {
      const more = random.pick([other, '}', ']', ',', '\0', '//', '/* */', ' \r\n\t ', '\u2028', '\ufeff', 'null']);
      return random.chance(0.7) ? text + more : more + text;
    }),
  },
  {
    name: 'not an object',
    weight: 3,
    mutate: onText((text, random) =>
      random.pick([`[${text}]`, JSON.stringify(text), '', ' ', '[]', '"', '{', '0', 'null', '<xml/>', 'a=1&b=2', text]),
    ),
  },
];
