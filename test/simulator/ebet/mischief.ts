import { allOf } from '../schedule.js';
import type { MovementCall, Stage } from './stage.js';
import { transactionType } from './transaction-types.js';

/** The names of what happens to the calls of games, and where it is counted in the tally. */
export const CASE_OF = {
  atOnce: 'copies at once, in games',
  later: 'copies later, in games',
  lost: 'lost answers, in games',
} as const;

/** What happens to a game's calls on their way: copies at once and later, and lost answers. */
export class Mischief {
  readonly #sent: MovementCall[] = [];

  constructor(readonly faults: ReadonlySet<string>) {}

  async send(stage: Stage, call: MovementCall): Promise<void> {
    const { random } = stage;
    this.#sent.push(call);
    if (this.faults.has('lost-answers') && isFinal(call) && random.chance(0.08)) return this.#lose(stage, call);
    if (this.faults.has('duplicates') && random.chance(0.08)) return this.#atOnce(stage, call);
    await stage.compare(call);
  }

  /** At the end of a round: some of its calls come once more, with nothing changed. */
  async later(stage: Stage): Promise<void> {
    if (!this.faults.has('duplicates') || !stage.random.chance(0.3)) return;
    for (const call of stage.random.shuffle(this.#sent.filter(isFinal)).slice(0, 2)) {
      await stage.again(call, {}, CASE_OF.later);
    }
    await stage.checkBalanceAs(CASE_OF.later);
  }

  /** eBET sends again up to three times; whatever the wallet made of the first, the answer is the same. */
  async #lose(stage: Stage, call: MovementCall): Promise<void> {
    for (let lost = stage.random.int(1, 3); lost > 0; lost--) {
      await stage.lose(call, stage.random.pick(['when sent', 'when answered']));
    }
    await stage.again(call, {}, CASE_OF.lost);
    await stage.checkBalanceAs(CASE_OF.lost);
  }

  async #atOnce(stage: Stage, call: MovementCall): Promise<void> {
    const copies = Array.from({ length: stage.random.int(2, 6) }, () => stage.again(call, {}, CASE_OF.atOnce));
    await allOf(copies);
    await stage.checkBalanceAs(CASE_OF.atOnce);
  }
}

/** A refused settlement is decided anew each time: sending it again later might move money. */
function isFinal({ outcome, movement }: MovementCall): boolean {
  return outcome.status === 200 || transactionType(movement.type).stake;
}
