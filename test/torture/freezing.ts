import type { GetAccountsResponse } from '../../proto/gen/wallet/v1/account.js';
import { call, type Clients } from '../system.js';
import { Untrue } from './client-journal.js';

const REASON = 'torture';

/** Somebody who freezes a player and lifts it again, and remembers what he was told. */
export class Freezing {
  player = '';
  /** What was acknowledged last. */
  #frozen = false;
  /** An act was sent and not answered. */
  #unsure = false;

  constructor(readonly connections: { readonly clients: Clients }) {}

  meet(player: string): void {
    this.player = player;
    this.#frozen = false;
    this.#unsure = false;
  }

  async run(goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      await this.#set(!this.#frozen);
      if (this.#unsure) return;
    }
  }

  async #set(frozen: boolean): Promise<void> {
    const request = { playerId: this.player, reason: REASON, note: '' };
    const { accounts } = this.connections.clients;
    try {
      await call((done) => (frozen ? accounts.freezePlayer(request, done) : accounts.unfreezePlayer(request, done)));
      this.#frozen = frozen;
      this.#unsure = false;
    } catch {
      this.#unsure = true;
    }
  }

  /** The player is as the last answer said, or as an act that was not answered says; and free from then on. */
  async inspect(): Promise<void> {
    const { accounts } = this.connections.clients;
    const { playerId } = { playerId: this.player };
    const { freezes } = await call<GetAccountsResponse>((done) => accounts.getAccounts({ playerId }, done));
    const frozen = freezes.some(({ reason }) => reason === REASON);
    if (!this.#unsure && frozen !== this.#frozen) {
      throw new Untrue(`${this.player}: was told to be ${this.#frozen ? '' : 'not '}frozen, and is the other`);
    }
    await this.#set(false);
    if (this.#unsure) throw new Untrue(`${this.player}: cannot be unfrozen`);
  }
}
