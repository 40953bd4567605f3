import { startModule, type Child } from '../children.js';
import type { Running, Seen } from './load.js';

/** A process that makes loads, one after another where its own code has to get warm. */
export class LoadGenerator<Load extends object, S extends Seen> {
  readonly #child: Child;

  /** `file`: a module of the benchmark that serves loads. */
  constructor(file: string, task: object, log: string, name = 'generator') {
    this.#child = startModule(name, `test/bench/${file}`, { log, args: [JSON.stringify(task)] });
  }

  run(load: Load): Running<S> {
    const child = this.#child;
    child.send(load);
    const begun = child.message();
    const over = begun.then(() => child.message());
    return { child, begun, over, seen: over.then(() => child.message<S>()) };
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

/** In such a module: what all its loads have in common. */
export function taskOf<Task>(): Task {
  const [, , text] = process.argv;
  if (text === undefined) throw new Error('the benchmark starts this module, with a task');
  return JSON.parse(text) as Task;
}

let cpuMs = 0;

/** In such a module: makes each load that is asked for. `run` says when what is measured of it begins and when it is over. */
export function serveLoads<Load, S extends Seen>(run: (load: Load) => Promise<S>): void {
  process.on('message', (load) => {
    void run(load as Load).then((seen) => process.send?.({ ...seen, cpuMs }));
  });
  // The benchmark was killed.
  process.on('disconnect', () => process.exit(0));
}

/** In such a module: tells that connections and warm-up are over, so that what is used from now on counts. */
export function begin(): void {
  cpuMs = -ownCpuMs();
  process.send?.('begin');
}

/** In such a module: tells that the time that is measured is over, so that what is used from now on does not count. */
export function finish(): void {
  cpuMs += ownCpuMs();
  process.send?.('over');
}

/** The CPU time that this process has used, in milliseconds. */
function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
