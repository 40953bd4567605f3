import type net from 'node:net';
import { PostBatchRequest } from '../../proto/gen/wallet/v1/posting.js';
import { coreServer, dialCore } from '../secured.js';

/** A frame of HTTP/2 as it stands on the wire. */
interface Frame {
  readonly type: number;
  readonly ends: boolean;
  readonly stream: number;
  readonly payload: Buffer;
  readonly bytes: Buffer;
}

const PREFACE_LENGTH = 24;
const HEAD_LENGTH = 9;
const [DATA, HEADERS, RST_STREAM] = [0, 1, 3];
const END_STREAM = 1;

/** Cuts a direction of a connection into its frames. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);
  #preface: number;

  constructor(preface: number) {
    this.#preface = preface;
  }

  /** What a client says before its first frame, if it is in these bytes, and the frames that are complete. */
  take(chunk: Buffer): { preface: Buffer; frames: Frame[] } {
    const preface = chunk.subarray(0, this.#preface);
    this.#preface -= preface.length;
    this.#rest = Buffer.concat([this.#rest, chunk.subarray(preface.length)]);
    const frames: Frame[] = [];
    while (this.#rest.length >= HEAD_LENGTH) {
      const end = HEAD_LENGTH + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) break;
      const bytes = this.#rest.subarray(0, end);
      const [type, flags] = [bytes.readUInt8(3), bytes.readUInt8(4)];
      const ends = (type === DATA || type === HEADERS) && (flags & END_STREAM) !== 0;
      frames.push({
        type,
        ends,
        stream: bytes.readUInt32BE(5) & 0x7fffffff,
        payload: bytes.subarray(HEAD_LENGTH),
        bytes,
      });
      this.#rest = this.#rest.subarray(end);
    }
    return { preface, frames };
  }
}

/**
 * Stands between the gateway and wallet-core and passes on what they say, so that it knows when a batch call is between
 * the gateway's send and its answer: the answer can reach the gateway through here only.
 */
export class Relay {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  /** Commands of the batches that wallet-core has and the gateway has no answer to, by connection and stream. */
  readonly #underWay = new Map<string, number>();
  #connections = 0;
  /** Called when a batch has been passed on to wallet-core. */
  onBatch: (() => void) | undefined;
  /** Called when the answer to a batch has come and before it is passed on; true: it never is. */
  onAnswer: (() => boolean) | undefined;

  private constructor(readonly target: string) {
    this.#server = coreServer((gateway) => this.#connect(gateway));
  }

  /** `target`: where wallet-core listens. */
  static async start(target: string): Promise<Relay> {
    const relay = new Relay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get address(): string {
    const { port } = this.#server.address() as net.AddressInfo;
    return `127.0.0.1:${port}`;
  }

  /** Commands that are between the gateway's send and its answer now. */
  get commandsUnderWay(): number {
    return [...this.#underWay.values()].reduce((sum, count) => sum + count, 0);
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(gateway: net.Socket): void {
    const [host, port] = this.target.split(':');
    const core = dialCore(host ?? '', Number(port));
    const connection = ++this.#connections;
    const messages = new Map<number, Buffer[]>();
    const key = (stream: number) => `${connection}/${stream}`;
    let holding = false;

    const asked = ({ type, ends, stream, payload }: Frame) => {
      if (type === RST_STREAM) this.#underWay.delete(key(stream));
      if (type !== DATA) return;
      const message = messages.get(stream) ?? [];
      messages.set(stream, [...message, payload]);
      if (!ends) return;
      messages.delete(stream);
      const commands = commandsIn(Buffer.concat([...message, payload]));
      if (commands === 0) return;
      this.#underWay.set(key(stream), commands);
      this.onBatch?.();
    };
    const passes = ({ type, ends, stream }: Frame): boolean => {
      if (!this.#underWay.has(key(stream))) return true;
      if (!holding && type !== RST_STREAM && this.onAnswer?.()) holding = true;
      if (holding) return false;
      if (ends || type === RST_STREAM) this.#underWay.delete(key(stream));
      return true;
    };

    const fromGateway = new Frames(PREFACE_LENGTH);
    const fromCore = new Frames(0);
    gateway.on('data', (chunk: Buffer) => {
      const { preface, frames } = fromGateway.take(chunk);
      if (preface.length > 0) core.write(preface);
      for (const frame of frames) {
        core.write(frame.bytes);
        asked(frame);
      }
    });
    core.on('data', (chunk: Buffer) => {
      for (const frame of fromCore.take(chunk).frames) {
        if (!holding && passes(frame)) gateway.write(frame.bytes);
      }
    });
    for (const [socket, other] of [
      [gateway, core],
      [core, gateway],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // What a connection ends with is told by its close.
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
        for (const name of this.#underWay.keys()) {
          if (name.startsWith(`${connection}/`)) this.#underWay.delete(name);
        }
      });
    }
  }
}

/** How many commands a message of gRPC posts; 0 if it is another call's. */
function commandsIn(message: Buffer): number {
  try {
    const { commands } = PostBatchRequest.decode(message.subarray(5));
    return commands.every(({ channel, body }) => channel !== '' && body !== undefined) ? commands.length : 0;
  } catch {
    return 0;
  }
}
