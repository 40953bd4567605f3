import { Decimal } from 'decimal.js';

/** Exact within every amount that parseMoney lets through; used only to parse and print, never to compute. */
const Exact = Decimal.clone({ precision: 100, toExpNeg: -100, toExpPos: 100 });

/** ISO 4217 currencies whose minor unit is not a hundredth. Never change an entry: the ledger counts in these units. */
const DECIMALS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
  }).flatMap(([decimals, codes]) => codes.split(' ').map((code) => [code, Number(decimals)] as const)),
);

/** Amounts, balances and sums stay below this in minor units (18 digits), far from what 64 bits hold. */
export const MONEY_LIMIT = 10n ** 18n;

/** Whether the text is the form of an ISO 4217 code, such as "CNY". */
export function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text);
}

/** How many decimals a currency has. */
export function decimalsOf(currency: string): number {
  return DECIMALS.get(currency) ?? 2;
}

/** Whether minor units stay within 18 digits. */
export function withinLimit(minor: bigint): boolean {
  return minor < MONEY_LIMIT && minor > -MONEY_LIMIT;
}

const NUMBER = /^-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$/;

/** As nearly all amounts stand: they need no arithmetic, only their digits. */
const PLAIN = /^(-?\d{1,18})(?:\.(\d{1,4}))?$/;

/**
 * Reads decimal text ("-80.00", "0.1", "1.0E7") into minor units of the currency, judged by its value: "10.500" is 1050
 * in CNY. Undefined if it is no decimal number, has more decimals than the currency, or passes 18 digits.
 */
export function parseMoney(text: string, currency: string): bigint | undefined {
  const decimals = decimalsOf(currency);
  const [, whole, fraction = ''] = PLAIN.exec(text) ?? [];
  if (whole !== undefined && fraction.length <= decimals) {
    const minor = BigInt(whole + fraction.padEnd(decimals, '0'));
    return withinLimit(minor) ? minor : undefined;
  }
  if (!NUMBER.test(text)) return undefined;
  const minor = new Exact(text).times(new Exact(10).pow(decimals));
  if (!minor.isInteger() || minor.abs().gte(MONEY_LIMIT.toString())) return undefined;
  return BigInt(minor.toFixed());
}

/** Prints minor units with all decimals of the currency: 1050n CNY is "10.50", -5n is "-0.05", 7n JPY is "7". */
export function formatMoney(minor: bigint, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0');
  const sign = minor < 0n ? '-' : '';
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
