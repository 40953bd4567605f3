/** A number as the text that stands in the JSON: JavaScript's own cannot tell `44.90` from `44.9`. */
export class NumberText {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export const number = (text: string | number | bigint): NumberText => new NumberText(String(text));

/** What was read: every number is the text that stood there. */
export type Json = null | boolean | string | NumberText | readonly Json[] | { readonly [name: string]: Json };

/** What can be sent; a member that is undefined is left out. */
export type Body = null | boolean | string | number | NumberText | readonly Body[] | Members;
export type Members = { readonly [name: string]: Body | undefined };

export function print(value: Body): string {
  if (value instanceof NumberText) return value.text;
  if (isList(value)) return `[${value.map(print).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : `${JSON.stringify(name)}:${print(member)}`,
  );
  return `{${members.join(',')}}`;
}

/** Undefined if the text is not JSON. */
export function read(text: string): Json | undefined {
  try {
    const plain: unknown = JSON.parse(text);
    if (typeof plain !== 'object' || plain === null) return undefined;
    return revive(JSON.parse(markNumbers(text)));
  } catch {
    return undefined;
  }
}

export function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof NumberText);
}

export function isList<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}

/** No text of a wallet starts with a NUL, so that a marked number cannot be mistaken for one. */
const MARK = '\u0000';

function markNumbers(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|-?\d[\d.eE+-]*/g, (seen, quoted?: string) =>
    quoted === undefined ? JSON.stringify(MARK + seen) : quoted,
  );
}

function revive(value: unknown): Json {
  if (typeof value === 'string') return value.startsWith(MARK) ? new NumberText(value.slice(1)) : value;
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, revive(member)]));
  }
  return value === true || value === false ? value : null;
}
