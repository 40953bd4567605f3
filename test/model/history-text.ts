import { Kind, Outcome, Reason, Relation, type Named } from '../../proto/gen/wallet/v1/movement.js';
import { RefundLineStatus, type Command, type NewMovement, type Result } from '../../proto/gen/wallet/v1/posting.js';
import type { Got } from './explain.js';
import type { History } from './history.js';
import type { Act } from './naive/act.js';

/** A history for people: a line for each act, with what was answered where that is known. */
export function textOfHistory(
  history: History,
  answers: readonly (readonly (readonly { got: Got }[])[])[] = [],
): string {
  const lines: string[] = [];
  for (const [p, part] of history.entries()) {
    for (const [c, call] of part.entries()) {
      for (const [a, act] of call.entries()) {
        const place = `${p}${part.length > 1 ? String.fromCharCode(97 + c) : ''}${call.length > 1 ? `.${a}` : ''}`;
        const got = answers[p]?.[c]?.[a]?.got;
        lines.push(`${place.padEnd(5)} ${textOfAct(act)}${got === undefined ? '' : `\n        ${textOfAnswer(got)}`}`);
      }
    }
  }
  return lines.join('\n');
}

function textOfAct(act: Act): string {
  if (act.act === 'post') return textOfCommand(act.command);
  const { act: does, ...rest } = act;
  return [does, ...Object.values(rest).map(String)].join(' ');
}

function textOfCommand({ channel, body, timeoutMs }: Command): string {
  const where = `[${channel}]${timeoutMs === 1 ? ' in 1 ms' : ''}`;
  switch (body?.$case) {
    case 'movements':
      return `${where} ${body.value.movements.map(textOfMovement).join(' + ') || 'no movements'}`;
    case 'refund': {
      const { reference, playerId, currency, lines, refuseSettled, amountMax } = body.value;
      const options = `${refuseSettled ? ', not if settled' : ''}${amountMax === '' ? '' : `, up to ${amountMax}`}`;
      const texts = lines.map((line) => `${line.reference} ${line.amount}${line.playerId && ` of ${line.playerId}`}`);
      return `${where} refund ${reference} by ${playerId || 'nobody'} in ${currency}${options}: ${texts.join(', ')}`;
    }
    case 'check':
      return `${where} check ${body.value.reference}${body.value.close ? ' and close' : ''}`;
    case undefined:
      return `${where} nothing`;
  }
}

function textOfMovement(movement: NewMovement): string {
  const { kind, reference, playerId, amount, currency, round, providerType, names } = movement;
  const marks = [
    round && `round ${round}${movement.roundUnsigned ? ' unsigned' : ''}`,
    providerType && `type ${providerType}`,
    movement.withholding && 'withholding',
    movement.wager && 'wager',
    ...names.map(textOfName),
  ];
  return [Kind[kind] ?? kind, reference, playerId, amount, currency, ...marks.filter((mark) => mark)].join(' ');
}

function textOfName({ reference, relation, amount }: Named): string {
  return `(${[Relation[relation], reference, amount].join(' ').trim()})`;
}

function textOfAnswer(got: Got): string {
  if (typeof got === 'string') return got;
  return [
    wordsOf(got),
    ...got.movements.map((m) => `${m.movementId} ${m.balanceBefore} to ${m.balanceAfter}`),
    refundOf(got),
    checkOf(got),
  ]
    .filter((text) => text !== '')
    .join('; ');
}

/** "APPLIED", "REFUSED FROZEN". */
export function wordsOf({ outcome, reason }: Pick<Result, 'outcome' | 'reason'>): string {
  return reason === Reason.UNSPECIFIED ? Outcome[outcome] : `${Outcome[outcome]} ${Reason[reason]}`;
}

function refundOf({ refund }: Result): string {
  if (!refund) return '';
  const lines = refund.lines.map(({ status, amount }) => `${RefundLineStatus[status]} ${amount}`);
  return `${refund.refundId} ${refund.balanceBefore} to ${refund.balanceAfter}, ${refund.refunded}: ${lines.join(', ')}`;
}

function checkOf({ check }: Result): string {
  return check ? `${wordsOf(check)} ${check.movementId}`.trim() : '';
}
