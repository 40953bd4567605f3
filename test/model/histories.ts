import fc from 'fast-check';
import { hold, Disagreement, type Held, type Ledger } from './hold.js';
import { ofItsOwn, type History } from './history.js';
import { textOfHistory } from './history-text.js';
import { step } from './intents.js';
import { opening } from './opening.js';
import { writeHistory } from './write.js';

export const histories: fc.Arbitrary<History> = fc
  .tuple(opening, fc.array(step, { minLength: 1, maxLength: 32, size: 'max' }))
  .map(([acts, steps]) => writeHistory(acts, steps));

export interface Run {
  readonly count: number;
  readonly seed: number;
  /** The one history to play again, as a failure told it. */
  readonly path?: string;
  /** So many are played side by side. */
  readonly lanes: number;
  /** The ledger that a history is played against; `n` is another number for each. */
  readonly ledger: (n: number) => Ledger;
  readonly played: (held: Held) => void;
}

/** Plays random histories against ledgers. Throws the shrunk history of the first that the model does not agree with. */
export async function playHistories({ count, seed, path, lanes, ledger, played }: Run): Promise<void> {
  let number = 0;
  const property = fc.asyncProperty(histories, async (history) => {
    const n = number++;
    played(await hold(ofItsOwn(history, `h${n}-`), ledger(n)));
  });
  const shares = Array.from({ length: Math.min(lanes, count) }, (_, lane) => Math.ceil((count - lane) / lanes));
  const runs = shares.map((numRuns, lane) => {
    const replay = path === undefined ? {} : { path, endOnFailure: true };
    return fc.check(property, { numRuns, seed: seed + lane, ...replay });
  });
  for (const details of await Promise.all(runs)) {
    if (!details.failed) continue;
    const { errorInstance: error, seed: failing, counterexamplePath } = details;
    const again = `npm run torture -- --histories 1 --seed ${failing} --path "${counterexamplePath ?? ''}"`;
    throw new Error(`${textOf(error)}\n\nTo play this history again: ${again}`);
  }
}

function textOf(error: unknown): string {
  if (error instanceof Disagreement) return `${error.message}\n${textOfHistory(error.history, error.answers)}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
