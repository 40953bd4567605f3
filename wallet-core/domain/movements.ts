import type { Named, MovementsCommand, NewMovement } from './command.js';
import { saysFailed, settleFailedBets, type FailedBets } from './failed-bets.js';
import { rule, type Kind, type Purpose } from './kinds.js';
import { withinLimit } from '../money.js';
import { invalid, type Outcome, type Posted } from './outcome.js';
import type { RefusalReason } from './reasons.js';
import type { BlockRecord, MovementRecord } from './record.js';
import { outstandingOf, type Account, type State } from './state.js';
import type { Decision, Moment } from './decision.js';

/**
 * Decides movements, whole or not at all. A reference that is known gets its first answer; several movements are decided
 * on an overlay that is dropped if one of them is refused.
 */
export function decideMovements(state: State, command: MovementsCommand, moment: Moment): Decision {
  const { channel, movements } = command;
  const known = movements.map((movement) => state.movement(channel, movement.reference));
  if (known.some((record) => record !== undefined)) return { outcome: repeat(command, known), records: [] };

  const failing = movements.some(({ names }) => names.some(saysFailed));
  const view = movements.length > 1 || failing ? state.overlay() : state;
  const failed = failing ? settleFailedBets(view, channel, movements, moment) : undefined;
  if (failed?.refused) return refuse(state, command, failed.refused, moment, failed);
  const caused = failed ? [...failed.refunds, ...blocksAt(moment.firstId + BigInt(failed.refunds.length), failed)] : [];
  const firstId = moment.firstId + BigInt(caused.length);
  const records: MovementRecord[] = [];
  for (const [index, movement] of movements.entries()) {
    const account = view.account(movement.player, movement.currency);
    const judged = judge(view, channel, movement, account);
    if (typeof judged === 'string') return refuse(state, command, judged, moment, failed);
    const { balance } = account;
    const became = { balance, reason: null, holdsReference: true, names: judged };
    const record = recordOf(channel, movement, firstId + BigInt(index), moment.timeMs, became);
    if (view !== state) view.apply(record);
    records.push(record);
  }
  const outcome = { status: 'APPLIED' as const, timeMs: moment.timeMs, movements: records.map(posted) };
  return { outcome, records: [...caused, ...records] };
}

/** What a movement draws from the debits that it names, or why it is refused. The order of checks is the protocol's. */
function judge(
  state: State,
  channel: string,
  movement: NewMovement,
  account: Account,
): readonly Named[] | RefusalReason {
  const { player, currency, amount, reference, kind } = movement;
  const { stake } = rule(kind);
  const purpose = purposeOf(kind);
  if (amount < 0n && state.isUnderMaintenance(channel)) return 'MAINTENANCE';
  if (amount < 0n && state.isBlocked(channel, reference, player)) return 'BLOCKED';
  if (!account.open) return 'NO_ACCOUNT';
  if (stake && state.isFrozen(player)) return 'FROZEN';
  const names = draw(state, channel, movement);
  if (typeof names === 'string') return names;
  if (amount < 0n && account.balance + amount < 0n) return 'INSUFFICIENT_FUNDS';
  if (!withinLimit(account.balance + amount)) return 'BALANCE_LIMIT';
  return withinLimit(state.houseBalance(channel, currency, purpose) - amount) ? names : 'BALANCE_LIMIT';
}

/** Binds returns to what the ledger recorded of the debits that they name, for the providers do not sign the names. */
function draw(state: State, channel: string, movement: NewMovement): readonly Named[] | RefusalReason {
  // A zero is recorded without looking at what it names (eBET: `money: 0` is allowed everywhere).
  if (movement.amount === 0n) return undrawn(movement.names);
  const left = new Map<string, bigint>();
  // The signed amount bounds what unsigned names can draw in all.
  let undistributed = movement.amount;
  const names: Named[] = [];
  for (const named of movement.names) {
    const { reference, relation, amount } = named;
    if ((relation !== 'RETURN' && relation !== 'RETURN_CAPPED') || amount === 0n) {
      names.push(named);
      continue;
    }
    const debit = state.movement(channel, reference);
    const returnable =
      debit !== undefined &&
      debit.withholding &&
      debit.reason === null &&
      debit.player === movement.player &&
      debit.currency === movement.currency;
    if (!returnable && relation === 'RETURN') return 'DEBIT_UNKNOWN';
    const outstanding = returnable
      ? (left.get(reference) ?? outstandingOf(debit, state.drawnOf(channel, reference)))
      : 0n;
    if (amount > outstanding && relation === 'RETURN') return 'EXCEEDS_OUTSTANDING';
    const drawn = [amount, outstanding, undistributed].reduce((least, each) => (each < least ? each : least));
    left.set(reference, outstanding - drawn);
    undistributed -= drawn;
    names.push({ reference, relation, amount: drawn });
  }
  return names;
}

/** Records a refusal for every movement of the command. With a stake among them it is final, and all keep their references. */
function refuse(
  state: State,
  command: MovementsCommand,
  reason: RefusalReason,
  moment: Moment,
  failed: FailedBets | undefined,
): Decision {
  const final = command.movements.some((movement) => rule(movement.kind).stake);
  const blocks = failed ? blocksAt(moment.firstId, failed) : [];
  const firstId = moment.firstId + BigInt(blocks.length);
  const records = command.movements.map((movement, index) => {
    const { balance } = state.account(movement.player, movement.currency);
    const became = { balance, reason, holdsReference: final, names: undrawn(movement.names) };
    return recordOf(command.channel, movement, firstId + BigInt(index), moment.timeMs, became);
  });
  const outcome = { status: 'REFUSED' as const, reason, timeMs: moment.timeMs, movements: records.map(posted) };
  return { outcome, records: [...blocks, ...records] };
}

function blocksAt(firstId: bigint, { blocks }: FailedBets): BlockRecord[] {
  return blocks.map((block, index) => ({ ...block, id: firstId + BigInt(index) }));
}

/** What is named and not drawn upon. */
function undrawn(names: readonly Named[]): readonly Named[] {
  return names.map((named) => ({ ...named, amount: 0n }));
}

/**
 * The first answer again, if the command is the same: what its references hold was decided as one command, so the records
 * follow each other and share one fate. Two commands applied side by side pass as well: the answer is true of both.
 */
function repeat(command: MovementsCommand, known: readonly (MovementRecord | undefined)[]): Outcome {
  const first = known[0];
  if (!first) return conflict(command, known);
  const records: MovementRecord[] = [];
  for (const [index, movement] of command.movements.entries()) {
    const record = known[index];
    const together = record?.id === first.id + BigInt(index) && record.reason === first.reason;
    if (!together || !sameRequest(record, movement)) {
      return conflict(command, known);
    }
    records.push(record);
  }
  const { reason, timeMs } = first;
  const movements = records.map(posted);
  return reason === null ? { status: 'APPLIED', timeMs, movements } : { status: 'REFUSED', reason, timeMs, movements };
}

function conflict({ movements }: MovementsCommand, known: readonly (MovementRecord | undefined)[]): Outcome {
  const references = movements.filter((_, index) => known[index]).map(({ reference }) => reference);
  const message = `reference ${references.join(', ')}: known on this channel with a different request`;
  return invalid('REFERENCE_CONFLICT', message);
}

/** Whether a repeat asks for the same: the stored fields are the fingerprint (eBET manual, increaseCredit, seqNo). */
function sameRequest(record: MovementRecord, movement: NewMovement): boolean {
  return (
    record.player === movement.player &&
    record.currency === movement.currency &&
    record.kind === movement.kind &&
    record.providerType === movement.providerType &&
    record.amount === movement.amount &&
    (movement.roundUnsigned || record.round === movement.round) &&
    namesSame(record.names, movement.names)
  );
}

/** The same references, in whatever order and relation. */
function namesSame(recorded: readonly Named[], asked: readonly Named[]): boolean {
  if (recorded.length === 0 || asked.length === 0) return recorded.length === asked.length;
  const first = new Set(recorded.map(({ reference }) => reference));
  const second = new Set(asked.map(({ reference }) => reference));
  return first.size === second.size && [...first].every((reference) => second.has(reference));
}

/** What became of a movement, beside the balance that it met. */
interface Became extends Pick<MovementRecord, 'reason' | 'holdsReference' | 'names'> {
  readonly balance: bigint;
}

/** Written out in one piece, so that V8 gives all records one shape: put together from parts, they cost several times as much. */
function recordOf(
  channel: string,
  movement: NewMovement,
  id: bigint,
  timeMs: bigint,
  { balance, reason, holdsReference, names }: Became,
): MovementRecord {
  return {
    type: 'movement',
    id,
    channel,
    player: movement.player,
    currency: movement.currency,
    kind: movement.kind,
    purpose: purposeOf(movement.kind),
    amount: movement.amount,
    balanceBefore: balance,
    balanceAfter: reason === null ? balance + movement.amount : balance,
    reason,
    reference: movement.reference,
    holdsReference,
    round: movement.round,
    providerType: movement.providerType,
    names,
    withholding: movement.withholding,
    wager: movement.wager,
    timeMs,
  };
}

function purposeOf(kind: Kind): Purpose {
  const { purpose } = rule(kind);
  if (purpose === 'of the refunded debit') throw new Error(`a caller cannot post a ${kind}`);
  return purpose;
}

function posted({ id, currency, balanceBefore, balanceAfter }: MovementRecord): Posted {
  return { id, currency, balanceBefore, balanceAfter };
}
