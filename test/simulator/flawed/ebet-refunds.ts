import { centsOf } from './amounts.js';
import { CALL, fieldFault, isForeign, isMisdirected, isSigned, isStale, playerOf, SIGNED_CALL } from './ebet-call.js';
import type { Answer, EbetChannel, Fields } from './ebet-call.js';
import { shownIn } from './ebet-movements.js';
import { objectsIn, textIn, type JsonObject } from './json.js';

interface Line {
  readonly reference: string;
  readonly player: string;
  readonly round: string;
  /** What the player gets; undefined if it is malformed or of the wrong sign. */
  readonly cents: bigint | undefined;
}

/** A line of a batch that was refunded, now or before; its id has both names, for the manual's table and sample differ. */
interface Refunded {
  readonly [member: string]: string | number;
  readonly seqNo: string;
  readonly refundSeqNo: string;
  readonly status: number;
}

const SINGLE_FIELDS: Fields = { ...SIGNED_CALL, refundList: { type: 'list' } };
const BATCH_FIELDS: Fields = {
  ...SIGNED_CALL,
  username: { ...CALL['username'], type: 'string', required: false },
  batchRefundList: { type: 'list' },
  refundThreshold: { type: 'number', required: false },
};

/** refundSingleWallet: failed bets of one player, each line for itself. */
export function refundSingleWallet(body: JsonObject, channel: EbetChannel): Answer {
  const username = textIn(body.get('username'));
  const fault = faultOf(body, channel, 'refundSingleWallet', SINGLE_FIELDS, [['username', 'timestamp']]);
  const lines = objectsIn(body.get('refundList')).map((line) => singleLine(line, body, channel));
  if (fault) return { status: fault, username };
  if (lines.length === 0 || lines.some(({ reference }) => reference === '')) return { status: 4025, username };
  return once(body, lines, channel, { username }, () => {
    const player = playerOf(body, channel);
    const before = channel.ledger.balance(player);
    let refunded = 0n;
    const resultList = lines.map((line) => {
      const status = line.player === player ? judge(line, channel) : 4037;
      if (status === 200) refunded += pay(line, channel);
      return { refundSeqNo: line.reference, status };
    });
    return {
      status: 200,
      username,
      moneyBefore: shownIn(channel, before),
      moneyAfter: shownIn(channel, channel.ledger.balance(player)),
      refundMoney: shownIn(channel, { cents: refunded, float: Number(refunded) / 100 }),
      resultList,
    };
  });
}

/** autoBatchRefund: failed bets of many players, grouped by player and round. */
export function autoBatchRefund(body: JsonObject, channel: EbetChannel): Answer {
  const texts = [
    ['username', 'timestamp'],
    ['channelId', 'timestamp'],
  ];
  const fault = faultOf(body, channel, 'autoBatchRefund', BATCH_FIELDS, texts);
  if (fault) return { status: fault };
  const threshold = centsOf(textIn(body.get('refundThreshold')));
  const lines = objectsIn(body.get('batchRefundList')).map((line) => batchLine(line, channel));
  if (lines.length === 0) return { status: 4025 };
  return once(body, lines, channel, {}, () => {
    const groups = new Map<string, { username: string; round: string; cents: bigint; list: Refunded[] }>();
    const isHeldBack = ({ cents = 0n }: Line) =>
      threshold !== undefined && cents > threshold && !channel.flawed('batch-threshold-ignored');
    const isBad = (line: Line) => !isHeldBack(line) && ![200, 209].includes(judge(line, channel));
    if (channel.flawed('batch-stopped-by-a-bad-line') && lines.some(isBad)) return { status: 207 };
    lines.forEach((line, index) => {
      const { round, reference } = line;
      const username = textIn(objectsIn(body.get('batchRefundList'))[index]?.get('username'));
      const key = `${username}\n${round}`;
      const group = groups.get(key) ?? { username, round, cents: 0n, list: [] };
      groups.set(key, group);
      const status = isHeldBack(line) || reference === '' ? 0 : judge(line, channel);
      if (status === 200) group.cents += pay(line, channel);
      else if (status === 209) group.cents -= channel.ledger.entry(channel.name, reference)?.cents ?? 0n;
      else return;
      group.list.push({ seqNo: reference, refundSeqNo: reference, status });
    });
    const refundResultList = [...groups.values()].map(({ username, round, cents, list }) => ({
      username,
      roundCode: round,
      refundTotalMoney: shownIn(channel, { cents, float: Number(cents) / 100 }),
      sucRefundSeqNoList: list,
    }));
    return { status: 200, refundResultList };
  });
}

function faultOf(body: JsonObject, channel: EbetChannel, event: string, fields: Fields, texts: readonly string[][]) {
  const fault = fieldFault(body, fields);
  if (fault) return fault;
  if (!isSigned(body, texts, channel)) return 4026;
  if (isStale(body) && !channel.flawed('stale-refund-accepted')) return 4026;
  return isMisdirected(body, event, channel) || isForeign(body, channel) ? 4025 : undefined;
}

function singleLine(line: JsonObject, body: JsonObject, channel: EbetChannel): Line {
  const named = playerOf(line, channel);
  return { ...lineOf(line, named === '' ? playerOf(body, channel) : named, 'refundSeqNo', -1n) };
}

function batchLine(line: JsonObject, channel: EbetChannel): Line {
  return lineOf(line, playerOf(line, channel), 'seqNo', 1n);
}

function lineOf(line: JsonObject, player: string, seqNo: string, sign: bigint): Line {
  const cents = centsOf(textIn(line.get('refundMoney')));
  return {
    reference: textIn(line.get(seqNo)),
    player,
    round: textIn(line.get('roundCode')),
    cents: cents !== undefined && cents * sign > 0n ? cents * sign : undefined,
  };
}

/** The same request gets its first answer again; its seqNo with another list is wrong. */
function once(
  body: JsonObject,
  lines: readonly Line[],
  { flawed, refunds }: EbetChannel,
  echo: { readonly username?: string },
  process: () => Answer,
): Answer {
  const seqNo = textIn(body.get('seqNo'));
  const asked = lines.map(({ reference, player, cents }) => [reference, player, String(cents)]);
  const request = JSON.stringify([body.get('event'), textIn(body.get('username')).toLowerCase(), asked]);
  const first = refunds.get(seqNo);
  if (first && first.request !== request) return { status: 4025, ...echo };
  if (first && !flawed('refund-repeat-decided-anew')) return first.answer;
  const answer = { timestamp: Date.now(), ...process() };
  refunds.set(seqNo, { request, answer });
  return answer;
}

/** What a line gets, bound to what was recorded: nothing in a list is signed. */
function judge(line: Line, channel: EbetChannel): number {
  const { flawed, ledger, name, refundPaidOutBets } = channel;
  const debit = ledger.entry(name, line.reference);
  if (!debit || (debit.reason === 'BLOCKED' && debit.player === line.player)) {
    if (flawed('unknown-bet-refunded')) return 200;
    if (!flawed('no-block')) ledger.block(name, line.reference, line.player);
    return 206;
  }
  if (debit.player !== line.player && !flawed('refund-of-another-player')) return 4037;
  if (!debit.stake || debit.cents === 0n) return 208;
  if (debit.reason && !flawed('declined-bet-refunded')) return 208;
  if (debit.refunded && !flawed('refunded-twice')) return 209;
  if (ledger.isPaidOut(debit) && !refundPaidOutBets && !flawed('paid-out-bet-refunded')) return 208;
  if (debit.returned > 0n && !flawed('partly-returned-refunded')) return 207;
  return line.cents === -debit.cents || flawed('refund-line-amount-trusted') ? 200 : 207;
}

/** Gives a line's player what was debited; returns it. */
function pay({ reference, player, cents: asked = 0n }: Line, { flawed, ledger, name }: EbetChannel): bigint {
  const debit = ledger.entry(name, reference);
  const cents = debit && !flawed('refund-line-amount-trusted') ? -debit.cents : asked;
  if (debit) debit.refunded = true;
  if (ledger.has(player)) ledger.credit(player, cents);
  return cents;
}
