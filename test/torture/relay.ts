import type net from 'node:net';
import { ExchangeRequest, ExchangeResponse } from '../../proto/gen/wallet/v1/exchange.js';
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
/** Whether it is compressed, and its length. */
const PREFIX_LENGTH = 5;
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

/** Puts the messages of gRPC together again that DATA frames of one stream carry in pieces. */
class Messages {
  #rest: Buffer = Buffer.alloc(0);

  /** What these bytes complete. */
  take(payload: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, payload]);
    const messages: Buffer[] = [];
    while (this.#rest.length >= PREFIX_LENGTH) {
      const end = PREFIX_LENGTH + this.#rest.readUInt32BE(1);
      if (this.#rest.length < end) break;
      messages.push(this.#rest.subarray(PREFIX_LENGTH, end));
      this.#rest = this.#rest.subarray(end);
    }
    return messages;
  }
}

/** The messages of each stream of one direction. */
class Streams {
  readonly #streams = new Map<number, Messages>();

  take({ stream, payload }: Frame): Buffer[] {
    const messages = this.#streams.get(stream) ?? new Messages();
    this.#streams.set(stream, messages);
    return messages.take(payload);
  }
}

/**
 * Stands between the gateway and wallet-core and passes on what they say, so that it knows when a batch is between the
 * gateway's send and its answer: the answer can reach the gateway through here only.
 */
export class Relay {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  /** Commands of the batches that wallet-core has and the gateway has no answer to, by connection, stream and id. */
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
    const [requests, responses] = [new Streams(), new Streams()];
    const key = (stream: number, id: number | '' = '') => `${connection}/${stream}/${id}`;
    const forget = (stream: number) => {
      for (const name of this.#underWay.keys()) if (name.startsWith(key(stream))) this.#underWay.delete(name);
    };
    let holding = false;

    const asked = (frame: Frame) => {
      if (frame.type === RST_STREAM) forget(frame.stream);
      if (frame.type !== DATA) return;
      for (const message of requests.take(frame)) {
        const { id, commands } = batchIn(message);
        if (commands === 0) continue;
        this.#underWay.set(key(frame.stream, id), commands);
        this.onBatch?.();
      }
    };
    const passes = (frame: Frame): boolean => {
      const { type, ends, stream } = frame;
      for (const message of type === DATA ? responses.take(frame) : []) {
        const answered = key(stream, answerIn(message));
        if (!this.#underWay.has(answered)) continue;
        if (this.onAnswer?.()) holding = true;
        if (holding) return false;
        this.#underWay.delete(answered);
      }
      if (ends || type === RST_STREAM) forget(stream);
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

/** The id of a batch of the gateway, and how many commands it has: 0 if the message is of something else. */
function batchIn(message: Buffer): { readonly id: number; readonly commands: number } {
  const { id, body } = read(ExchangeRequest, message) ?? {};
  const commands = body?.$case === 'post' ? body.value.commands : [];
  const isBatch = commands.every(({ channel, body: what }) => channel !== '' && what !== undefined);
  return { id: id ?? 0, commands: isBatch ? commands.length : 0 };
}

/** The id of the batch that the message answers; 0 if it answers something else. */
function answerIn(message: Buffer): number {
  const { id = 0, body } = read(ExchangeResponse, message) ?? {};
  return body?.$case === 'post' || body?.$case === 'failure' ? id : 0;
}

/** Messages of other calls are read, too: some are none of this type. */
function read<Message>(type: { decode(bytes: Uint8Array): Message }, bytes: Buffer): Message | undefined {
  try {
    return type.decode(bytes);
  } catch {
    return undefined;
  }
}
