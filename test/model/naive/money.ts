const DECIMALS: Readonly<Record<string, number>> = { CNY: 2, JPY: 0, BHD: 3 };

const decimalsOf = (currency: string) => DECIMALS[currency] ?? 2;

/** 18 digits of minor units. */
export const LIMIT = 999_999_999_999_999_999n;

/** Minor units of decimal text; undefined if it is none, or has more decimals or digits than there may be. */
export function minorOf(text: string, currency: string): bigint | undefined {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const decimals = decimalsOf(currency);
  if (/[1-9]/.test(fraction.slice(decimals))) return undefined;
  const amount = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  if (amount > LIMIT) return undefined;
  return sign === '-' ? -amount : amount;
}

/** Decimal text with all decimals of the currency. */
export function textOf(minor: bigint, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(minor < 0n ? -minor : minor).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals);
  return (minor < 0n ? '-' : '') + whole + (fraction === '' ? '' : `.${fraction}`);
}
