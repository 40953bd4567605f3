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

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}
