import { centsOf, shortest } from './amounts.js';
import { fieldFault, isForeign, isMisdirected, isSigned, playerOf, ROUND_FIELD, SIGNED_CALL } from './ebet-call.js';
import type { Answer, EbetChannel, Fields } from './ebet-call.js';
import { NumberText, objectIn, objectsIn, textIn, type JsonObject } from './json.js';
import type { Movement, Reason, Return } from './ledger.js';

type Sign = 'debit' | 'credit' | 'either';

const STAKES: ReadonlySet<string> = new Set(['1', '3', '8', '27']);
const SIGNS: ReadonlyMap<string, Sign> = new Map<string, Sign>([
  ...['1', '3', '8', '15', '27'].map((type) => [type, 'debit'] as const),
  ...['2', '6', '9', '11', '14', '23', '24', '28', '38'].map((type) => [type, 'credit'] as const),
  ['37', 'either'],
]);

export const STATUS_OF: Readonly<Record<Reason, number>> = {
  MAINTENANCE: 505,
  BLOCKED: 209,
  NO_PLAYER: 4037,
  FROZEN: 4029,
  DEBIT_UNKNOWN: 206,
  BEYOND_OUTSTANDING: 207,
  FAILED_BET_HELD: 4025,
  NO_FUNDS: 1003,
  LIMIT: 4025,
};

const FIELDS: Fields = {
  ...SIGNED_CALL,
  money: { type: 'number' },
  type: { type: 'number' },
  detail: { type: 'object', required: false },
};
const SIGNED = ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'money'];

/** increaseCredit: one movement of money. */
export function increaseCredit(body: JsonObject, channel: EbetChannel): Answer {
  const username = textIn(body.get('username'));
  const balance = channel.balance(playerOf(body, channel));
  const refused = (status: number, money = balance): Answer => ({ status, username, money, moneyBefore: money });

  const fault = fieldFault(body, FIELDS) ?? fieldFault(objectIn(body.get('detail')), ROUND_FIELD);
  if (fault) return refused(fault, 0);
  if (isDetailMissing(body)) return refused(4025, 0);
  if (!isSigned(body, [SIGNED], channel)) return refused(4026, 0);
  if (isMisdirected(body, 'increaseCredit', channel)) return refused(4025);

  const movement = movementOf(body, channel);
  const isKnown = channel.ledger.entry(channel.name, textIn(body.get('seqNo'))) !== undefined;
  if (typeof movement === 'number') return refused(isKnown ? 4025 : movement);
  const entry = channel.ledger.post(movement);
  if (entry === 'CONFLICT') return refused(4025);
  const status = entry.reason ? STATUS_OF[entry.reason] : 200;
  const balances = { money: shownIn(channel, entry.after), moneyBefore: shownIn(channel, entry.before) };
  return { status, username, ...balances, timestamp: entry.timeMs };
}

/** A balance as an answer has it: a JSON number of its exact value. */
export function shownIn({ flawed }: EbetChannel, { cents, float }: { cents: bigint; float: number }): NumberText {
  return new NumberText(flawed('floats') ? String(float) : (shortest(`${cents}e-2`) ?? ''));
}

function typeOf(body: JsonObject): string {
  return shortest(textIn(body.get('type'))) ?? '';
}

function isDetailMissing(body: JsonObject): boolean {
  return ['11', '28'].includes(typeOf(body)) && !body.get('detail') && Number(textIn(body.get('money'))) !== 0;
}

/** What the call asks for, or the status of what is wrong with it. */
function movementOf(body: JsonObject, channel: EbetChannel): Movement | number {
  const { flawed } = channel;
  const type = typeOf(body);
  const sign = SIGNS.get(type) ?? (flawed('unknown-type-accepted') ? 'either' : undefined);
  if (!sign) return 4029;
  if (isForeign(body, channel)) return 4025;
  const money = textIn(body.get('money'));
  const cents = centsOf(flawed('decimals-rounded') ? Number(money).toFixed(2) : money);
  if (cents === undefined) return 4025;
  const isWrong = (sign === 'debit' && cents > 0n) || (sign === 'credit' && cents < 0n);
  if (isWrong && !flawed('sign-of-money-unchecked')) return 4025;

  const detail = objectIn(body.get('detail'));
  const returns = cents === 0n ? [] : returnsOf(type, detail, cents, channel);
  if (!returns) return 4025;
  const bets = objectsIn(detail.get('betList'));
  const isBet = type === '1';
  return {
    channel: channel.name,
    reference: textIn(body.get('seqNo')),
    player: playerOf(body, channel),
    type,
    cents,
    stake: STAKES.has(type),
    round: textIn(detail.get('roundCode')),
    names: namesIn(detail),
    returns,
    withholding: type === '27' || (isBet && objectsIn(detail.get('withHoldingList')).length > 0),
    hasBet: isBet && bets.some(hasMoney),
    paidOut: type === '2' ? seqNosOf(bets.filter(hasMoney)) : [],
    failed: type === '2' ? seqNosOf(bets.filter((line) => !isPaid(line, bets))) : [],
  };
}

const hasMoney = (line: JsonObject) => Number(textIn(line.get('betMoney'))) !== 0;
const isPaid = (line: JsonObject, bets: readonly JsonObject[]) =>
  bets.some((other) => other.get('seqNo') === line.get('seqNo') && hasMoney(other));
const seqNosOf = (lines: readonly JsonObject[]) => [
  ...new Set(lines.map((line) => textIn(line.get('seqNo'))).filter((seqNo) => seqNo !== '')),
];

function withHoldingSeqNoIn(detail: JsonObject): string {
  return textIn(detail.get('withHoldingSeqNo')) || textIn(detail.get('withholdingSeqNo'));
}

/** The seqNos that a request refers to: a repeat refers to the same. */
function namesIn(detail: JsonObject): readonly string[] {
  const lists = ['betList', 'modifyBetList', 'withHoldingList'].flatMap((name) =>
    seqNosOf(objectsIn(detail.get(name))),
  );
  const withheld = withHoldingSeqNoIn(detail);
  return [...new Set(withheld === '' ? lists : [...lists, withheld])];
}

/** Which withholdings the money gives back; undefined if the detail does not say so as it must. */
function returnsOf(type: string, detail: JsonObject, money: bigint, { flawed }: EbetChannel): Return[] | undefined {
  if (type === '11') {
    const reference = withHoldingSeqNoIn(detail);
    return reference === '' ? undefined : [{ reference, cents: money, capped: false }];
  }
  if (type !== '28' && type !== '2') return [];
  const capped = type === '2';
  const returns: Return[] = [];
  for (const line of objectsIn(detail.get('withHoldingList'))) {
    const reference = textIn(line.get('seqNo'));
    const cents = centsOf(textIn(line.get('refund')));
    if (reference !== '' && cents !== undefined && cents >= 0n) returns.push({ reference, cents, capped });
    else if (!capped) return undefined;
  }
  const isWhole = returns.reduce((sum, { cents }) => sum + cents, 0n) === money;
  return capped || isWhole || flawed('return-sum-unchecked') ? returns : undefined;
}
