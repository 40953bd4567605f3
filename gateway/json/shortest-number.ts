/** Beyond this a shortest form is not worked out, so that `1e999999999` costs nothing. */
const SHORTEST_DIGITS_MAX = 60;
const SHORTEST = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$/;
const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * The shortest plain decimal form of a JSON number: no exponent, no trailing zeros, no "-0": "44.90" is "44.9", "1.0E7"
 * is "10000000". Undefined if that takes more than 60 digits.
 */
export function shortestNumber(text: string): string | undefined {
  if (text.length <= SHORTEST_DIGITS_MAX && SHORTEST.test(text)) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = PARTS.exec(text) ?? [];
  const digits = whole + fraction;
  // Loops, because the patterns for this are quadratic in the number of zeros.
  let first = 0;
  let end = digits.length;
  while (digits.charCodeAt(first) === 0x30) first++;
  while (end > first && digits.charCodeAt(end - 1) === 0x30) end--;
  if (first === end) return whole === '' ? undefined : '0';
  const wholeDigits = whole.length - first + Number(exponent);
  const fractionDigits = Math.max(end - first - wholeDigits, 0);
  if (Math.max(wholeDigits, 1) + fractionDigits > SHORTEST_DIGITS_MAX) return undefined;
  const significant = digits.slice(first, end);
  if (wholeDigits <= 0) return `${sign}0.${significant.padStart(fractionDigits, '0')}`;
  if (fractionDigits === 0) return sign + significant.padEnd(wholeDigits, '0');
  return `${sign}${significant.slice(0, wholeDigits)}.${significant.slice(wholeDigits)}`;
}
