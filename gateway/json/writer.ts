import { JsonNumber, type WritableJson } from './value.js';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const PLAIN = /^[ !#-[\]-~]*$/;

/** Writes compact JSON; a JsonNumber as its text. Anything a reader could take for another value is a TypeError. */
export function writeJson(value: WritableJson): string {
  if (typeof value === 'string') return quoted(value);
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

/** Nearly all texts stand in quotes as they are. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
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
    members += `${members === '' ? '' : ','}${quoted(key)}:${writeJson(member)}`;
  }
  return `{${members}}`;
}
