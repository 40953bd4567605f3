import { expect } from 'chai';
import { decimalsOf, formatMoney, isCurrency, parseMoney, withinLimit } from '../../wallet-core/money.js';

describe('money', () => {
  const READ: readonly (readonly [text: string, currency: string, minor: bigint])[] = [
    ['0', 'CNY', 0n],
    ['0.1', 'CNY', 10n],
    ['-80.00', 'CNY', -8000n],
    ['44.9', 'CNY', 4490n],
    ['10.500', 'CNY', 1050n],
    ['007.5', 'CNY', 750n],
    ['1.0E7', 'CNY', 1_000_000_000n],
    ['1.0e7', 'CNY', 1_000_000_000n],
    ['1e+2', 'CNY', 10_000n],
    ['1e10', 'JPY', 10_000_000_000n],
    ['12345e-2', 'CNY', 12_345n],
    ['-0', 'CNY', 0n],
    ['-0.00', 'CNY', 0n],
    ['9999999999999999.99', 'CNY', 999_999_999_999_999_999n],
    ['-9999999999999999.99', 'CNY', -999_999_999_999_999_999n],
    ['7', 'JPY', 7n],
    ['7.0', 'JPY', 7n],
    ['999999999999999999', 'JPY', 999_999_999_999_999_999n],
    ['1.234', 'KWD', 1234n],
    ['0.001', 'KWD', 1n],
    ['1.2345', 'CLF', 12_345n],
  ];
  for (const [text, currency, minor] of READ) {
    it(`reads ${text} ${currency} as ${minor} minor units`, () => {
      expect(parseMoney(text, currency)).to.equal(minor);
    });
  }

  const REFUSED: readonly (readonly [text: string, currency: string, why: string])[] = [
    ['0.001', 'CNY', 'more decimals than the currency has'],
    ['0.5', 'JPY', 'JPY has no decimals'],
    ['0.0001', 'KWD', 'KWD has three decimals'],
    ['1e-3', 'CNY', 'more decimals than the currency has'],
    ['10000000000000000', 'CNY', '19 digits of minor units'],
    ['-10000000000000000', 'CNY', '19 digits of minor units'],
    ['1000000000000000000', 'JPY', '19 digits of minor units'],
    ['1.0000000000000000000000000000000000000001', 'CNY', 'no whole minor unit, though by a hair'],
    ['1.x', 'CNY', 'letters for decimals'],
    ['1e99', 'CNY', 'far too large'],
    ['1e400', 'CNY', 'an exponent of three digits'],
    ['1e-400', 'CNY', 'an exponent of three digits'],
    ['', 'CNY', 'nothing'],
    ['+1', 'CNY', 'a plus sign'],
    [' 1', 'CNY', 'a space before'],
    ['1 ', 'CNY', 'a space after'],
    ['1\n', 'CNY', 'a line feed'],
    ['.5', 'CNY', 'no digit before the point'],
    ['5.', 'CNY', 'no digit after the point'],
    ['1,000.00', 'CNY', 'separators'],
    ['0x10', 'CNY', 'not decimal'],
    ['١', 'CNY', 'not an ASCII digit'],
    ['NaN', 'CNY', 'not a number'],
    ['Infinity', 'CNY', 'not a number'],
    ['--1', 'CNY', 'two signs'],
    ['1'.repeat(41), 'CNY', 'too long'],
  ];
  for (const [text, currency, why] of REFUSED) {
    it(`refuses ${JSON.stringify(text)} ${currency}: ${why}`, () => {
      expect(parseMoney(text, currency)).to.equal(undefined);
    });
  }

  const PRINTED: readonly (readonly [minor: bigint, currency: string, text: string])[] = [
    [0n, 'CNY', '0.00'],
    [-5n, 'CNY', '-0.05'],
    [1050n, 'CNY', '10.50'],
    [999_999_999_999_999_999n, 'CNY', '9999999999999999.99'],
    [7n, 'JPY', '7'],
    [-7n, 'JPY', '-7'],
    [1n, 'KWD', '0.001'],
    [-12_345n, 'CLF', '-1.2345'],
  ];
  for (const [minor, currency, text] of PRINTED) {
    it(`prints ${minor} minor units of ${currency} as ${text}`, () => {
      expect(formatMoney(minor, currency)).to.equal(text);
    });
  }

  it('adds 0.1 and 0.2 to 0.30', () => {
    const sum = (parseMoney('0.1', 'CNY') ?? 0n) + (parseMoney('0.2', 'CNY') ?? 0n);
    expect(formatMoney(sum, 'CNY')).to.equal('0.30');
  });

  it('reads back what it prints, whatever the amount and the currency', () => {
    for (let round = 0; round < 5000; round += 1) {
      const digits = 1 + Math.floor(Math.random() * 18);
      const text = Array.from({ length: digits }, () => Math.floor(Math.random() * 10)).join('');
      const minor = BigInt(text) * (Math.random() < 0.5 ? -1n : 1n);
      for (const currency of ['CNY', 'JPY', 'KWD', 'CLF']) {
        expect(parseMoney(formatMoney(minor, currency), currency), `${minor} ${currency}`).to.equal(minor);
      }
    }
  });

  it('knows the decimals of each currency, two unless ISO 4217 says otherwise', () => {
    expect(['CNY', 'THB', 'EUR', 'JPY', 'VND', 'KWD', 'CLF'].map(decimalsOf)).to.deep.equal([2, 2, 2, 0, 0, 3, 4]);
  });

  it('takes the names that objects have by themselves for no currency of the table', () => {
    expect(['__proto__', 'constructor', 'toString'].map(decimalsOf)).to.deep.equal([2, 2, 2]);
    expect(parseMoney('-0.01', '__proto__')).to.equal(-1n);
  });

  it('takes three capital letters for a currency and nothing else', () => {
    expect(['CNY', 'THB'].every(isCurrency)).to.equal(true);
    expect(['', 'cny', 'CN', 'CNYX', 'CN1', 'CNY\n', 'ÄÖÜ'].some(isCurrency)).to.equal(false);
  });

  it('keeps within 18 digits on both sides of zero', () => {
    const limit = 10n ** 18n;
    expect([limit - 1n, 1n - limit].every(withinLimit)).to.equal(true);
    expect([limit, -limit].some(withinLimit)).to.equal(false);
  });
});
