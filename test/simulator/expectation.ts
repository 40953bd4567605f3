import { isList, isObject, NumberText, type Json } from './exact-json.js';
import { centsOf, fixed } from './money.js';

/** What a part of an answer must be, with the words for it in a report. */
export class Matcher {
  constructor(
    readonly says: string,
    readonly accepts: (seen: Json | undefined) => boolean,
  ) {}
}

/** An answer's members. What is not named here may be there; what is named must be as it says. */
export type Expected = null | boolean | string | Matcher | readonly Expected[] | ExpectedMembers;
export type ExpectedMembers = { readonly [name: string]: Expected };

/** A JSON number of this value, however it is written. */
export const amount = (value: bigint): Matcher =>
  new Matcher(`the number ${fixed(value)}`, (seen) => centsOf(seen) === value);

export const integer = (...values: readonly number[]): Matcher =>
  new Matcher(
    values.join(' or '),
    (seen) => seen instanceof NumberText && values.some((value) => Number(seen.text) === value),
  );

export const milliseconds = new Matcher(
  'a time in milliseconds',
  (seen) => seen instanceof NumberText && /^\d{13}(\.0)?$/.test(seen.text),
);

export const nonEmptyText = new Matcher('a text', (seen) => typeof seen === 'string' && seen !== '');

export const absent = new Matcher('nothing', (seen) => seen === undefined || seen === null);

/** The lines in any order. */
export const inAnyOrder = (lines: readonly Expected[]): Matcher =>
  new Matcher(`in any order ${describe(lines)}`, (seen) => {
    if (!isList<Json>(seen) || seen.length !== lines.length) return false;
    const left = [...lines];
    return seen.every((line) => {
      const found = left.findIndex((expected) => !differenceOf(expected, line));
      if (found >= 0) left.splice(found, 1);
      return found >= 0;
    });
  });

/** Where an answer is not as expected: the member, what was expected of it and what it was. Undefined: nowhere. */
export function differenceOf(expected: Expected, seen: Json | undefined, at = ''): string | undefined {
  const differs = () => `${at || 'the answer'}: expected ${describe(expected)}, seen ${describeSeen(seen)}`;
  if (expected instanceof Matcher) return expected.accepts(seen) ? undefined : differs();
  if (isList<Expected>(expected)) {
    if (!isList<Json>(seen) || seen.length !== expected.length) return differs();
    return first(expected.map((line, index) => differenceOf(line, seen[index], `${at}[${index}]`)));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (!isObject(seen)) return differs();
    return first(
      Object.entries(expected).map(([name, member]) =>
        differenceOf(member, Object.hasOwn(seen, name) ? seen[name] : undefined, at ? `${at}.${name}` : name),
      ),
    );
  }
  return seen === expected ? undefined : differs();
}

export function describe(expected: Expected): string {
  if (expected instanceof Matcher) return expected.says;
  if (isList<Expected>(expected)) return `[${expected.map(describe).join(', ')}]`;
  if (typeof expected === 'object' && expected !== null) {
    return `{${Object.entries(expected)
      .map(([name, member]) => `${name}: ${describe(member)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(expected);
}

function describeSeen(seen: Json | undefined): string {
  if (seen === undefined) return 'nothing';
  if (seen instanceof NumberText) return seen.text;
  if (isList<Json>(seen)) return `[${seen.map(describeSeen).join(', ')}]`;
  if (isObject(seen)) {
    return `{${Object.entries(seen)
      .map(([name, member]) => `${name}: ${describeSeen(member)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(seen);
}

function first(differences: readonly (string | undefined)[]): string | undefined {
  return differences.find((difference) => difference !== undefined);
}
