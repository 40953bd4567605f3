import type { Members } from '../exact-json.js';
import type { TypeNumber } from './transaction-types.js';

/** A line of `betList`: in a bet what is put on what, in a payout what came of which bet. */
export interface BetLine {
  readonly betType: number;
  /** Cents; in a payout 0 says that eBET holds the bet for failed. */
  readonly betMoney: bigint;
  /** In a payout or a correction: the bet's own seqNo. */
  readonly seqNo?: string;
  /** Cents. */
  readonly payout?: bigint;
  /** What else stands in the line. */
  readonly more?: Members;
}

/** A line of `withHoldingList`. */
export interface WithholdingLine {
  readonly betType: number;
  /** Cents. */
  readonly withHolding: bigint;
  /** In a return or a payout: the seqNo of the debit that the money comes back from. */
  readonly seqNo?: string;
  /** Cents. */
  readonly refund?: bigint;
}

/** An increaseCredit request as far as it means anything. */
export interface Movement {
  readonly seqNo: string;
  /** As it is sent; wallets look it up in lower case. */
  readonly username: string;
  readonly type: TypeNumber;
  /** Cents; below zero takes from the player. */
  readonly money: bigint;
  readonly roundCode?: string;
  readonly betList?: readonly BetLine[];
  readonly modifyBetList?: readonly BetLine[];
  readonly withHoldingList?: readonly WithholdingLine[];
  readonly withHoldingSeqNo?: string;
  /** What the game adds to `detail`: tableCode, gameName, betTime … */
  readonly table?: Members;
}

/** What makes a repeat the same request: player, type, amount, round and the seqNos it refers to. */
export function identityOf(movement: Movement): string {
  const { username, type, money, roundCode, betList, modifyBetList, withHoldingList, withHoldingSeqNo } = movement;
  const names = [...(betList ?? []), ...(modifyBetList ?? []), ...(withHoldingList ?? [])].map(
    ({ seqNo }) => seqNo ?? '',
  );
  return JSON.stringify([
    username.toLowerCase(),
    type,
    money.toString(),
    roundCode ?? '',
    withHoldingSeqNo ?? '',
    names,
  ]);
}
