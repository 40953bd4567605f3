/** A number as the text that stands in the JSON. */
export class NumberText {
  constructor(readonly text: string) {}
}

export type Json = null | boolean | string | NumberText | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

export interface Document {
  readonly value: Json;
  /** Whether an object has a key twice; the last one counts. */
  readonly duplicateKey: boolean;
}

const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:]|true|false|null)|("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|$)/y;
const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** Reads JSON whose numbers keep their text; undefined if it is none. */
export function readJson(bytes: Uint8Array): Document | undefined {
  try {
    return new Reader(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)).document();
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

class Reader {
  private at = 0;
  private duplicateKey = false;
  /** The token that is next: punctuation or a word, or else the text or number of a value. */
  private sign: string | undefined;
  private literal: string | NumberText = '';

  constructor(private readonly text: string) {
    this.next();
  }

  document(): Document {
    const value = this.value(32);
    if (!this.is('')) throw new SyntaxError('more than one value');
    return { value, duplicateKey: this.duplicateKey };
  }

  private next(): void {
    TOKEN.lastIndex = this.at;
    const found = TOKEN.exec(this.text);
    if (!found) throw new SyntaxError('no token');
    this.at = TOKEN.lastIndex;
    const [, sign, text, number] = found;
    const isValue = text !== undefined || number !== undefined;
    this.sign = isValue ? undefined : (sign ?? '');
    this.literal = number === undefined ? (JSON.parse(text ?? '""') as string) : new NumberText(number);
  }

  private is(sign: string): boolean {
    return this.sign === sign;
  }

  private take(sign: string): boolean {
    const found = this.is(sign);
    if (found) this.next();
    return found;
  }

  private value(depth: number): Json {
    if (depth === 0) throw new SyntaxError('nested too deeply');
    if (this.take('{')) return this.object(depth - 1);
    if (this.take('[')) return this.list(depth - 1);
    const value = this.sign === undefined ? this.literal : WORDS.get(this.sign);
    if (value === undefined) throw new SyntaxError('no value');
    this.next();
    return value;
  }

  private object(depth: number): JsonObject {
    const members = new Map<string, Json>();
    if (this.take('}')) return members;
    do {
      const key = this.literal;
      if (typeof key !== 'string' || this.sign !== undefined) throw new SyntaxError('no key');
      this.next();
      if (!this.take(':')) throw new SyntaxError('no colon');
      this.duplicateKey ||= members.has(key);
      members.set(key, this.value(depth));
    } while (this.take(','));
    if (!this.take('}')) throw new SyntaxError('an object without an end');
    return members;
  }

  private list(depth: number): readonly Json[] {
    const items: Json[] = [];
    if (this.take(']')) return items;
    do items.push(this.value(depth));
    while (this.take(','));
    if (!this.take(']')) throw new SyntaxError('a list without an end');
    return items;
  }
}

/** What an answer is made of; members that are undefined are left out. */
export type Writable =
  string | number | NumberText | readonly Writable[] | { readonly [name: string]: Writable | undefined };

export function writeJson(value: Writable): string {
  if (value instanceof NumberText) return value.text;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  const members = Object.entries(value).flatMap(([name, member]: [string, Writable | undefined]) =>
    member === undefined ? [] : `${JSON.stringify(name)}:${writeJson(member)}`,
  );
  return `{${members.join(',')}}`;
}

/** A member that is an object; an empty one otherwise. */
export function objectIn(value: Json | undefined): JsonObject {
  return value instanceof Map ? value : new Map<string, Json>();
}

/** The objects of a member that is a list. */
export function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json): item is JsonObject => item instanceof Map) : [];
}

/** The text of a string or number; empty if it is neither. */
export function textIn(value: Json | undefined): string {
  return typeof value === 'string' ? value : value instanceof NumberText ? value.text : '';
}
