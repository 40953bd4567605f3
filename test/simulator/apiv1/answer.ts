import { absent, amount, differenceOf, integer, Matcher, type ExpectedMembers } from '../expectation.js';
import { isObject, NumberText, type Json } from '../exact-json.js';
import type { Possible } from './book.js';

/** What every answer must look like, whatever it says: the case of each in a report, with what it expects. */
export const ANSWER_FORMS = {
  'answer balance': 'A balance is a JSON number written with exactly two decimals: 8002.00.',
  'answer error code': 'An answer with status 1 has no error_code.',
  'answer transaction id': 'The transaction_id is in the answer as it was sent.',
} as const;

export type AnswerForm = keyof typeof ANSWER_FORMS;

const noBalance = new Matcher('nothing or 0.00', (seen) => absent.accepts(seen) || amount(0n).accepts(seen));

/** The members of an answer that decide. */
export function expectedOf({ error, balance }: Possible): ExpectedMembers {
  const status = integer(error === undefined ? 1 : 2);
  const told = balance === undefined ? noBalance : amount(balance);
  return error === undefined ? { status, balance: told } : { status, error_code: error, balance: told };
}

/** Which of the right answers this is. */
export function possibleOf(possible: readonly Possible[], json: Json | undefined): Possible | undefined {
  return possible.find((one) => differenceOf(expectedOf(one), json) === undefined);
}

const twoDecimals = new Matcher(
  'a number with exactly two decimals',
  (seen) => seen instanceof NumberText && /^-?(0|[1-9]\d*)\.\d{2}$/.test(seen.text),
);

/** The forms that an answer can show, each with what it expects of it. */
export function formsOf(json: Json | undefined, transactionId: string | undefined): [AnswerForm, ExpectedMembers][] {
  if (!isObject(json)) return [];
  const forms: [AnswerForm, ExpectedMembers][] = [];
  if (json.balance !== undefined && json.balance !== null) forms.push(['answer balance', { balance: twoDecimals }]);
  if (isSuccess(json)) {
    forms.push(['answer error code', { error_code: new Matcher('nothing', (seen) => seen === undefined) }]);
  }
  if (transactionId !== undefined) forms.push(['answer transaction id', { transaction_id: transactionId }]);
  return forms;
}

/** The wallet does not know: the call decided nothing for us and is sent again. */
export function isTimeOut(json: Json | undefined): boolean {
  return isObject(json) && json.error_code === 'TIME_OUT';
}

export function isSuccess(json: Json | undefined): boolean {
  return isObject(json) && json.status instanceof NumberText && json.status.text === '1';
}
