import type {
  Command,
  LogInCommand,
  MovementsCommand,
  Named,
  NewMovement,
  Operator,
  RefundCommand,
} from './command.js';
import { isCurrency, withinLimit } from '../money.js';
import { saysFailed } from './failed-bets.js';
import { rule } from './kinds.js';

const REFERENCE = /^[\x20-\x7e]{1,128}$/;
const CHANNEL = /^[a-z0-9][a-z0-9/._-]{0,63}$/;
const FREEZE_REASON = /^[a-z0-9][a-z0-9_-]{0,31}$/;
const CONTROL = /[\x00-\x1f\x7f]/;

/** What is wrong with a command, naming the field, what stands there and what would be right; undefined: nothing. */
export function faultOf(command: Command): string | undefined {
  const by = 'by' in command ? command.by : undefined;
  return (by && operatorFault(by)) ?? commandFault(command);
}

/** What is wrong with who asks, and why. */
export function operatorFault({ name, reason }: Operator): string | undefined {
  if (name === '') return expected('operator.name', 'who asks, 1 to 64 characters', name);
  if (reason === '') return expected('operator.reason', 'why, 1 to 200 characters', reason);
  return textFault('operator.name', name, 64) ?? textFault('operator.reason', reason, 200);
}

function commandFault(command: Command): string | undefined {
  switch (command.type) {
    case 'movements':
      return channelFault(command.channel) ?? movementsFault(command);
    case 'refund':
      return channelFault(command.channel) ?? refundFault(command);
    case 'check':
      return channelFault(command.channel) ?? referenceFault(command.reference);
    case 'open-channel':
      return channelFault(command.channel);
    case 'maintenance':
      return channelFault(command.channel) ?? textFault('note', command.note, 200);
    case 'open-account':
      return playerFault(command.player) ?? currencyFault(command.currency);
    case 'freeze':
      return (
        playerFault(command.player) ??
        (FREEZE_REASON.test(command.reason)
          ? undefined
          : expected('reason', '1 to 32 of a-z 0-9 - _', command.reason)) ??
        textFault('note', command.note, 200)
      );
    case 'set-password':
    case 'issue-token':
      return playerFault(command.player);
    case 'log-in':
      return logInFault(command) ?? playerFault(command.player);
    case 'act':
      return undefined;
    case 'end-sessions':
      return playerFault(command.player) ?? (command.channel === '' ? undefined : channelFault(command.channel));
  }
}

/** What can be wrong with a login before it is known whose it is. */
export function logInFault({
  channel,
  reference,
  currency,
}: Pick<LogInCommand, 'channel' | 'reference' | 'currency'>): string | undefined {
  return channelFault(channel) ?? referenceFault(reference) ?? currencyFault(currency);
}

export function channelFault(channel: string): string | undefined {
  return CHANNEL.test(channel) ? undefined : expected('channel', '1 to 64 of a-z 0-9 / . _ -', channel);
}

/** Player ids are compared letter by letter, so they come in one case only. */
export function playerFault(player: string, field = 'player_id'): string | undefined {
  const valid = player !== '' && textFault(field, player, 64) === undefined && player === player.toLowerCase();
  return valid ? undefined : expected(field, '1 to 64 characters in lower case, no control characters', player);
}

export function currencyFault(currency: string, field = 'currency'): string | undefined {
  return isCurrency(currency) ? undefined : expected(field, 'an ISO 4217 code, such as "CNY"', currency);
}

export function referenceFault(reference: string, field = 'reference'): string | undefined {
  return REFERENCE.test(reference) ? undefined : expected(field, '1 to 128 printable ASCII characters', reference);
}

function movementsFault({ movements }: MovementsCommand): string | undefined {
  if (movements.length < 1 || movements.length > 100)
    return expected('movements', '1 to 100 movements', movements.length);
  const references = new Set<string>();
  const failed = movements.reduce((sum, { names }) => sum + names.filter(saysFailed).length, 0);
  if (failed > 1000) return expected('movements', 'at most 1,000 bets named as failed', failed);
  for (const [index, movement] of movements.entries()) {
    const fault = movementFault(movement);
    if (fault !== undefined) return `movements[${index}].${fault}`;
    references.add(movement.reference);
  }
  return references.size === movements.length ? undefined : 'movements: two of them have the same reference';
}

function movementFault(movement: NewMovement): string | undefined {
  const { kind, amount, names, withholding, wager } = movement;
  const { sign } = rule(kind);
  if (kind === 'REFUND') return 'kind: REFUND is written by refunds only; expected another kind';
  if (sign === 'debit' && amount > 0n) return `amount: is positive; a ${kind} takes an amount <= 0`;
  if (sign === 'credit' && amount < 0n) return `amount: is negative; a ${kind} takes an amount >= 0`;
  if (!withinLimit(amount)) return 'amount: has more than 18 digits of minor units';
  if (withholding && kind !== 'BET' && kind !== 'WITHHOLDING')
    return `withholding: a ${kind} holds none; expected false`;
  if (wager && kind !== 'BET') return `wager: a ${kind} has none; expected false`;
  return (
    playerFault(movement.player) ??
    currencyFault(movement.currency) ??
    referenceFault(movement.reference) ??
    textFault('round', movement.round, 128) ??
    textFault('provider_type', movement.providerType, 32) ??
    namesFault(movement, names)
  );
}

function namesFault({ kind, amount }: NewMovement, names: readonly Named[]): string | undefined {
  if (names.length > 1000) return expected('names', 'at most 1,000', names.length);
  let returned = 0n;
  for (const [index, named] of names.entries()) {
    const at = `names[${index}]`;
    if (named.relation !== 'MENTION' && !rule(kind).mayName.includes(named.relation)) {
      return `${at}.relation: a ${kind} cannot name with ${named.relation}`;
    }
    const fault = referenceFault(named.reference, `${at}.reference`);
    if (fault !== undefined) return fault;
    const draws = named.relation === 'RETURN' || named.relation === 'RETURN_CAPPED';
    if (named.amount < 0n || (!draws && named.amount !== 0n)) {
      return `${at}.amount: ${draws ? 'expected >= 0' : `expected none with ${named.relation}`}`;
    }
    if (named.relation === 'RETURN') returned += named.amount;
  }
  // What is returned decides how much is left of the debits, so it cannot be less or more than what moves.
  return kind === 'WITHHOLDING_RETURN' && returned !== amount
    ? 'names: the amounts to RETURN must sum to the amount of the movement'
    : undefined;
}

function refundFault({ reference, player, currency, lines }: RefundCommand): string | undefined {
  if (lines.length < 1 || lines.length > 1000) return expected('lines', '1 to 1,000 lines', lines.length);
  for (const [index, line] of lines.entries()) {
    const at = `lines[${index}]`;
    const fault = referenceFault(line.reference, `${at}.reference`) ?? playerFault(line.player, `${at}.player_id`);
    if (fault !== undefined) return fault;
  }
  return referenceFault(reference) ?? (player === '' ? undefined : playerFault(player)) ?? currencyFault(currency);
}

/** Text that survives UTF-8 and a log line. */
function textFault(field: string, text: string, lengthMax: number): string | undefined {
  if (text.length > lengthMax) return expected(field, `at most ${lengthMax} characters`, text);
  return CONTROL.test(text) || !text.isWellFormed() ? expected(field, 'no control characters', text) : undefined;
}

function expected(field: string, right: string, seen: string | number): string {
  const shown = typeof seen === 'string' && seen.length > 80 ? `${seen.slice(0, 80)}…` : seen;
  return `${field}: is ${JSON.stringify(shown)}; expected ${right}`;
}
