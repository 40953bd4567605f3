import type { Body, Members } from '../exact-json.js';
import { batchAnswer, type BatchGroup } from './answers.js';
import type { Movement } from './movement.js';
import { cash, type Call, type Stage } from './stage.js';

/** A line of batchRefundList. */
export interface BatchLine {
  /** The debit that it is for, of the player who is named. */
  readonly bet: Pick<Movement, 'seqNo' | 'money' | 'username' | 'roundCode'>;
  /** What the model must come to; 'left alone': above the threshold. */
  readonly expects: number | 'left alone';
  /** What is wanted back instead of the debit, above 0. */
  readonly refundMoney?: bigint;
  readonly username?: string;
}

export interface BatchOptions {
  /** Cents; absent: more than any line. */
  readonly threshold?: bigint;
  readonly over?: Readonly<Record<string, Body>>;
}

const NO_THRESHOLD = 999_999_999_900n;

/** The request for these lines, with what the model makes of them. */
export function batchDecided(stage: Stage, lines: readonly BatchLine[], options: BatchOptions = {}): Call {
  const { threshold = NO_THRESHOLD, over } = options;
  const body = { ...batchBody(stage, lines, threshold), ...over };
  const groups = new Map<string, BatchGroup>();
  const open = new Map<string, BatchGroup>();
  for (const line of lines) {
    const { bet, refundMoney = -bet.money, username = bet.username } = line;
    const isAbove = refundMoney > threshold;
    const status = isAbove
      ? 'left alone'
      : refundMoney <= 0n
        ? 207
        : stage.model.refundLine(username, bet.seqNo, refundMoney);
    if (status !== line.expects) {
      throw new Error(`${stage.name}: the script expects ${line.expects} of a line, the model ${status}`);
    }
    const roundCode = bet.roundCode ?? '';
    const key = JSON.stringify([username, roundCode]);
    const into = isAbove ? open : groups;
    const group = into.get(key) ?? { username, roundCode, total: 0n, lines: [] };
    const isListed = status === 200 || status === 209;
    into.set(key, {
      ...group,
      total: isListed ? group.total + refundMoney : group.total,
      lines: isListed ? [...group.lines, { refundSeqNo: bet.seqNo, status }] : group.lines,
    });
  }
  const alone = [...open].filter(([key]) => !groups.has(key)).map(([, group]) => group);
  const text = stage.caller.text('autoBatchRefund', body);
  return { endpoint: 'autoBatchRefund', text, expected: batchAnswer(body, [...groups.values()], alone) };
}

/** Sends them as one automatic refund. */
export async function batch(stage: Stage, lines: readonly BatchLine[], options: BatchOptions = {}): Promise<Call> {
  const call = batchDecided(stage, lines, options);
  await stage.compare(call);
  return call;
}

export function batchBody({ caller }: Stage, lines: readonly BatchLine[], threshold = NO_THRESHOLD): Members {
  const {
    channelId = null,
    currency = null,
    seqNo = null,
    event = null,
    timestamp = null,
  } = caller.frame('autoBatchRefund', 'batch');
  return {
    channelId,
    lastStartProcessTime: Date.now() - 300_000,
    refundThreshold: cash(threshold),
    sessionToken: caller.sessionToken,
    seqNo,
    batchRefundList: lines.map(({ bet, refundMoney = -bet.money, username = bet.username }) => ({
      seqNo: bet.seqNo,
      username,
      roundCode: bet.roundCode,
      refundMoney: cash(refundMoney),
      detail: [{ betId: `${bet.seqNo}-80`, betType: 80, money: cash(refundMoney) }],
    })),
    currency,
    event,
    timestamp,
  };
}
