import type { Members } from '../exact-json.js';
import type { Body } from '../exact-json.js';
import { refundAnswer, type RefundedLine } from './answers.js';
import type { Movement } from './movement.js';
import { cash, type Call, type Stage } from './stage.js';

/** A line of refundList. */
export interface RefundLine {
  /** The debit that it is for; `seqNo` alone is one that the wallet has not seen. */
  readonly bet: Pick<Movement, 'seqNo' | 'money'> & Partial<Movement>;
  /** What the script is about: the model must come to this, too. */
  readonly expects: number;
  /** What is wanted back instead of the debit, below 0. */
  readonly refundMoney?: bigint;
  readonly username?: string;
  readonly roundCode?: string;
  /** What a line says for itself, whatever the model makes of it. */
  readonly decides?: 'itself';
}

export interface RefundOptions {
  readonly username?: string;
  readonly seqNo?: string;
  readonly over?: Readonly<Record<string, Body>>;
}

/** The request for these lines, with what the model makes of them. */
export function refundDecided(stage: Stage, lines: readonly RefundLine[], options: RefundOptions = {}): Call {
  const { caller, model } = stage;
  const username = options.username ?? stage.player;
  const before = model.balance(username);
  const results = lines.map((line): RefundedLine => {
    const status = line.decides === 'itself' ? line.expects : decide(stage, username, line);
    if (status !== line.expects) {
      throw new Error(`${stage.name}: the script expects ${line.expects} of a line, the model ${status}`);
    }
    return { refundSeqNo: line.bet.seqNo, status };
  });
  const body = {
    ...refundBody(stage, username, lines),
    ...(options.seqNo === undefined ? {} : { seqNo: options.seqNo }),
    ...options.over,
  };
  const expected = refundAnswer(body, username, before, model.balance(username), results);
  return { endpoint: 'refundSingleWallet', text: caller.text('refundSingleWallet', body), expected };
}

/** Sends them as one manual refund. */
export async function refund(stage: Stage, lines: readonly RefundLine[], options: RefundOptions = {}): Promise<Call> {
  const call = refundDecided(stage, lines, options);
  await stage.compare(call);
  return call;
}

export function refundBody({ caller }: Stage, username: string, lines: readonly RefundLine[]): Members {
  return {
    username,
    roundCode: lines[0]?.bet.roundCode ?? caller.fresh('round'),
    sessionToken: caller.sessionToken,
    ...caller.frame('refundSingleWallet', 'refund'),
    refundList: lines.map(({ bet, refundMoney, username: named, roundCode }) => ({
      refundSeqNo: bet.seqNo,
      username: named ?? username,
      roundCode: roundCode ?? bet.roundCode,
      refundMoney: cash(refundMoney ?? bet.money),
    })),
  };
}

function decide(
  { model }: Stage,
  username: string,
  { bet, refundMoney = bet.money, username: named }: RefundLine,
): number {
  if (named !== undefined && named.toLowerCase() !== username.toLowerCase()) return 4037;
  if (refundMoney >= 0n) return 207;
  return model.refundLine(username, bet.seqNo, -refundMoney);
}
