import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What comes on any connection is read from here before anything else can come. */
const RECEIVED = Buffer.allocUnsafe(2 ** 16);

const LENGTH = 'Content-Length: ';

/** A connection kept alive over HTTP/1.1, with one call at a time. It reads no more of HTTP than answers of a Koa have. */
export class Connection {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;
  #received = '';
  #done: ((body: string | undefined) => void) | undefined;

  constructor(readonly address: string) {
    const { hostname, port } = new URL(`http://${address}`);
    this.#host = hostname;
    this.#port = Number(port);
  }

  /** Connects before there is a call. */
  async open(): Promise<void> {
    this.#socket ??= this.#open();
    await once(this.#socket, 'connect');
  }

  /** The body of the answer, undefined if the connection broke; it connects again for the next call. */
  post(path: string, body: string, done: (body: string | undefined) => void): void {
    this.#done = done;
    this.#socket ??= this.#open();
    const head = `POST ${path} HTTP/1.1\r\nHost: ${this.address}\r\nContent-Type: application/json\r\n`;
    this.#socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`, 'latin1');
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    // Without a stream between: what a call costs this process, the system does not have.
    const callback = (length: number) => {
      this.#read(RECEIVED.toString('latin1', 0, length));
      return true;
    };
    const onread = { buffer: RECEIVED, callback };
    const socket = connect({ port: this.#port, host: this.#host, noDelay: true, onread });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#socket = undefined;
      this.#received = '';
      this.#answer(undefined);
    });
    return socket;
  }

  #read(text: string): void {
    // Without a call it is the word that the server hangs up, as it does on who says nothing for long.
    if (!this.#done) return this.close();
    this.#received += text;
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    // The server hung up on a connection that had said nothing for long, just as it was to say something.
    if (this.#received.startsWith('HTTP/1.1 408 ')) return this.close();
    const from = this.#received.indexOf(LENGTH);
    if (from < 0 || from > end) throw new Error(`an answer without a length:\n${this.#received}`);
    const length = parseInt(this.#received.slice(from + LENGTH.length, end), 10);
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.slice(end + 4);
    this.#received = '';
    this.#answer(body);
  }

  #answer(body: string | undefined): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(body);
  }
}
