import type { Json } from './exact-json.js';
import { NumberText } from './exact-json.js';

/** Cents, from the text of a decimal: `44.9`, `-80`, `1.0E2`. Undefined if it is none, or finer than a cent. */
export function cents(text: string): bigint | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (!parts) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const shift = Number(exponent) + 2 - fraction.length;
  const digits = BigInt(whole + fraction);
  if (shift >= 0) return (sign ? -digits : digits) * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  if (digits % divisor !== 0n) return undefined;
  return (sign ? -digits : digits) / divisor;
}

/** Cents of a number in an answer. */
export function centsOf(value: Json | undefined): bigint | undefined {
  return value instanceof NumberText ? cents(value.text) : undefined;
}

/** `-80.5` for -8050n: as short as it can be. */
export function short(amount: bigint): string {
  return fixed(amount).replace(/\.?0+$/, '');
}

/** `-80.50` for -8050n. */
export function fixed(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
