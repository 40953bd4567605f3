import { onlyOf, replayCommand, type Options } from './options.js';
import type { Rule } from './provider.js';
import { Random } from './random.js';
import { openRun, SILENT, untilDifference, type Progress } from './run.js';
import { playAll, type Turn } from './schedule.js';
import type { Difference } from './tally.js';

export interface RuleReport {
  readonly name: string;
  /** Where the rule stands. */
  readonly rule: string;
  readonly says: string;
  readonly result: 'kept' | 'broken' | 'not played';
  /** Why it was not played. */
  readonly missing?: string;
  readonly first?: Difference;
}

export interface Checklist {
  readonly provider: string;
  readonly url: string;
  readonly seed: number;
  readonly runId: string;
  readonly rules: readonly RuleReport[];
  readonly kept: number;
  readonly broken: number;
  readonly notPlayed: number;
  readonly replay: string;
}

/** Plays every rule of the protocol once. Throws a SetupError if nothing can be played. */
export async function conform(options: Options, progress: Progress = SILENT): Promise<Checklist> {
  const run = await openRun(options, () => new Set());
  const { session, tally, players, provider, runId } = run;
  const missingOf = (rule: Rule): string | undefined =>
    rule.missing ?? (rule.seats > players.length ? `needs --players ${rule.seats} or more` : undefined);
  try {
    const asked = onlyOf(session.rules, options.only);
    const playable = asked.filter((rule) => !missingOf(rule));
    progress.start(playable.length);
    const turns = playable.map((rule, index): Turn => {
      const seated = Array.from({ length: rule.seats }, (_, seat) => players[(index + seat) % players.length] ?? '');
      const random = new Random(options.seed, rule.name);
      const play = () => untilDifference(() => rule.play(seated, random)).finally(() => progress.step());
      // A turn waits for all that it names, and a player's name has no colon.
      const alone = rule.alone === undefined ? [] : [`alone:${rule.alone}`];
      return { players: [...seated, ...alone], play };
    });
    await playAll(turns, options.concurrency);
    const first = new Map(tally.cases().map((entry) => [entry.name, entry.first]));
    const rules = asked.map((rule) => reportOf(rule, missingOf(rule), first.get(rule.name)));
    const count = (result: RuleReport['result']) => rules.filter((rule) => rule.result === result).length;
    return {
      provider: provider.name,
      url: options.url,
      seed: options.seed,
      runId,
      rules,
      kept: count('kept'),
      broken: count('broken'),
      notPlayed: count('not played'),
      replay: replayCommand('conformance', options),
    };
  } finally {
    progress.stop();
    run.close();
  }
}

function reportOf({ name, rule, says }: Rule, missing: string | undefined, first: Difference | undefined): RuleReport {
  if (missing !== undefined) return { name, rule, says, result: 'not played', missing };
  return first ? { name, rule, says, result: 'broken', first } : { name, rule, says, result: 'kept' };
}
