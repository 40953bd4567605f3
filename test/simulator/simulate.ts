import { performance } from 'node:perf_hooks';
import { faultsOf, replayCommand, type Options } from './options.js';
import type { Game, Rule, Session } from './provider.js';
import { Random } from './random.js';
import { openRun, SILENT, untilDifference, type Progress } from './run.js';
import { playAll, type Turn } from './schedule.js';
import type { CaseReport } from './tally.js';
import type { EndpointReport } from './wire.js';

export interface Report {
  readonly provider: string;
  readonly url: string;
  readonly seed: number;
  readonly runId: string;
  readonly players: number;
  readonly rounds: number;
  readonly faults: readonly string[];
  /** Requests sent, copies and repeats too. */
  readonly calls: number;
  readonly seconds: number;
  readonly callsPerSecond: number;
  readonly endpoints: readonly EndpointReport[];
  readonly cases: readonly CaseReport[];
  /** How many answers were not as the model expected. */
  readonly differences: number;
  /** The command that plays the same again. */
  readonly replay: string;
}

/** Under faults, this share of the rounds shows a rule; the others are games, to whose calls the faults happen, too. */
const SHARE_OF_RULES = 0.4;

/** Plays rounds against a wallet and compares it with the model. Throws a SetupError if nothing can be played. */
export async function simulate(options: Options, progress: Progress = SILENT): Promise<Report> {
  const run = await openRun(options, ({ faults }) => faultsOf(options.faults, Object.keys(faults)));
  const { session, wire, tally, players, provider } = run;
  const faults = faultsOf(options.faults, Object.keys(provider.faults));
  try {
    const started = performance.now();
    progress.start(options.rounds);
    await playAll(
      turnsOf(session, options, players, faults, () => progress.step()),
      options.concurrency,
    );
    await session.finish();
    const seconds = (performance.now() - started) / 1000;
    const cases = tally.cases().filter(({ checks }) => checks > 0);
    return {
      provider: provider.name,
      url: options.url,
      seed: options.seed,
      runId: run.runId,
      players: players.length,
      rounds: options.rounds,
      faults: [...faults],
      calls: wire.calls,
      seconds: Math.round(seconds * 1000) / 1000,
      callsPerSecond: Math.round(wire.calls / seconds),
      endpoints: wire.endpoints(),
      cases,
      differences: cases.reduce((sum, { differences }) => sum + differences, 0),
      replay: replayCommand('simulate', options),
    };
  } finally {
    progress.stop();
    run.close();
  }
}

/** All choices are made here and in forks of the seed, before anything is played: no answer's timing changes them. */
function turnsOf(
  session: Session,
  { rounds, seed }: Options,
  players: readonly string[],
  faults: ReadonlySet<string>,
  done: () => void,
): Turn[] {
  const random = new Random(seed, 'rounds');
  const deal = dealer(session, players.length, faults, random);
  return Array.from({ length: rounds }, (_, index) => {
    const round = deal();
    const seated = random.shuffle(players).slice(0, round.seats);
    const play = () => untilDifference(() => round.play(seated, random.fork(String(index)))).finally(done);
    return { players: seated, play };
  });
}

/** Deals what to play next: games by their weight, and the rules of the faults one after the other, so that none is left out. */
function dealer(
  { games, rules }: Session,
  players: number,
  faults: ReadonlySet<string>,
  random: Random,
): () => Game | Rule {
  const playable = rules.filter(
    ({ fault, missing, seats }) => fault !== undefined && faults.has(fault) && !missing && seats <= players,
  );
  let deck: Rule[] = [];
  return () => {
    if (playable.length === 0 || !random.chance(SHARE_OF_RULES)) return random.weighted(games);
    if (deck.length === 0) deck = random.shuffle(playable);
    return deck.pop() ?? random.weighted(games);
  };
}
