import type {
  Command,
  MovementsCommand,
  NewMovement,
  RefundCommand,
  RefundLine,
} from '../../wallet-core/domain/command.js';
import { decide } from '../../wallet-core/domain/decide.js';
import { needsOf } from '../../wallet-core/domain/needs.js';
import type { Outcome } from '../../wallet-core/domain/outcome.js';
import type { RefundLineStatus } from '../../wallet-core/domain/reasons.js';
import type { CommandRecord, MovementRecord } from '../../wallet-core/domain/record.js';
import { State } from '../../wallet-core/domain/state.js';
import { NeededState } from './needed-state.js';

export const CHANNEL = 'ebet/1';

/** A bet of 80.00 CNY by demo, in minor units. */
const MOVEMENT: NewMovement = {
  player: 'demo',
  currency: 'CNY',
  kind: 'BET',
  amount: -8000n,
  reference: 'bet-1',
  round: 'round-1',
  roundUnsigned: false,
  providerType: '1',
  names: [],
  withholding: false,
  wager: false,
};

/** One command of movements that differ from demo's bet of 80.00 as told. */
export function move(...movements: readonly Partial<NewMovement>[]): MovementsCommand {
  return moveOn(CHANNEL, ...movements);
}

export function moveOn(channel: string, ...movements: readonly Partial<NewMovement>[]): MovementsCommand {
  return { type: 'movements', channel, movements: movements.map((movement) => ({ ...MOVEMENT, ...movement })) };
}

/** Money for a player, put in by the platform. */
export function deposit(amount: bigint, reference = 'deposit-1', player = 'demo', currency = 'CNY'): MovementsCommand {
  return moveOn('platform/test', { kind: 'DEPOSIT', amount, reference, player, currency, round: '', providerType: '' });
}

/** A refund of demo's bet-1 of 80.00, unless told otherwise. */
export function refund(
  change: Partial<Omit<RefundCommand, 'lines'>> = {},
  ...lines: readonly Partial<RefundLine>[]
): RefundCommand {
  const base = { type: 'refund', channel: CHANNEL, reference: 'refund-1', player: 'demo', currency: 'CNY' } as const;
  const filled = (lines.length > 0 ? lines : [{}]).map((line) => ({
    reference: 'bet-1',
    amount: 8000n,
    player: 'demo',
    ...line,
  }));
  return { ...base, refuseSettled: false, amountMax: null, ...change, lines: filled };
}

export function openAccount(player = 'demo', currency = 'CNY'): Command {
  return { type: 'open-account', player, currency };
}

export function freeze(reason: string, player = 'demo'): Command {
  return { type: 'freeze', player, reason, note: '', frozen: true };
}

export function unfreeze(reason: string, player = 'demo'): Command {
  return { type: 'freeze', player, reason, note: '', frozen: false };
}

/** A question about a reference, which closes it unless told otherwise. */
export function check(reference = 'bet-1', close = true): Command {
  return { type: 'check', channel: CHANNEL, reference, close };
}

export function maintenance(holds: boolean, channel = CHANNEL): Command {
  return { type: 'maintenance', channel, maintenance: holds, note: '' };
}

/**
 * `decide` with what it decided applied to the state, so that a scenario is told in commands alone. As from a store it gets
 * what the command needs, and its records' ids must follow each other.
 */
export class Scenario {
  readonly state = new State();
  readonly records: CommandRecord[] = [];

  when(command: Command): Outcome {
    const timeMs = 1000n + BigInt(this.records.length);
    const firstId = BigInt(this.records.length);
    const decision = decide(new NeededState(this.state, needsOf(command)), command, { timeMs, firstId });
    for (const [index, record] of decision.records.entries()) {
      if (record.id !== firstId + BigInt(index)) throw new Error(`${record.type} ${record.id} is out of order`);
      this.state.apply(record);
    }
    this.records.push(...decision.records);
    return decision.outcome;
  }

  /** What came of it in one word: APPLIED, the reason of a refusal, or the reason why it is invalid. */
  word(command: Command): string {
    const outcome = this.when(command);
    return outcome.status === 'REFUSED' || outcome.status === 'INVALID' ? outcome.reason : outcome.status;
  }

  /** The statuses of a refund's lines. */
  statuses(command: RefundCommand): RefundLineStatus[] {
    const outcome = this.when(command);
    if (outcome.status !== 'REFUND_DECIDED') throw new Error(`the refund came to ${outcome.status}`);
    return outcome.refund.lines.map(({ status }) => status);
  }

  balance(player = 'demo', currency = 'CNY'): bigint {
    return this.state.account(player, currency).balance;
  }

  /** The movements and refusals, without those that the scenario was given. */
  movements(): MovementRecord[] {
    return this.records.filter((record) => record.type === 'movement');
  }

  last(): MovementRecord {
    const last = this.movements().at(-1);
    if (!last) throw new Error('no movement was recorded');
    return last;
  }
}

/** Demo has 100.00 CNY and both channels are open; then these commands happened. */
export function given(...commands: readonly Command[]): Scenario {
  return givenWith(10_000n, ...commands);
}

export function givenWith(money: bigint, ...commands: readonly Command[]): Scenario {
  const scenario = new Scenario();
  scenario.when({ type: 'open-channel', channel: CHANNEL });
  scenario.when({ type: 'open-channel', channel: 'platform/test' });
  scenario.when(openAccount());
  if (money > 0n) scenario.when(deposit(money));
  for (const command of commands) {
    const { status } = scenario.when(command);
    if (status === 'INVALID' || status === 'REFUSED') throw new Error(`given ${command.type}: ${status}`);
  }
  return scenario;
}
