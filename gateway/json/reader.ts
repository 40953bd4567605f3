import { Buffer, isUtf8 } from 'node:buffer';
import { JsonNumber, type Json, type JsonObject } from './value.js';

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
/** A megabyte of `{},{},…` would cost a hundred times its size; the largest lists of providers have some thousand values. */
const VALUES_MAX = 20_000;
/** What is read where the bytes end: no byte, and below every byte that may stand in a string. */
const END = -1;
const NO_SECRETS: ReadonlySet<string> = new Set();
const ESCAPES = new Map([...'"\\/bfnrt'].map((letter, i) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charAt(i)]));

/** Reads a body by RFC 8259, strictly: valid UTF-8, no duplicate keys, no lone surrogates, at most 32 levels and 20,000 values. */
export function parseJson(bytes: Uint8Array): Json {
  return new Reader(bytes, NO_SECRETS).document();
}

/**
 * Reads a body and gives its source beside the value, byte for byte, except that every value of a key in `secrets`, at
 * any depth, is `""` unless it is null. The keys are compared as decoded, so that an escape cannot hide one.
 */
export function parseAndRedact(bytes: Uint8Array, secrets: ReadonlySet<string>): { value: Json; redacted: Buffer } {
  const reader = new Reader(bytes, secrets);
  const value = reader.document();
  return { value, redacted: reader.redacted() };
}

/**
 * Recursive descent over the bytes: all of the grammar is ASCII, and a loop over bytes is twice as fast as one over the
 * characters of a string. Texts are cut from `latin1`, which has one character for each byte, or decoded if not ASCII.
 */
class Reader {
  private at = 0;
  private depth = 0;
  private values = 0;
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

  redacted(): Buffer {
    if (this.secretSpans.length === 0) return asBuffer(this.bytes);
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
    if (++this.values > VALUES_MAX) throw new JsonError(this.at, `more than ${VALUES_MAX} values`);
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
