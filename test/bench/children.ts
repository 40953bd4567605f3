import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { NODE_OPTIONS } from '../../node-options.js';
import { treesCpuMs } from './proc.js';

const DIST = path.join(import.meta.dirname, '../..');

export interface ChildOptions {
  /** Where its output goes: as an operator's, into a file. */
  readonly log: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** How it is asked to end. */
  readonly stopSignal?: NodeJS.Signals;
}

/** What stands in the environment of whoever runs the benchmark is not meant for what is measured. */
const NOT_MEANT = /^(GATEWAY|WALLET_CORE|SINGLE_WALLET|OTEL)_|^NODE_OPTIONS$/;
const INHERITED = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_MEANT.test(name)));

/** Who has not ended so long after he was told to is killed, and that is an error. */
const STOP_MS = 30_000;

/** Of its output: a line for each command comes to hundreds of megabytes. */
const OUTPUT_BYTES = 64 * 1024;

const running = new Set<Child>();

/** A process that the benchmark starts, and that ends with it at the latest. */
export class Child {
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #process: ChildProcess;
  /** Its messages that nobody has asked for yet. */
  readonly #messages: unknown[] = [];
  #listener: ((message: unknown) => void) | undefined;
  readonly #stopSignal: NodeJS.Signals;
  readonly #log: string;

  constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    { log, environment = {}, stopSignal = 'SIGTERM' }: ChildOptions,
    ipc = false,
  ) {
    const output = openSync(log, 'a');
    this.#log = log;
    this.#stopSignal = stopSignal;
    this.#process = spawn(command, args, {
      // Ctrl-C is ours: whoever is measured ends when we say so.
      detached: true,
      env: { ...INHERITED, ...environment },
      stdio: ['ignore', output, output, ...(ipc ? (['ipc'] as const) : [])],
    });
    closeSync(output);
    this.#process.on('message', (message) => {
      if (this.#listener) this.#listener(message);
      else this.#messages.push(message);
    });
    running.add(this);
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', (error) => reject(new Error(`${name} cannot be started: ${error.message}`)));
      this.#process.once('exit', (code, signal) => resolve(signal ?? code ?? 0));
    });
    void this.ended.catch(() => {}).then(() => running.delete(this));
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.name} has not started`);
    return this.#process.pid;
  }

  /** Its next message. Rejects with the end of its output if it ends instead. */
  message<Message>(): Promise<Message> {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift() as Message);
    return new Promise((resolve, reject) => {
      const fail = (end: number | string) => reject(new Error(`${this.name} ended (${end}):\n${this.output()}`));
      this.#listener = (message) => {
        this.#listener = undefined;
        resolve(message as Message);
      };
      this.ended.then((end) => this.#listener && fail(end), reject);
    });
  }

  send(message: object): void {
    this.#process.send?.(message);
  }

  /** The last lines that it wrote. */
  output(): string {
    const file = openSync(this.#log, 'r');
    try {
      const { size } = fstatSync(file);
      const end = Buffer.alloc(Math.min(size, OUTPUT_BYTES));
      readSync(file, end, 0, end.length, size - end.length);
      return end.toString().split('\n').slice(-20).join('\n');
    } finally {
      closeSync(file);
    }
  }

  async stop(): Promise<void> {
    this.#process.kill(this.#stopSignal);
    let isStuck = false;
    const patience = globalThis.setTimeout(() => {
      isStuck = true;
      this.kill();
    }, STOP_MS);
    await this.ended.finally(() => clearTimeout(patience));
    if (isStuck) throw new Error(`${this.name} did not end when it was told to:\n${this.output()}`);
  }

  /** At once; of one that has ended, or has never started, nothing. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** What answers over HTTP in the gateway's place has its options of Node, all else those of wallet-core. */
const LIKE_THE_GATEWAY = new Set(['gateway', 'echo', 'by-hand']);

/** One of our own modules, by its path in dist/, in a Node of its own; it tells where it listens, or its result, by a message. */
export function startModule(
  name: string,
  file: string,
  options: ChildOptions & { readonly args?: readonly string[] },
): Child {
  const node = NODE_OPTIONS[LIKE_THE_GATEWAY.has(name) ? 'gateway' : 'wallet-core'];
  const args = [...node, path.join(DIST, file), ...(options.args ?? [])];
  return new Child(name, process.execPath, args, options, true);
}

/** Where a server of ours listens, as host:port. */
export async function listening(child: Child): Promise<string> {
  return (await child.message<{ listening: string }>()).listening;
}

/** How often the processes are looked at, and how much work of all of them in between is none. */
const LOOK_MS = 100;
const IDLE_CPU_MS = 20;
const LOOKS_MAX = 50;

/** Until none of the processes works on what a load has left, such as a checkpoint: the next one would pay for it. */
export async function quiet(tell: (text: string) => void): Promise<void> {
  const used = () => treesCpuMs([...running].map(({ pid }) => pid)).reduce((sum, ms) => sum + ms, 0);
  let before = used();
  for (let look = 0; look < LOOKS_MAX; look += 1) {
    await setTimeout(LOOK_MS);
    const now = used();
    if (now - before <= IDLE_CPU_MS) return;
    before = now;
  }
  tell('something still works although there is no load: what is measured next has less of the machine');
}

export async function stopAll(): Promise<void> {
  await Promise.allSettled([...running].map((child) => child.stop()));
}

/** For the moment before our own end, when nothing can be awaited. */
export function killAll(): void {
  for (const child of running) child.kill();
}
