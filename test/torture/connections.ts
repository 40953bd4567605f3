import { Clients, type System } from '../system.js';

/** How the clients reach the system now; after a restart they connect anew. */
export class Connections {
  #clients: Clients;

  constructor(readonly system: System) {
    this.#clients = new Clients(system.clients.address);
  }

  get clients(): Clients {
    return this.#clients;
  }

  /** grpc-js waits longer and longer before it tries again what was not there: a new client tries at once. */
  renew(): void {
    this.#clients.close();
    this.#clients = new Clients(this.system.clients.address);
  }

  close(): void {
    this.#clients.close();
  }

  /** The exact text of an answer with HTTP 200; undefined if none came. */
  async post(endpoint: string, body: string): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(20_000);
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(this.system.url + endpoint, { method: 'POST', headers, body, signal });
      const text = await response.text();
      return response.status === 200 ? text : undefined;
    } catch {
      return undefined;
    }
  }
}
