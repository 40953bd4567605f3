/** Amounts stay below 10^16, as a decimal(18,2) does. */
export const LIMIT_CENTS = 10n ** 18n;

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/;

/** The digits of a number without its point, and how many of them stand behind it. */
function digitsOf(text: string): { negative: boolean; digits: string; decimals: number } | undefined {
  const found = NUMBER.exec(text);
  if (!found) return undefined;
  const [, minus, whole = '', fraction = '', exponent = '0'] = found;
  const shift = fraction.length - Number(exponent);
  const digits = whole + fraction + '0'.repeat(Math.max(0, -shift));
  return { negative: minus === '-', digits, decimals: Math.max(0, shift) };
}

/** A number in plain decimal, without an exponent or zeros that say nothing; undefined if it is too long for that. */
export function shortest(text: string): string | undefined {
  const number = digitsOf(text);
  if (!number) return undefined;
  const { negative, digits, decimals } = number;
  const padded = digits.padStart(decimals + 1, '0');
  const whole = padded.slice(0, padded.length - decimals).replace(/^0+(?=\d)/, '');
  const fraction = padded.slice(padded.length - decimals).replace(/0+$/, '');
  const plain = fraction === '' ? whole : `${whole}.${fraction}`;
  return negative && plain !== '0' ? `-${plain}` : plain;
}

/** An amount in cents, by its value; undefined if it has more than two decimals or is too large. */
export function centsOf(text: string): bigint | undefined {
  const [, minus = '', whole = '', fraction = ''] = /^(-?)(\d{1,16})(?:\.(\d{1,2}))?$/.exec(shortest(text) ?? '') ?? [];
  if (whole === '') return undefined;
  return BigInt(minus + whole + fraction.padEnd(2, '0'));
}

/** 90010n is "900.10". */
export function withTwoDecimals(cents: bigint): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
