import { isJsonObject, JsonNumber, type Json, type JsonObject } from '../json/value.js';
import { shortestNumber } from '../json/shortest-number.js';
import { formatMoney, parseMoney } from '../../wallet-core/money.js';
import type { EbetChannel } from './channel.js';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import type { Named } from '../../proto/gen/wallet/v1/movement.js';

/** What of a request's detail goes to the ledger; undefined: the detail is malformed. */
type ReadNames = (detail: JsonObject, money: bigint, channel: EbetChannel) => Named[] | undefined;

export interface TransactionType {
  readonly kind: Kind;
  readonly sign: 'debit' | 'credit' | 'either';
  /** Other movements that it names. The detail is not signed: wallet-core binds them to what it recorded. */
  readonly names?: ReadNames;
  /** Without a detail, money cannot move. */
  readonly needsDetail?: true;
}

/** eBET manual, increaseCredit: the types of transactions. */
export const TRANSACTION_TYPES: ReadonlyMap<string, TransactionType> = new Map<string, TransactionType>([
  ['1', { kind: Kind.BET, sign: 'debit' }],
  ['2', { kind: Kind.PAYOUT, sign: 'credit', names: namesOfPayout }],
  ['3', { kind: Kind.TIP, sign: 'debit' }],
  ['6', { kind: Kind.BONUS, sign: 'credit' }],
  ['8', { kind: Kind.TOURNAMENT_FEE, sign: 'debit' }],
  ['9', { kind: Kind.TOURNAMENT_REFUND, sign: 'credit' }],
  ['11', { kind: Kind.WITHHOLDING_RETURN, sign: 'credit', names: namesOfFailedBet, needsDetail: true }],
  ['14', { kind: Kind.TOURNAMENT_AWARD, sign: 'credit' }],
  ['15', { kind: Kind.TOURNAMENT_AWARD_REVERSAL, sign: 'debit' }],
  ['23', { kind: Kind.BONUS, sign: 'credit' }],
  ['24', { kind: Kind.BONUS, sign: 'credit' }],
  ['27', { kind: Kind.WITHHOLDING, sign: 'debit' }],
  ['28', { kind: Kind.WITHHOLDING_RETURN, sign: 'credit', names: namesOfReturn, needsDetail: true }],
  ['37', { kind: Kind.PAYOUT_CORRECTION, sign: 'either', names: namesOfCorrection }],
  ['38', { kind: Kind.BONUS, sign: 'credit' }],
]);

/** Whether a bet includes its withholding (type 1 with withHoldingList). */
export function holdsWithholding(kind: Kind, detail: JsonObject): boolean {
  return kind === Kind.BET && linesOf(detail, 'withHoldingList').length > 0;
}

/** Whether a bet puts money on the game itself: a live table bet may consist of its withholding alone. */
export function isWager(kind: Kind, detail: JsonObject): boolean {
  return kind === Kind.BET && linesOf(detail, 'betList').some((line) => isAmount(line.get('betMoney')));
}

/** What wallet-core does about a bet that a payout names as failed, by the channel's way. */
const OF_FAILED_BET: Record<EbetChannel['failedBets'], Relation> = {
  'await-refund': Relation.MENTION,
  'self-refund': Relation.REFUND_FAILED,
  'reject-payout': Relation.REJECT_FAILED,
};

/** A payout settles the bets that it names, unless all lines of a bet have betMoney 0: that bet counts as failed. */
function namesOfPayout(detail: JsonObject, _money: bigint, { currency, failedBets }: EbetChannel): Named[] {
  const settled = new Map<string, boolean>();
  for (const line of linesOf(detail, 'betList')) {
    const seqNo = seqNoOf(line, 'seqNo');
    if (seqNo !== undefined) settled.set(seqNo, (settled.get(seqNo) ?? false) || !isZero(line.get('betMoney')));
  }
  const names = [...settled].map(([reference, counts]) =>
    named(reference, counts ? Relation.SETTLE : OF_FAILED_BET[failedBets]),
  );
  for (const line of linesOf(detail, 'withHoldingList')) {
    const seqNo = seqNoOf(line, 'seqNo');
    const refund = amountOf(line.get('refund'), currency);
    if (seqNo !== undefined && refund) names.push(named(seqNo, Relation.RETURN_CAPPED, formatMoney(refund, currency)));
  }
  return names;
}

/** Type 11: the whole amount comes back from the one withholding; the manual spells its field in two ways. */
function namesOfFailedBet(detail: JsonObject, money: bigint, { currency }: EbetChannel): Named[] | undefined {
  const seqNo = seqNoOf(detail, 'withHoldingSeqNo') ?? seqNoOf(detail, 'withholdingSeqNo');
  if (seqNo === undefined) return money === 0n ? [] : undefined;
  return [named(seqNo, Relation.RETURN, formatMoney(money, currency))];
}

/** Type 28: the parts must sum to the money that is signed. A zero is recorded without looking at what it names. */
function namesOfReturn(detail: JsonObject, money: bigint, { currency }: EbetChannel): Named[] | undefined {
  const names: Named[] = [];
  let sum = 0n;
  for (const line of linesOf(detail, 'withHoldingList')) {
    const seqNo = seqNoOf(line, 'seqNo');
    const refund = amountOf(line.get('refund') ?? null, currency);
    if (seqNo === undefined || refund === undefined) {
      if (money === 0n) continue;
      return undefined;
    }
    sum += refund;
    names.push(named(seqNo, Relation.RETURN, money === 0n ? '' : formatMoney(refund, currency)));
  }
  return money === 0n || sum === money ? names : undefined;
}

function namesOfCorrection(detail: JsonObject): Named[] {
  const lines = [...linesOf(detail, 'betList'), ...linesOf(detail, 'modifyBetList')];
  const seqNos = new Set(lines.flatMap((line) => seqNoOf(line, 'seqNo') ?? []));
  return [...seqNos].map((seqNo) => named(seqNo, Relation.MENTION));
}

function named(reference: string, relation: Relation, amount = ''): Named {
  return { reference, relation, amount };
}

function linesOf(detail: JsonObject, field: string): JsonObject[] {
  const list = detail.get(field);
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function seqNoOf(line: JsonObject, field: string): string | undefined {
  const value = line.get(field);
  return typeof value === 'string' && /^[\x20-\x7e]{1,128}$/.test(value) ? value : undefined;
}

/** Minor units >= 0; a missing amount is 0, undefined is a malformed one. */
function amountOf(value: Json | undefined, currency: string): bigint | undefined {
  if (value === undefined || value === null) return 0n;
  const minor = value instanceof JsonNumber ? parseMoney(value.text, currency) : undefined;
  return minor !== undefined && minor >= 0n ? minor : undefined;
}

function isAmount(value: Json | undefined): boolean {
  return value instanceof JsonNumber && !isZero(value);
}

function isZero(value: Json | undefined): boolean {
  return value instanceof JsonNumber && shortestNumber(value.text) === '0';
}
