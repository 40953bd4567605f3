import { number, type Body, type Members } from '../exact-json.js';
import { short } from '../money.js';
import type { Caller } from './caller.js';
import type { BetLine, Movement, WithholdingLine } from './movement.js';

/** increaseCredit as eBET sends it. `moneyText`: how `money` is written, as short as it can be unless told. */
export function movementBody(caller: Caller, movement: Movement, moneyText = short(movement.money)): Members {
  const now = Date.now();
  return {
    username: movement.username,
    channelId: caller.connection.options.channel,
    money: number(moneyText),
    type: movement.type,
    platform: isOfTournament(movement) ? null : 3,
    currency: caller.connection.options.currency,
    seqNo: movement.seqNo,
    detail: detailOf(movement, now),
    event: 'increaseCredit',
    timestamp: number(now),
    sessionToken: caller.sessionToken,
  };
}

function isOfTournament({ type }: Movement): boolean {
  return type === 14 || type === 15;
}

function detailOf(movement: Movement, now: number): Members {
  const { type, roundCode, betList, modifyBetList, withHoldingList, withHoldingSeqNo, money, table } = movement;
  const isBet = type === 1 || type === 27 || type === 11;
  const isPayout = type === 2 || type === 37;
  const total = (betList ?? []).reduce((sum, { betMoney }) => sum + betMoney, 0n);
  const sums = betList ? { totalBet: number(short(total)), validBet: number(short(total)) } : {};
  return {
    ...table,
    roundCode,
    betList: betList?.map((line) => betLine(line, movement)),
    modifyBetList: modifyBetList?.map((line) => betLine(line, movement)),
    withHoldingList: withHoldingList?.map((line) => withholdingLine(line)),
    withHoldingSeqNo,
    ...(isBet || isPayout ? { betTime: number(now - 60) } : {}),
    ...sums,
    ...(isPayout ? { payout: number(short(money)), payoutTime: number(now - 5), betStopTime: number(now - 20) } : {}),
  };
}

function betLine({ betType, betMoney, seqNo, payout, more }: BetLine, movement: Movement): Body {
  return {
    betType,
    betMoney: number(short(betMoney)),
    seqNo,
    payout: payout === undefined ? undefined : number(short(payout)),
    ...(payout === undefined ? {} : { odds: number('0.95'), validBet: number(short(betMoney)) }),
    betId: movement.type === 27 || movement.type === 11 ? undefined : `${seqNo ?? movement.seqNo}-${betType}`,
    ...more,
  };
}

function withholdingLine({ betType, withHolding, seqNo, refund }: WithholdingLine): Body {
  return {
    betType,
    withHolding: number(short(withHolding)),
    seqNo,
    withHoldingId: seqNo === undefined ? undefined : `${seqNo}-${betType}`,
    status: refund === undefined ? undefined : 1,
    refund: refund === undefined ? undefined : number(short(refund)),
  };
}
