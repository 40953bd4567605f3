import { Kind, Relation, type Named } from '../../../proto/gen/wallet/v1/movement.js';
import type { Command, NewMovement, RefundCommand } from '../../../proto/gen/wallet/v1/posting.js';
import { KIND_RULES } from './kinds.js';
import { minorOf } from './money.js';

const isReference = (text: string) => /^[ -~]{1,128}$/.test(text);
const isCurrency = (text: string) => /^[A-Z]{3}$/.test(text);
const hasControl = (text: string) => [...text].some((character) => character < ' ' || character === '\x7f');
const isPlayer = (text: string) => /^.{1,64}$/s.test(text) && text === text.toLowerCase() && !hasControl(text);

/** Whether a command is as the comments of its fields say. */
export function isWellFormed({ channel, timeoutMs, body }: Command): boolean {
  if (!/^[a-z0-9/._-]{1,64}$/.test(channel) || timeoutMs > 60_000) return false;
  switch (body?.$case) {
    case 'movements': {
      const { movements } = body.value;
      const references = new Set(movements.map(({ reference }) => reference));
      const count = movements.length;
      return count >= 1 && count <= 100 && references.size === count && movements.every(isMovement);
    }
    case 'refund':
      return isRefund(body.value);
    case 'check':
      return isReference(body.value.reference);
    case undefined:
      return false;
  }
}

function isMovement(movement: NewMovement): boolean {
  const { playerId, currency, kind, reference, round, providerType, names } = movement;
  const rule = KIND_RULES[kind];
  const amount = minorOf(movement.amount, currency);
  if (!isPlayer(playerId) || !isCurrency(currency) || !rule || amount === undefined || !isReference(reference)) {
    return false;
  }
  if (rule.sign === '<= 0' && amount > 0n) return false;
  if (rule.sign === '>= 0' && amount < 0n) return false;
  if (round.length > 128 || providerType.length > 32 || names.length > 1_000) return false;
  // Both say something of a BET; a WITHHOLDING holds money without saying so.
  if (movement.withholding && kind !== Kind.BET && kind !== Kind.WITHHOLDING) return false;
  if (movement.wager && kind !== Kind.BET) return false;
  if (!names.every((name) => isName(name, movement))) return false;
  if (kind !== Kind.WITHHOLDING_RETURN) return true;
  const parts = names.filter(({ relation }) => relation === Relation.RETURN);
  return parts.reduce((sum, part) => sum + drawOf(part, currency), 0n) === amount;
}

const OF_KIND: Readonly<Partial<Record<Kind, readonly Relation[]>>> = {
  [Kind.WITHHOLDING_RETURN]: [Relation.RETURN],
  [Kind.PAYOUT]: [Relation.RETURN_CAPPED, Relation.SETTLE, Relation.REFUND_FAILED, Relation.REJECT_FAILED],
};

function isName({ reference, relation, amount }: Named, { kind, currency }: NewMovement): boolean {
  if (relation !== Relation.MENTION && !OF_KIND[kind]?.includes(relation)) return false;
  const drawn = amount === '' ? 0n : minorOf(amount, currency);
  if (!isReference(reference) || drawn === undefined || drawn < 0n) return false;
  return drawn === 0n || relation === Relation.RETURN || relation === Relation.RETURN_CAPPED;
}

/** What a name asks to draw. */
export function drawOf({ amount }: Named, currency: string): bigint {
  return minorOf(amount === '' ? '0' : amount, currency) ?? 0n;
}

function isRefund({ reference, playerId, currency, lines, amountMax }: RefundCommand): boolean {
  if (!isReference(reference) || (playerId !== '' && !isPlayer(playerId)) || !isCurrency(currency)) return false;
  if (amountMax !== '' && minorOf(amountMax, currency) === undefined) return false;
  if (lines.length < 1 || lines.length > 1_000) return false;
  return lines.every((line) => {
    const whose = line.playerId === '' ? playerId : line.playerId;
    return isReference(line.reference) && isPlayer(whose);
  });
}
