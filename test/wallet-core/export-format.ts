import { encode, hashOf, sha256 } from './journal-format.js';

// The lines of an export as docs/export.md tells them, read with nothing of wallet-core.
type Value = string | boolean | readonly Fields[];
type Fields = Readonly<Record<string, Value>>;

export interface Line {
  readonly writer: number;
  readonly seq: string;
  readonly timeMs: string;
  readonly previous: string;
  readonly requestsHash: string;
  readonly hash: string;
  readonly records: readonly (Fields & { readonly type: string })[];
  readonly requests: readonly { readonly first: number; readonly count: number; readonly text?: string }[] | null;
}

const TYPES = [
  ...['movement', 'refund', 'block', 'channel', 'account', 'freeze', 'password', 'house', 'maintenance', 'token'],
  ...['token-use', 'session', 'session-end', 'act'],
];

/** The lines but the last. */
export function entriesOf(text: string): Line[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Line);
}

function bytesOf({ type, ...fields }: Line['records'][number]): Buffer {
  const texts = Object.entries(fields).flatMap(([name, value]) => {
    // It came later, and stands only where it is set.
    if (name === 'wager') return value === true ? ['1'] : [];
    if (type === 'password' && name === 'hash') return [sha256(Buffer.from(textsOf(value)[0] ?? '')).toString('hex')];
    return textsOf(value);
  });
  return encode([String(TYPES.indexOf(type) + 1), ...texts]);
}

function textsOf(value: Value): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'boolean') return [value ? '1' : '0'];
  return [String(value.length), ...value.flatMap((item) => Object.values(item).flatMap(textsOf))];
}

/** The hash of an entry from its line alone. */
export function hashOfLine(line: Line): string {
  const head = { writer: BigInt(line.writer), seq: BigInt(line.seq), timeMs: BigInt(line.timeMs) };
  const requestsHash = Buffer.from(line.requestsHash, 'hex');
  const previous = Buffer.from(line.previous, 'hex');
  return hashOf(previous, { ...head, requestsHash }, line.records.map(bytesOf)).toString('hex');
}
