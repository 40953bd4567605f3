import { Clients, type System } from '../system.js';

/** How the clients reach the system now; after a restart they connect anew. */
export class Connections {
  #clients: Clients;
  /** Called when the system ended a connection on which it had answered before, with when the call on it was sent. */
  onCut: ((sentMs: number) => void) | undefined;

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
    const sentMs = performance.now();
    try {
      const signal = AbortSignal.timeout(20_000);
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(this.system.url + endpoint, { method: 'POST', headers, body, signal });
      const text = await response.text();
      return response.status === 200 ? text : undefined;
    } catch (error) {
      if (wasInUse(error)) this.onCut?.(sentMs);
      return undefined;
    }
  }
}

/** A connection that was never answered on may not even have been taken. */
function wasInUse(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const socket: unknown = cause instanceof Error && 'socket' in cause ? cause.socket : undefined;
  return typeof socket === 'object' && socket !== null && 'bytesRead' in socket && Number(socket.bytesRead) > 0;
}
