import type { Named } from '../domain/command.js';
import { KINDS, type Purpose, type Relation } from '../domain/kinds.js';
import type { RefundLineStatus, RefusalReason } from '../domain/reasons.js';
import type { DecidedRefundLine, LedgerRecord } from '../domain/record.js';
import { flag, list, oneOf, orAbsent, readObject, text, whole, writeObject, type Forms, type Json } from './forms.js';

export type RecordType = LedgerRecord['type'];
export type RecordOf<Type extends RecordType> = Extract<LedgerRecord, { type: Type }>;

/** What a record has from its place in the journal. */
export interface Place {
  readonly id: bigint;
  readonly timeMs: bigint;
}

/** How the records of a type are written, and read again where they stand. */
interface RecordForm<Of> {
  readonly write: (record: Of) => Json;
  /** `members`: what is written beside the type. Throws a LineError. */
  readonly read: (members: unknown, where: string, place: Place) => Of;
}

/** `placed` adds what the place of a record says of it. */
function form<Type extends RecordType, Said, Of extends Said>(
  type: Type,
  forms: Forms<Said>,
  placed: (said: { type: Type } & Said, place: Place) => Of,
): RecordForm<Of> {
  return {
    write: (record) => ({ type, ...writeObject(forms, record) }),
    read: (members, where, place) => placed({ type, ...readObject(forms, members, where) }, place),
  };
}

const numbered = <Said>(said: Said, { id }: Place) => ({ ...said, id });
const timed = <Said>(said: Said, { id, timeMs }: Place) => ({ ...said, id, timeMs });

const purpose = oneOf<Purpose>({ GAME: 1, TIPS: 1, PROMOTION: 1, TOURNAMENT: 1, CASH: 1, ADJUSTMENT: 1 });

const relation = oneOf<Relation>({
  RETURN: 1,
  RETURN_CAPPED: 1,
  SETTLE: 1,
  MENTION: 1,
  REFUND: 1,
  REFUND_FAILED: 1,
  REJECT_FAILED: 1,
});

const reason = oneOf<RefusalReason>({
  NO_ACCOUNT: 1,
  FROZEN: 1,
  INSUFFICIENT_FUNDS: 1,
  BLOCKED: 1,
  DEBIT_UNKNOWN: 1,
  EXCEEDS_OUTSTANDING: 1,
  BALANCE_LIMIT: 1,
  MAINTENANCE: 1,
  FAILED_BET_DEBITED: 1,
});

const status = oneOf<RefundLineStatus>({
  REFUNDED: 1,
  UNKNOWN: 1,
  ALREADY_REFUNDED: 1,
  AMOUNT_DIFFERS: 1,
  NOT_REFUNDABLE: 1,
  SETTLED: 1,
  OTHER_PLAYER: 1,
  BALANCE_LIMIT: 1,
  ABOVE_MAXIMUM: 1,
});

const names: Forms<Named> = { reference: text, relation, amount: whole };

const lines: Forms<DecidedRefundLine> = { reference: text, amount: orAbsent(whole), player: text, status };

/** The fields of each type of record, in the order of docs/journal.md. */
export const RECORDS: { readonly [Type in RecordType]: RecordForm<RecordOf<Type>> } = {
  movement: form(
    'movement',
    {
      channel: text,
      player: text,
      currency: text,
      kind: oneOf(KINDS),
      purpose,
      amount: whole,
      balanceBefore: whole,
      balanceAfter: whole,
      reason: orAbsent(reason),
      reference: text,
      holdsReference: flag,
      round: text,
      providerType: text,
      withholding: flag,
      names: list(names),
      wager: flag,
    },
    timed,
  ),
  refund: form(
    'refund',
    {
      channel: text,
      reference: text,
      player: text,
      currency: text,
      balanceBefore: whole,
      balanceAfter: whole,
      refunded: whole,
      lines: list(lines),
    },
    timed,
  ),
  block: form('block', { channel: text, reference: text, player: text }, numbered),
  channel: form('channel', { channel: text }, numbered),
  account: form('account', { player: text, currency: text }, numbered),
  freeze: form('freeze', { player: text, reason: text, note: text, frozen: flag }, numbered),
  password: form('password', { player: text, hash: text }, numbered),
  house: form('house', { channel: text, currency: text, purpose, amount: whole, balanceAfter: whole }, numbered),
  maintenance: form('maintenance', { channel: text, note: text, maintenance: flag }, numbered),
  token: form('token', { player: text, hash: text, expiresMs: whole, oneTime: flag }, numbered),
  'token-use': form('token-use', { player: text, hash: text, channel: text, reference: text }, numbered),
  session: form('session', { player: text, channel: text, reference: text, hash: text }, numbered),
  'session-end': form('session-end', { player: text, channel: text }, numbered),
  act: form('act', { operator: text, reason: text, act: text, player: text, records: whole }, numbered),
};

export function isRecordType(type: unknown): type is RecordType {
  return typeof type === 'string' && Object.hasOwn(RECORDS, type);
}
