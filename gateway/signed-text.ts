import { shortestNumber } from './json/shortest-number.js';
import { JsonNumber, type JsonObject } from './json/value.js';

type NumberText = (number: JsonNumber) => string | undefined;

/**
 * Numbers are signed as the text that stands in the JSON. Whoever signs before printing may print `820.00` for a signed
 * `820`, so the shortest form is tried next: the same key signed it, and its value is the same.
 */
const NUMBER_FORMS: readonly NumberText[] = [(number) => number.text, (number) => shortestNumber(number.text)];

/**
 * The texts that a provider may have signed, the likeliest first and each once: these fields of the body, in one of these
 * orders, joined without separators. A field that is absent or null adds nothing.
 */
export function* signedTextsOf(body: JsonObject, orders: readonly (readonly string[])[]): Generator<string> {
  const given = new Set<string>();
  for (const form of NUMBER_FORMS) {
    for (const fields of orders) {
      const text = joined(body, fields, form);
      if (text === undefined || given.has(text)) continue;
      given.add(text);
      yield text;
    }
  }
}

/** Undefined if a field is of a kind that has no text to sign, or a number has no short form. */
function joined(body: JsonObject, fields: readonly string[], form: NumberText): string | undefined {
  let text = '';
  for (const field of fields) {
    const value = body.get(field) ?? '';
    const part = value instanceof JsonNumber ? form(value) : value;
    if (typeof part !== 'string') return undefined;
    text += part;
  }
  return text;
}
