import { startModule } from '../children.js';
import type { Running, Seen } from './load.js';

/** Starts a load generator of ours, a Node module in dist/test/bench/load, with what it is to do. */
export function generator<S extends Seen>(file: string, task: object, log: string): Running<S> {
  const child = startModule('generator', `test/bench/load/${file}`, { log, args: [JSON.stringify(task)] });
  const begun = child.message();
  const over = begun.then(() => child.message());
  const seen = over.then(async () => {
    const result = await child.message<S>();
    await child.ended;
    return result;
  });
  return { child, begun, over, seen };
}

/** In such a module: what it is to do. */
export function taskOf<Task>(): Task {
  const [, , text] = process.argv;
  if (text === undefined) throw new Error('the benchmark starts this module, with a task');
  return JSON.parse(text) as Task;
}

/** In such a module: tells that connections and warm-up are over, so that what is used from now on counts. */
export function begin(): void {
  process.send?.('begin');
}

/** In such a module: tells that the time that is measured is over, so that what is used from now on does not count. */
export function finish(): void {
  process.send?.('over');
}

/** In such a module: hands over what it saw, and ends. */
export function report<S extends Seen>(seen: S): void {
  process.send?.(seen, () => process.exit(0));
}

/** The CPU time that this process has used, in milliseconds. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
