import { createHash } from 'node:crypto';
import { NumberText, print, type Body, type Members } from '../exact-json.js';

/** What is signed, per endpoint: these fields in this order and the key behind them, joined without separators. */
const SIGNED = {
  'balance-check': ['member_id', 'timestamp'],
  'balance-update': ['transaction_id', 'member_id', 'action_value', 'action_type', 'timestamp'],
  'transaction-check': ['transaction_id', 'timestamp'],
} as const;

export type Endpoint = keyof typeof SIGNED;

/** A call as it goes out. */
export interface Request {
  readonly path: string;
  readonly body: string;
}

export const pathOf = (endpoint: Endpoint): string => `/api-v1/${endpoint}`;

/** The sign of a call: md5 over each value as it stands in the JSON, `820.00` as `820.00`, also when it is a number. */
export function signOf(endpoint: Endpoint, fields: Members, key: string): string {
  return md5(SIGNED[endpoint].map((name) => textOf(fields[name])).join('') + key);
}

/** A call with its sign, unless the fields have one of their own or say with `undefined` that there is none. */
export function requestOf(endpoint: Endpoint, fields: Members, key: string): Request {
  const signed = 'sign' in fields ? fields : { ...fields, sign: signOf(endpoint, fields, key) };
  return { path: pathOf(endpoint), body: print(signed) };
}

export function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}

/** The text of a field as it is signed; empty if it has none. */
export function textOf(value: Body | undefined): string {
  if (value instanceof NumberText) return value.text;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}

/** The provider's clock, in seconds. */
export function timestamp(): string {
  return String(Math.floor(Date.now() / 1000));
}
