import type { Clients } from '../system.js';
import { told, verify } from '../wallet-core/verify.js';
import { Untrue } from './client-journal.js';

/** What `npx single-wallet verify --against` asks for, each time with the digest that was told the time before. */
export class Verifications {
  /** The newest that was told. */
  #digest = '';
  /** How many came to an end, all of them clean: after something was done to the system, and before. */
  after = 0;
  before = 0;

  constructor(readonly connections: { readonly clients: Clients }) {}

  /** The product proves its ledger, and that it contains what it told before. */
  async prove(): Promise<void> {
    await this.#ask();
    this.after += 1;
  }

  /** The same before something is done, so that the digest is new then; what ends in the middle of it tells nothing. */
  async run(): Promise<void> {
    try {
      await this.#ask();
      this.before += 1;
    } catch (error) {
      if (error instanceof Untrue) throw error;
    }
  }

  async #ask(): Promise<void> {
    const { clean, digest, findings } = await verify(this.connections.clients, this.#digest);
    if (!clean) throw new Untrue(`verify --against "${this.#digest}" finds:\n${findings.map(told).join('\n')}`);
    this.#digest = digest;
  }
}
