import { createHash } from 'node:crypto';
import { centsOf, shortest, withTwoDecimals } from './amounts.js';
import type { Flawed } from './flaws.js';
import { NumberText, textIn, type JsonObject, type Writable } from './json.js';
import type { Balance, Ledger, Movement, Reason } from './ledger.js';

export interface ApiV1Channel {
  readonly key: string;
  readonly name: string;
  readonly ledger: Ledger;
  readonly flawed: Flawed;
}

export type ApiV1Answer = { readonly [member: string]: Writable | undefined } & { readonly status: 1 | 2 };

type Kind = 'string' | 'number' | 'either';
type Fields = Readonly<Record<string, { readonly kind: Kind; readonly form: RegExp; readonly required?: false }>>;

const TRANSACTION: Fields = { transaction_id: { kind: 'string', form: /^[\x20-\x7e]{1,32}$/ } };
const MEMBER: Fields = { member_id: { kind: 'either', form: /^[^\x00-\x1f\x7f]{1,50}$/ } };
const SIGNED_CALL: Fields = {
  timestamp: { kind: 'either', form: /^\d{10}$/ },
  sign: { kind: 'string', form: /^[0-9a-fA-F]{32}$/ },
};
const UPDATE_FIELDS: Fields = {
  ...TRANSACTION,
  ...MEMBER,
  action_value: { kind: 'either', form: /^-?(0|[1-9]\d{0,15})(\.\d{1,2})?$/ },
  action_type: { kind: 'either', form: /^([1-9]|1[0-2])$/ },
  order_id: { kind: 'string', form: /^.{0,50}$/su, required: false },
  remarks: { kind: 'string', form: /^.{0,100}$/su, required: false },
  ...SIGNED_CALL,
};

/** What a careless wallet takes for an amount, and for a type. */
const ANY_AMOUNT = { kind: 'either', form: /^-?\d{1,16}(\.\d+)?$/ } as const;
const ANY_TYPE = { kind: 'either', form: /^\d+$/ } as const;

/** All of them may add or deduct, but for these. */
const DEBITS = ['1'];
const CREDITS = ['2', '3'];
const STAKES = ['1', '8'];

const codeOf = (reason: Reason) => (reason === 'NO_FUNDS' ? 'OUT_OF_BALANCE' : 'OTHERS');

export function balanceCheck(body: JsonObject, channel: ApiV1Channel): ApiV1Answer {
  const member = memberOf(body, channel);
  const isRight = isFormed(body, { ...MEMBER, ...SIGNED_CALL }) && isSigned(body, ['member_id', 'timestamp'], channel);
  if (!isRight || !channel.ledger.has(member)) {
    return { status: 2, balance: new NumberText('0.00'), error_code: 'OTHERS' };
  }
  return { status: 1, balance: shown(channel, channel.ledger.balance(member)) };
}

const UPDATE_SIGNED = ['transaction_id', 'member_id', 'action_value', 'action_type', 'timestamp'];

export function balanceUpdate(body: JsonObject, channel: ApiV1Channel): ApiV1Answer {
  const { ledger, flawed } = channel;
  const transaction_id = textIn(body.get('transaction_id'));
  const member = memberOf(body, channel);
  const refused = (balance: Balance, error_code = 'OTHERS'): ApiV1Answer => {
    return { transaction_id, status: 2, balance: ledger.has(member) ? shown(channel, balance) : undefined, error_code };
  };
  const fields: Fields = {
    ...UPDATE_FIELDS,
    ...(flawed('decimals-rounded') ? { action_value: ANY_AMOUNT } : {}),
    ...(flawed('unknown-type-accepted') ? { action_type: ANY_TYPE } : {}),
  };
  const isRight = isFormed(body, fields) && isSigned(body, UPDATE_SIGNED, channel);
  if (!isRight) return { transaction_id, status: 2, error_code: 'OTHERS' };

  const type = textIn(body.get('action_type'));
  const value = textIn(body.get('action_value'));
  const cents = centsOf(flawed('decimals-rounded') ? Number(value).toFixed(2) : value) ?? 0n;
  const isWrong = (DEBITS.includes(type) && cents > 0n) || (CREDITS.includes(type) && cents < 0n);
  if (isWrong && !flawed('sign-of-money-unchecked')) return refused(ledger.balance(member));
  const entry = ledger.post(movementOf(transaction_id, member, type, cents, channel));
  if (entry === 'CONFLICT') return refused(ledger.balance(member));
  if (entry.reason) return refused(entry.after, codeOf(entry.reason));
  return { transaction_id, status: 1, balance: shown(channel, entry.after) };
}

/** Tells what became of a transaction; what it reports as failed must not succeed afterwards. */
export function transactionCheck(body: JsonObject, channel: ApiV1Channel): ApiV1Answer {
  const { flawed, ledger, name } = channel;
  const transaction_id = textIn(body.get('transaction_id'));
  const isRight =
    isFormed(body, { ...TRANSACTION, ...SIGNED_CALL }) && isSigned(body, ['transaction_id', 'timestamp'], channel);
  if (!isRight) return { transaction_id, status: 2, error_code: 'OTHERS' };
  const entry = ledger.known(name, transaction_id);
  if (entry && !entry.reason) return { transaction_id, status: 1 };
  if (!flawed('check-does-not-close')) ledger.block(name, transaction_id);
  const error_code = entry?.reason && !flawed('check-forgets-refusals') ? codeOf(entry.reason) : 'OTHERS';
  return { transaction_id, status: 2, error_code };
}

function movementOf(
  reference: string,
  player: string,
  type: string,
  cents: bigint,
  { name: channel }: ApiV1Channel,
): Movement {
  const stake = STAKES.includes(type);
  // Nothing else of a call is signed, so nothing else counts.
  const unsigned = { round: '', names: [], returns: [], withholding: false, hasBet: false, paidOut: [], failed: [] };
  return { channel, reference, player, type, cents, stake, ...unsigned };
}

function shown({ flawed }: ApiV1Channel, { cents, float }: Balance): NumberText {
  const text = flawed('floats') ? String(float) : withTwoDecimals(cents);
  return new NumberText(flawed('balance-without-decimals') ? (shortest(text) ?? text) : text);
}

function memberOf(body: JsonObject, { flawed }: ApiV1Channel): string {
  const sent = textIn(body.get('member_id'));
  return flawed('user-name-as-sent') ? sent : sent.toLowerCase();
}

function isFormed(body: JsonObject, fields: Fields): boolean {
  return Object.entries(fields).every(([name, { kind, form, required }]) => {
    const value = body.get(name) ?? '';
    if (value === '' && required === false) return true;
    if (typeof value !== 'string' && !(value instanceof NumberText)) return false;
    return (kind === 'either' || typeof value === kind) && form.test(textIn(value));
  });
}

/** Numbers are signed as they stand in the JSON; who signs before printing signs their shortest form. */
function isSigned(body: JsonObject, fields: readonly string[], { flawed, key }: ApiV1Channel): boolean {
  if (flawed('signature-unchecked')) return true;
  const forms: ((number: string) => string)[] = flawed('signature-over-parsed-numbers')
    ? [(number) => String(Number(number))]
    : [(number) => number, (number) => shortest(number) ?? number];
  if (flawed('signature-over-sent-numbers-only')) forms.pop();
  return forms.some((form) => {
    const values = fields.map((name) => body.get(name));
    const texts = values.map((value) => (value instanceof NumberText ? form(value.text) : textIn(value)));
    const digest = createHash('md5').update(texts.join('') + key);
    return digest.digest('hex') === textIn(body.get('sign')).toLowerCase();
  });
}
