import { Buffer, isUtf8 } from 'node:buffer';

/**
 * JSON whose numbers keep their source text. Providers sign the text that stands in the body (`820.00`,
 * `1637308132650.0`), and amounts are decimals: a number never becomes a binary float here, neither read nor written.
 */

/** A number as the text that stands in the JSON, such as "820.00", "1e400" or "-0". */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** A Map, so that keys like `__proto__` and `constructor` are ordinary data. */
export type JsonObject = Map<string, Json>;
export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject;

/** What writeJson accepts: numbers are safe integers or JsonNumber, members that are undefined are left out. */
export type WritableJson =
  | null
  | boolean
  | string
  | number
  | JsonNumber
  | readonly WritableJson[]
  | { readonly [key: string]: WritableJson | undefined };

/** The body is not JSON as we read it. The position counts bytes from 0; the message quotes no values. */
export class JsonError extends Error {
  constructor(
    readonly position: number,
    fault: string,
  ) {
    super(`JSON, position ${position}: ${fault}`);
    this.name = new.target.name;
  }
}

/** A key stands twice in one object: readers differ in which of the two counts, so neither does. */
export class DuplicateKeyError extends JsonError {}

const DEPTH_MAX = 32;
/** What is read where the bytes end: no byte, and below every byte that may stand in a string. */
const END = -1;
const NO_SECRETS: ReadonlySet<string> = new Set();
const ESCAPES = new Map([...'"\\/bfnrt'].map((letter, i) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charAt(i)]));
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Reads a body by RFC 8259, strictly: valid UTF-8, no duplicate keys, no lone surrogates, at most 32 levels deep. */
export function parseJson(bytes: Uint8Array): Json {
  return new Reader(bytes, NO_SECRETS).document();
}

/**
 * Reads a body and gives its source beside the value, byte for byte, except that every value of a key in `secrets`, at
 * any depth, is `""` unless it is null. The keys are compared as decoded, so that an escape cannot hide one.
 */
export function parseAndRedact(bytes: Uint8Array, secrets: ReadonlySet<string>): { value: Json; redacted: Uint8Array } {
  const reader = new Reader(bytes, secrets);
  const value = reader.document();
  return { value, redacted: reader.redacted() };
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/**
 * Recursive descent over the bytes: all of the grammar is ASCII, and a loop over bytes is twice as fast as one over the
 * characters of a string. Texts are cut from `latin1`, which has one character for each byte, or decoded if not ASCII.
 */
class Reader {
  private at = 0;
  private depth = 0;
  private readonly latin1: string;
  /** Start and end of the secret values in turn, in the order of the text and never one within another. */
  private readonly secretSpans: number[] = [];

  constructor(
    private readonly bytes: Uint8Array,
    private readonly secrets: ReadonlySet<string>,
  ) {
    if (!isUtf8(bytes)) throw new JsonError(0, 'the body is not valid UTF-8');
    this.latin1 = asBuffer(bytes).toString('latin1');
  }

  document(): Json {
    const value = this.value(this.next());
    if (this.next() !== END) throw this.fault('the end');
    return value;
  }

  redacted(): Uint8Array {
    if (this.secretSpans.length === 0) return this.bytes;
    let kept = '';
    let from = 0;
    for (let i = 0; i < this.secretSpans.length; i += 2) {
      kept += this.latin1.slice(from, this.secretSpans[i]) + '""';
      from = this.secretSpans[i + 1] ?? this.bytes.length;
    }
    return Buffer.from(kept + this.latin1.slice(from), 'latin1');
  }

  private utf8(start: number, end: number): string {
    return asBuffer(this.bytes).toString('utf8', start, end);
  }

  private byte(at: number): number {
    // One read beyond the end would make all reads slower from then on, hence the comparison.
    const bytes = this.bytes;
    return at < bytes.length ? (bytes[at] as number) : END;
  }

  /** Skips white space and looks at the byte that follows. */
  private next(): number {
    let code = this.byte(this.at);
    if (code > 0x20) return code;
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.byte(++this.at);
    return code;
  }

  private value(code: number): Json {
    switch (code) {
      case 0x22: // "
        return this.string();
      case 0x7b: // {
        return this.object();
      case 0x5b: // [
        return this.array();
      case 0x74: // t
        return this.word('true', true);
      case 0x66: // f
        return this.word('false', false);
      case 0x6e: // n
        return this.word('null', null);
      default:
        if (code === 0x2d || isDigit(code)) return this.number();
        throw this.fault('a value');
    }
  }

  private object(): JsonObject {
    const members: JsonObject = new Map();
    this.enter();
    let code = this.next();
    if (code !== 0x7d) {
      for (;;) {
        if (code !== 0x22) throw this.fault('a key in double quotes');
        const keyAt = this.at;
        const key = this.string();
        if (this.next() !== 0x3a) throw this.fault('":"');
        this.at++;
        if (members.has(key))
          throw new DuplicateKeyError(keyAt, `the key ${JSON.stringify(key.slice(0, 64))} stands twice`);
        code = this.next();
        members.set(key, this.secrets.has(key) ? this.secret(code) : this.value(code));
        code = this.next();
        if (code === 0x7d) break;
        if (code !== 0x2c) throw this.fault('"," or "}"');
        this.at++;
        code = this.next();
      }
    }
    this.leave();
    return members;
  }

  private array(): Json[] {
    const items: Json[] = [];
    this.enter();
    let code = this.next();
    if (code !== 0x5d) {
      for (;;) {
        items.push(this.value(code));
        code = this.next();
        if (code === 0x5d) break;
        if (code !== 0x2c) throw this.fault('"," or "]"');
        this.at++;
        code = this.next();
      }
    }
    this.leave();
    return items;
  }

  private enter(): void {
    if (++this.depth > DEPTH_MAX) throw new JsonError(this.at, `nested deeper than ${DEPTH_MAX} levels`);
    this.at++;
  }

  private leave(): void {
    this.depth--;
    this.at++;
  }

  private secret(code: number): Json {
    const spans = this.secretSpans;
    const [before, from] = [spans.length, this.at];
    const value = this.value(code);
    if (value === null) return value;
    // The whole value goes, so what was noted inside it goes with it.
    spans.length = before;
    spans.push(from, this.at);
    return value;
  }

  private word<T>(letters: string, value: T): T {
    if (!this.latin1.startsWith(letters, this.at)) throw this.fault('a value');
    this.at += letters.length;
    return value;
  }

  private string(): string {
    const bytes = this.bytes;
    const start = this.at + 1;
    let at = start;
    let seen = 0;
    for (;;) {
      const code = at < bytes.length ? (bytes[at] as number) : END;
      if (code === 0x22) break;
      if (code === 0x5c) return this.escapedString(start, at);
      if (code < 0x20) throw this.badByte(at);
      seen |= code;
      at++;
    }
    this.at = at + 1;
    return seen < 0x80 ? this.latin1.slice(start, at) : this.utf8(start, at);
  }

  /** A string whose first backslash is already found. */
  private escapedString(start: number, firstEscape: number): string {
    let decoded = '';
    let from = start;
    this.at = firstEscape;
    for (;;) {
      const code = this.byte(this.at);
      if (code === 0x22) break;
      if (code === 0x5c) {
        decoded += this.utf8(from, this.at);
        decoded += this.escape();
        from = this.at;
      } else if (code >= 0x20) this.at++;
      else throw this.badByte(this.at);
    }
    decoded += this.utf8(from, this.at++);
    return decoded;
  }

  private escape(): string {
    const letter = this.byte(this.at + 1);
    if (letter !== 0x75) {
      const plain = ESCAPES.get(letter);
      if (plain === undefined) throw new JsonError(this.at, 'no such escape in a string');
      this.at += 2;
      return plain;
    }
    const at = this.at;
    const unit = this.escapedUnit();
    if ((unit & 0xf800) !== 0xd800) return String.fromCharCode(unit);
    // Half a character has no UTF-8, so that it could neither be signed nor stored as it was sent.
    const paired = unit < 0xdc00 && this.latin1.startsWith('\\u', this.at) ? this.escapedUnit() : 0;
    if ((paired & 0xfc00) !== 0xdc00) throw new JsonError(at, 'a surrogate without its other half');
    return String.fromCharCode(unit, paired);
  }

  private escapedUnit(): number {
    const hex = this.latin1.slice(this.at + 2, this.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new JsonError(this.at, '"\\u" without four hexadecimal digits');
    this.at += 6;
    return parseInt(hex, 16);
  }

  private number(): JsonNumber {
    const start = this.at;
    if (this.byte(this.at) === 0x2d) this.at++;
    if (this.byte(this.at) === 0x30) {
      this.at++;
      if (isDigit(this.byte(this.at))) throw new JsonError(start, 'a number with a leading zero');
    } else this.digits();
    if (this.byte(this.at) === 0x2e) {
      this.at++;
      this.digits();
    }
    if ((this.byte(this.at) | 0x20) === 0x65) {
      const sign = this.byte(++this.at);
      if (sign === 0x2b || sign === 0x2d) this.at++;
      this.digits();
    }
    return new JsonNumber(this.latin1.slice(start, this.at));
  }

  private digits(): void {
    if (!isDigit(this.byte(this.at))) throw this.fault('a digit');
    let at = this.at;
    while (isDigit(this.byte(at))) at++;
    this.at = at;
  }

  private badByte(at: number): JsonError {
    return new JsonError(at, at < this.bytes.length ? 'a control character in a string' : 'a string without an end');
  }

  private fault(expected: string): JsonError {
    const found = this.at < this.bytes.length ? 'something else stands here' : 'the text ends here';
    return new JsonError(this.at, `${found} where ${expected} is expected`);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Writes compact JSON; a JsonNumber as its text. Anything a reader could take for another value is a TypeError. */
export function writeJson(value: WritableJson): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no safe integer: write it as a JsonNumber`);
    return String(value);
  }
  if (value instanceof JsonNumber) {
    if (!NUMBER.test(value.text)) throw new TypeError(`${JSON.stringify(value.text)} is not the text of a JSON number`);
    return value.text;
  }
  if (isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  return writeObject(value);
}

function isArray(value: WritableJson): value is readonly WritableJson[] {
  return Array.isArray(value);
}

function writeObject(value: { readonly [key: string]: WritableJson | undefined }): string {
  // A Map or a Date would come out as an empty object.
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError('only plain objects can be written');
  let members = '';
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${writeJson(member)}`;
  }
  return `{${members}}`;
}

/** Beyond this a shortest form is not worked out, so that `1e999999999` costs nothing. */
const SHORTEST_DIGITS_MAX = 60;
const SHORTEST = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$/;
const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * The shortest plain decimal form of a JSON number: no exponent, no trailing zeros, no "-0": "44.90" is "44.9", "1.0E7"
 * is "10000000". Undefined if that takes more than 60 digits.
 */
export function shortestNumber(text: string): string | undefined {
  if (text.length <= SHORTEST_DIGITS_MAX && SHORTEST.test(text)) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? [];
  const digits = whole + fraction;
  // Loops, because the patterns for this are quadratic in the number of zeros.
  let first = 0;
  let end = digits.length;
  while (digits.charCodeAt(first) === 0x30) first++;
  while (end > first && digits.charCodeAt(end - 1) === 0x30) end--;
  if (first === end) return whole === '' ? undefined : '0';
  const wholeDigits = whole.length - first + Number(exponent);
  const fractionDigits = Math.max(end - first - wholeDigits, 0);
  if (Math.max(wholeDigits, 1) + fractionDigits > SHORTEST_DIGITS_MAX) return undefined;
  const significant = digits.slice(first, end);
  if (wholeDigits <= 0) return `${sign}0.${significant.padStart(fractionDigits, '0')}`;
  if (fractionDigits === 0) return sign + significant.padEnd(wholeDigits, '0');
  return `${sign}${significant.slice(0, wholeDigits)}.${significant.slice(wholeDigits)}`;
}
