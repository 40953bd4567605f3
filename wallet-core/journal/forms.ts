/** What stands in a line of an export. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** How a value is written as JSON and read again; reading is strict, and gives undefined for what is not of the form. */
export interface Form<T> {
  write(value: T): Json;
  read(json: unknown): T | undefined;
}

/** A form for each member of an object, in the order in which they are written. */
export type Forms<T> = { readonly [Name in keyof T]-?: Form<T[Name]> };

/** A line is not what an export writes; the message says what of it. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

export const text: Form<string> = {
  write: (value) => value,
  // Half a character has no UTF-8, so it cannot have been in a ledger.
  read: (json) => (typeof json === 'string' && json.isWellFormed() ? json : undefined),
};

export const flag: Form<boolean> = {
  write: (value) => value,
  read: (json) => (typeof json === 'boolean' ? json : undefined),
};

/** A 64-bit number as decimal text: what reads JSON elsewhere may take a longer number for a float. */
export const whole: Form<bigint> = {
  write: String,
  read: (json) => {
    if (typeof json !== 'string' || !/^(0|-?[1-9]\d{0,18})$/.test(json)) return undefined;
    const value = BigInt(json);
    return BigInt.asIntN(64, value) === value ? value : undefined;
  },
};

/** A number that is small for certain. */
export function count(max: number): Form<number> {
  return {
    write: (value) => value,
    read: (json) => (Number.isInteger(json) && Number(json) >= 0 && Number(json) <= max ? Number(json) : undefined),
  };
}

/** SHA-256 in hex, or nothing if `absent`. */
export function digest(absent: 'always there' | 'may be absent'): Form<Uint8Array> {
  return {
    write: (value) => Buffer.from(value).toString('hex'),
    read: (json) => {
      const good =
        typeof json === 'string' && (/^[0-9a-f]{64}$/.test(json) || (json === '' && absent !== 'always there'));
      return good ? Buffer.from(json, 'hex') : undefined;
    },
  };
}

/** One of the keys of a table. */
export function oneOf<T extends string>(table: Readonly<Record<T, unknown>>): Form<T> {
  return {
    write: (value) => value,
    read: (json) => (typeof json === 'string' && Object.hasOwn(table, json) ? (json as T) : undefined),
  };
}

/** What may be absent is an empty text then, as in the bytes of a record. */
export function orAbsent<T>(form: Form<T>): Form<T | null> {
  return {
    write: (value) => (value === null ? '' : form.write(value)),
    read: (json) => (json === '' ? null : form.read(json)),
  };
}

export function list<T>(forms: Forms<T>): Form<readonly T[]> {
  return {
    write: (values) => values.map((value) => writeObject(forms, value)),
    read: (json) =>
      Array.isArray(json) ? json.map((item, index) => readObject(forms, item, `[${index}]`)) : undefined,
  };
}

export function writeObject<T>(forms: Forms<T>, value: T): { readonly [name: string]: Json } {
  const written: Record<string, Json> = {};
  for (const name of Object.keys(forms) as (keyof T & string)[]) written[name] = forms[name].write(value[name]);
  return written;
}

/** Reads exactly these members. Throws a LineError that names the first which is missing, unknown or malformed. */
export function readObject<T>(forms: Forms<T>, json: unknown, where: string): T {
  if (!isObject(json)) throw new LineError(`${where} is no object`);
  for (const name of Object.keys(json)) {
    if (!Object.hasOwn(forms, name)) throw new LineError(`${where} has ${JSON.stringify(name)}, which is not known`);
  }
  const read: Partial<T> = {};
  for (const name of Object.keys(forms) as (keyof T & string)[]) {
    if (!Object.hasOwn(json, name)) throw new LineError(`${where} has no ${name}`);
    const value = forms[name].read(json[name]);
    if (value === undefined) throw new LineError(`${where}: ${name} is ${show(json[name])}, which it cannot be`);
    read[name] = value;
  }
  return read as T;
}

export function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function show(json: unknown): string {
  const shown = JSON.stringify(json);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}
