import type { Bench } from '../bench.js';
import { CASES, type Case } from '../cases.js';
import type { Options } from '../options.js';
import { CLOSED_LOOP_TOOL } from '../load/closed-loop.js';
import { curvesOf, type Curves } from './curves.js';
import { lineOf, type Line } from './line.js';
import type { Machine } from './machine.js';
import { measuresOf, type Measure } from './measures.js';

/** What a run came to: the JSON that it writes, and all that tables and chart are made of. */
export interface Report {
  /** False: the run went on, or ended by an error. */
  readonly complete: boolean;
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly loadGenerator: string;
  readonly options: Pick<
    Options,
    'rows' | 'rounds' | 'turns' | 'seconds' | 'leadInSeconds' | 'warmUpSeconds' | 'seed' | 'movements'
  >;
  readonly lines: readonly Line[];
  readonly measures: readonly Measure[];
  readonly leftOut: Readonly<Record<string, string>>;
  readonly curves: Curves | undefined;
}

export function reportOf(bench: Bench, machine: Machine, complete: boolean): Report {
  const { rows, rounds, turns, seconds, leadInSeconds, warmUpSeconds, seed, movements } = bench.options;
  return {
    complete,
    date: new Date().toISOString().slice(0, 10),
    machine,
    versions: Object.fromEntries(bench.versions),
    loadGenerator: CLOSED_LOOP_TOOL,
    options: { rows, rounds, turns, seconds, leadInSeconds, warmUpSeconds, seed, movements },
    lines: (Object.keys(CASES) as Case[]).flatMap((name) => {
      const all = bench.results.get(name);
      return all ? lineOf(CASES[name], all) : [];
    }),
    measures: measuresOf(bench),
    leftOut: Object.fromEntries(bench.leftOut),
    curves: curvesOf(bench.overload),
  };
}
