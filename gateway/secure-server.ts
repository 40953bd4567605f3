import type { RequestListener } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

/**
 * An HTTPS server that also closes connections on which TLS is still being agreed: until it is, they are none of HTTP's, so
 * that Node.js leaves them open, and whoever connects and says nothing would keep a stop waiting.
 */
export class SecureServer extends https.Server {
  /** By the address and port of their other end. */
  readonly #agreeing = new Map<string, Socket>();

  constructor(options: https.ServerOptions, listener: RequestListener) {
    super(options, listener);
    this.on('connection', (socket: Socket) => {
      const end = endOf(socket);
      this.#agreeing.set(end, socket);
      socket.once('close', () => {
        if (this.#agreeing.get(end) === socket) this.#agreeing.delete(end);
      });
    });
    // Node.js wraps the socket into another one, and says nowhere which.
    this.on('secureConnection', (secured) => this.#agreeing.delete(endOf(secured)));
  }

  override closeIdleConnections(): void {
    for (const socket of this.#agreeing.values()) socket.destroy();
    super.closeIdleConnections();
  }

  override closeAllConnections(): void {
    for (const socket of this.#agreeing.values()) socket.destroy();
    super.closeAllConnections();
  }
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
