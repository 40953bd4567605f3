import { messageOf } from '../../config.js';

/** What a command of the command line ends with. */
export const EXIT = { good: 0, found: 1, failed: 2 } as const;

/** The action of a command: the process ends with the exit code that it gives. */
export function ending<Given extends unknown[]>(run: (...given: Given) => Promise<number>) {
  return async (...given: Given): Promise<void> => {
    process.exitCode = await run(...given);
  };
}

/** The exit code of something that may fail: stderr is told what did not come about, in the words of `undone`, and why. */
export async function tried(undone: () => string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    console.error(`${undone()}: ${messageOf(error)}`);
    return EXIT.failed;
  }
}
