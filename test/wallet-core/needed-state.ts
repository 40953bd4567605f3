import type { Needs } from '../../wallet-core/domain/needs.js';
import type { CommandRecord } from '../../wallet-core/domain/record.js';
import { keyOf, State } from '../../wallet-core/domain/state.js';

/** Of a ledger what a store loads for a command: exactly what its needs name. The rules must do with it, unchanged. */
export class NeededState extends State {
  constructor(ledger: State, needs: Needs) {
    super();
    for (const channel of ledger.channels) this.channels.add(channel);
    for (const channel of ledger.maintenance) this.maintenance.add(channel);
    for (const [key, balance] of ledger.house) this.house.set(key, balance);
    for (const { player, currency } of needs.accounts) copy(keyOf(player, currency), ledger.accounts, this.accounts);
    for (const { player, mustExist } of needs.players) {
      copy(player, ledger.frozen, this.frozen);
      if (mustExist && ledger.players.has(player)) this.players.add(player);
    }
    const { passwords, tokens, openSessions } = ledger.credentials;
    for (const player of needs.passwords) copy(player, passwords, this.credentials.passwords);
    for (const token of needs.tokens) copy(token, tokens, this.credentials.tokens);
    for (const player of needs.sessions) this.credentials.openSessions.set(player, new Map(openSessions.get(player)));
    if (needs.channel !== undefined) this.#loadOf(needs.channel, ledger, needs);
  }

  #loadOf(channel: string, ledger: State, needs: Needs): void {
    for (const reference of needs.references) copy(keyOf(channel, reference), ledger.movements, this.movements);
    for (const reference of needs.debits) {
      copy(keyOf(channel, reference), ledger.movements, this.movements);
      copy(keyOf(channel, reference), ledger.drawn, this.drawn);
    }
    for (const { reference, player } of needs.blocks) {
      for (const whose of [player, '']) {
        const key = keyOf(channel, reference, whose);
        if (ledger.blocks.has(key)) this.blocks.add(key);
      }
    }
    for (const reference of needs.attempts) copy(keyOf(channel, reference), ledger.attempts, this.attempts);
    for (const { reference, player, currency } of needs.settlements) {
      const key = keyOf(channel, reference, player, currency);
      if (ledger.settled.has(key)) this.settled.add(key);
    }
    if (needs.refund !== undefined) copy(keyOf(channel, needs.refund), ledger.refunds, this.refunds);
  }

  override apply({ type }: CommandRecord): never {
    throw new Error(`the rules applied a ${type} to the state that they were given`);
  }
}

function copy<Value>(key: string, from: ReadonlyMap<string, Value>, to: Map<string, Value>): void {
  const value = from.get(key);
  if (value !== undefined) to.set(key, value);
}
