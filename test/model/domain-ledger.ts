import { Metadata } from '@grpc/grpc-js';
import type { Command } from '../../wallet-core/domain/command.js';
import { decide } from '../../wallet-core/domain/decide.js';
import type { Kind } from '../../wallet-core/domain/kinds.js';
import { needsOf } from '../../wallet-core/domain/needs.js';
import { invalid, type Outcome as Decided } from '../../wallet-core/domain/outcome.js';
import type { CommandRecord, MovementRecord } from '../../wallet-core/domain/record.js';
import { keyOf, outstandingOf, State } from '../../wallet-core/domain/state.js';
import { faultOf } from '../../wallet-core/domain/validate.js';
import { readCommand, writeResult } from '../../wallet-core/grpc/command-codec.js';
import { formatId } from '../../wallet-core/journal/position.js';
import { formatMoney } from '../../wallet-core/money.js';
import { Kind as PbKind, Outcome, Reason, Relation, type Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { Got } from './explain.js';
import type { Ledger, SeenPlayer } from './hold.js';
import type { Part } from './history.js';
import type { Act } from './naive/act.js';

const WRITER = 1;
/** Shows no token. */
const NOBODY = new Metadata();

/**
 * The rules of the domain on a ledger in memory, one command after the other. Each is decided on a state that has what the
 * command says it needs and nothing else, as a store would load it.
 */
export class DomainLedger implements Ledger {
  /** Everything that is known; nobody decides on it. */
  readonly #all = new State();
  readonly #records: CommandRecord[] = [];

  send(part: Part): Promise<Got[][]> {
    return Promise.resolve(part.map((call) => call.map((act) => this.#perform(act))));
  }

  look(player: string): Promise<SeenPlayer> {
    const accounts = this.#records.filter((record) => record.type === 'account' && record.player === player);
    return Promise.resolve({
      accounts: accounts
        .map((record) => ('currency' in record ? record.currency : ''))
        .sort()
        .map((currency) => `${currency} ${formatMoney(this.#all.account(player, currency).balance, currency)}`),
      freezes: [...(this.#all.frozen.get(player) ?? [])].sort(),
      movements: this.#movements()
        .filter((movement) => movement.player === player)
        .map((movement) => this.#shown(movement)),
    });
  }

  find(channel: string, references: readonly string[]): Promise<Movement[]> {
    const known = references.map((one) => this.#all.movement(channel, one) ?? this.#all.attempt(channel, one));
    return Promise.resolve(known.filter((movement) => movement !== undefined).map((one) => this.#shown(one)));
  }

  #movements(): MovementRecord[] {
    return this.#records.filter((record) => record.type === 'movement');
  }

  #perform(act: Act): Got {
    if (act.act === 'post') {
      const read = readCommand(act.command, NOBODY);
      const outcome = typeof read === 'string' ? invalid('MALFORMED', read) : this.#decide(read.command);
      return writeResult(outcome, WRITER);
    }
    if (act.act === 'balance') {
      const { open, balance } = this.#all.account(act.player, act.currency);
      return open ? `balance ${formatMoney(balance, act.currency)}` : 'NOT_FOUND';
    }
    const command = commandOf(act);
    const fault = faultOf(command);
    if (fault !== undefined) throw new Error(fault);
    const outcome = this.#decide(command);
    if (outcome.status !== 'DONE') return 'NOT_FOUND';
    return outcome.changed ? 'changed' : 'as it was';
  }

  #decide(command: Command): Decided {
    const moment = { timeMs: 1_000n + BigInt(this.#records.length), firstId: BigInt(this.#records.length) };
    const { outcome, records } = decide(this.#loaded(command), command, moment);
    for (const record of records) this.#all.apply(record);
    this.#records.push(...records);
    return outcome;
  }

  /** What a store would load for a command. */
  #loaded(command: Command): State {
    const needs = needsOf(command);
    const [all, state] = [this.#all, new State()];
    for (const open of all.channels) state.channels.add(open);
    for (const stopped of all.maintenance) state.maintenance.add(stopped);
    for (const { player, currency } of needs.accounts) copy(all.accounts, state.accounts, keyOf(player, currency));
    for (const { player, mustExist } of needs.players) {
      copy(all.frozen, state.frozen, player);
      if (mustExist && all.players.has(player)) state.players.add(player);
    }
    const channel = needs.channel ?? '';
    for (const reference of [...needs.references, ...needs.debits]) {
      copy(all.movements, state.movements, keyOf(channel, reference));
    }
    for (const reference of needs.debits) copy(all.drawn, state.drawn, keyOf(channel, reference));
    for (const reference of needs.attempts) copy(all.attempts, state.attempts, keyOf(channel, reference));
    for (const { reference, player } of needs.blocks) {
      for (const whose of [player, '']) copyKey(all.blocks, state.blocks, keyOf(channel, reference, whose));
    }
    for (const { reference, player, currency } of needs.settlements) {
      copyKey(all.settled, state.settled, keyOf(channel, reference, player, currency));
    }
    if (needs.refund !== undefined) copy(all.refunds, state.refunds, keyOf(channel, needs.refund));
    // Which house accounts a command touches only the rules know; a store has all of them at hand.
    for (const key of all.house.keys()) copy(all.house, state.house, key);
    return state;
  }

  #shown(record: MovementRecord): Movement {
    const { currency, reason, kind, id } = record;
    const money = (minor: bigint) => formatMoney(minor, currency);
    const drawn = this.#all.drawnOf(record.channel, record.reference);
    const drawable = reason === null && STAKES.has(kind);
    return {
      ...{ movementId: formatId(WRITER, id), channel: record.channel, playerId: record.player, currency },
      ...{ kind: PbKind[kind], amount: money(record.amount) },
      ...{ balanceBefore: money(record.balanceBefore), balanceAfter: money(record.balanceAfter) },
      outcome: reason === null ? Outcome.APPLIED : Outcome.REFUSED,
      reason: Reason[reason ?? 'UNSPECIFIED'],
      ...{ reference: record.reference, round: record.round, providerType: record.providerType },
      names: record.names.map(({ reference, relation, amount }) => {
        return { reference, relation: Relation[relation], amount: money(amount) };
      }),
      ...{ withholding: record.withholding, wager: record.wager, timeMs: record.timeMs },
      outstanding: drawable ? money(outstandingOf(record, drawn)) : '',
      refunded: drawable && drawn.refunded,
    };
  }
}

/** Of which it is told what is left of them. */
const STAKES: ReadonlySet<Kind> = new Set([
  'BET',
  'TIP',
  'TOURNAMENT_FEE',
  'WITHHOLDING',
  'WITHDRAWAL',
  'BET_RESTORED',
]);

function copy<T>(from: ReadonlyMap<string, T>, to: Map<string, T>, key: string): void {
  const value = from.get(key);
  if (value !== undefined) to.set(key, value);
}

function copyKey(from: ReadonlySet<string>, to: Set<string>, key: string): void {
  if (from.has(key)) to.add(key);
}

function commandOf(act: Exclude<Act, { act: 'post' | 'balance' }>): Command {
  switch (act.act) {
    case 'open channel':
      return { type: 'open-channel', channel: act.channel };
    case 'maintenance':
      return { type: 'maintenance', channel: act.channel, maintenance: act.on, note: '' };
    case 'open account':
      return { type: 'open-account', player: act.player, currency: act.currency };
    case 'freeze':
    case 'unfreeze':
      return { type: 'freeze', player: act.player, reason: act.reason, note: '', frozen: act.act === 'freeze' };
  }
}
