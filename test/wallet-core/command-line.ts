import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { commandAccess } from '../secured.js';
import { expectDocumented } from './documented-json.js';

const MAIN = path.join(import.meta.dirname, '../../wallet-core/cli/main.js');

/** `single-wallet` as a process of its own. */
export class CommandLine {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #out = { stdout: '', stderr: '' };
  readonly #closed: Promise<number | NodeJS.Signals>;

  constructor(
    readonly args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    const env = { ...process.env, ...commandAccess(args), ...environment };
    this.child = spawn(process.execPath, ['--enable-source-maps', MAIN, ...args], { env });
    this.child.stdout.on('data', (text: Buffer) => (this.#out.stdout += text.toString()));
    this.child.stderr.on('data', (text: Buffer) => (this.#out.stderr += text.toString()));
    this.#closed = once(this.child, 'close').then(
      ([code, signal]) => (signal as NodeJS.Signals | null) ?? (code as number),
    );
    // Whoever ends before it has read everything is asked why by its exit code.
    this.child.stdin.on('error', () => {});
  }

  /** Its exit code, or the signal that ended it, and what it printed; with `--json` that is what the page says. */
  async end(): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string }> {
    const code = await this.#closed;
    if (this.args.includes('--json') && (code === 0 || code === 1)) expectDocumented(this.args, this.#out.stdout);
    return { code, ...this.#out };
  }

  static async run(...args: readonly string[]) {
    return new CommandLine(args).end();
  }
}
