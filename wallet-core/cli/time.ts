import { InvalidArgumentError } from 'commander';

export const TIME_FORM = 'a date or a time in UTC, such as 2026-01-01 or 2026-01-01T12:00:00Z';

const UNITS_MS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3 };

/** Milliseconds since 1970. */
export function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text)) return undefined;
  const ms = Date.parse(text);
  // The 31st of a month that has 30 days would be the 1st of the next.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 10)) ? undefined : ms;
}

/** The value of an option that is a time. */
export function timeOption(text: string): bigint {
  const ms = timeOf(text);
  if (ms === undefined) throw new InvalidArgumentError(`Expected ${TIME_FORM}.`);
  return BigInt(ms);
}

/** The value of an option that is a span, such as "2h"; in milliseconds. */
export function spanOption(text: string): bigint {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = UNITS_MS[unit];
  if (ms === undefined) throw new InvalidArgumentError('Expected a number and s, m, h or d, such as 90m or 2h.');
  return BigInt(Number(count) * ms);
}

/** "2026-11-25T14:13:33.123Z"; empty for none. A time that no calendar has is shown as the number that it is. */
export function iso(ms: bigint): string {
  if (ms === 0n) return '';
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}
