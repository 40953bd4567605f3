import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const SUPERVISOR = [process.execPath, path.join(import.meta.dirname, '..', 'start.js')];

/** `npm start` as a process of its own, on ports that the system chooses. */
export class Running {
  output = '';
  private readonly supervisor: ChildProcess;
  /** Its exit code or signal. */
  private readonly exit: Promise<number | string>;
  /** The children inherit its output: when that is closed, all three have ended. */
  private readonly closed: Promise<unknown>;

  constructor(data: string, environment: Readonly<Record<string, string>> = {}, command = SUPERVISOR) {
    const [file = '', ...args] = command;
    this.supervisor = spawn(file, args, {
      cwd: data,
      // The least that runs, so that nothing of the developer's own shell decides what happens here.
      env: {
        SINGLE_WALLET_DATA: data,
        GATEWAY_LISTEN: '127.0.0.1:0',
        WALLET_CORE_LISTEN: '127.0.0.1:0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exit = once(this.supervisor, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
    this.closed = once(this.supervisor, 'close');
    for (const stream of [this.supervisor.stdout, this.supervisor.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
  }

  /** What the expression finds in the output, as soon as it does. */
  async prints(expression: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = expression.exec(this.output);
      if (match) return match;
      const more = once(this.supervisor.stdout ?? this.supervisor, 'data');
      const ended = this.closed.then(() => 'ended');
      if ((await Promise.race([more, ended])) === 'ended' && !expression.test(this.output)) {
        throw new Error(`${String(expression)} is not in the output:\n${this.output}`);
      }
    }
  }

  async ready(): Promise<void> {
    await this.prints(/Ctrl-C stops both/);
  }

  /** The process id that it printed of a child. */
  async idOf(name: string): Promise<number> {
    const [, id] = await this.prints(new RegExp(`^${name} .*\\(process (\\d+)\\)$`, 'm'));
    return Number(id);
  }

  signal(signal: NodeJS.Signals): void {
    this.supervisor.kill(signal);
  }

  /** Hangs up on what it prints from now on. */
  closeOutput(): void {
    for (const stream of [this.supervisor.stdout, this.supervisor.stderr]) stream?.destroy();
  }

  /** Its exit code or signal, after it and both children have ended. */
  async end(): Promise<number | string> {
    await this.closed;
    return this.exit;
  }
}
