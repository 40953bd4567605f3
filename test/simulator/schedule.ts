/** A piece of play and the players it needs for itself. */
export interface Turn {
  readonly players: readonly string[];
  readonly play: () => Promise<void>;
}

/**
 * Plays all turns, at most so many at the same moment. Turns that share a player are played one after the other, in the
 * order given, so that the model always knows the order of a player's calls.
 */
export async function playAll(turns: readonly Turn[], concurrency: number): Promise<void> {
  const tails = new Map<string, Promise<void>>();
  const waiting: (() => void)[] = [];
  let free = concurrency;
  let failed = false;

  const enter = async () => {
    if (free-- > 0) return;
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = () => {
    free++;
    waiting.shift()?.();
  };
  const played = turns.map(({ players, play }) => {
    const earlier = players.map((player) => tails.get(player) ?? Promise.resolve());
    const turn = (async () => {
      await Promise.allSettled(earlier);
      await enter();
      try {
        if (!failed) await play();
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        leave();
      }
    })();
    for (const player of players) tails.set(player, turn);
    return turn;
  });
  await allOf(played);
}

/** Runs a task for each item, at most so many at the same moment. */
export async function mapAtMost<T>(
  limit: number,
  items: readonly T[],
  task: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}

/** Waits for all of them, so that nothing goes on when the first failure is told. */
export async function allOf(tasks: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(tasks);
  await Promise.all(tasks);
}
