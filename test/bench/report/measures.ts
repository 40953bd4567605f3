import type { Bench } from '../bench.js';
import { FIGURES, type Case, type Figure } from '../cases.js';
import { CLOSED_LOOP_TOOL } from '../load/closed-loop.js';
import { median, rounded } from '../measurement.js';
import { AFTERWARDS, OVERLOADS, type OpenCurveName } from '../rows/overload.js';
import { goodputs, refusedAround, twiceTheConnections } from './curves.js';

/** One of the figures that the product is held to. */
export interface Measure {
  readonly measure: string;
  readonly goal: string;
  /** Undefined: what it needs was not measured. */
  readonly reached: string | undefined;
  /** Of a ratio: what it is the median of. */
  readonly values?: readonly number[];
  /** Undefined: there is nothing to reach, or it was not measured. */
  readonly met: boolean | undefined;
  /** It has a goal and was measured, but in a way that says too little. */
  readonly notJudged?: true;
}

export interface Goal {
  readonly measure: string;
  readonly goal: { readonly atLeast: number } | { readonly atMost: number } | 'stated';
  readonly value: number | undefined;
  readonly values?: readonly number[];
  readonly decimals: number;
  readonly unit?: string;
  /** It was measured in a way that says too little: nothing is judged by it. */
  readonly notJudged?: boolean;
}

const RECOVERIES = {
  calls: 'recovery after 1.3 times the maximum, open loop',
  grpc: 'recovery after twice the maximum, gRPC',
} as const satisfies Record<OpenCurveName, string>;
const AT_MAXIMUM = 1;
/** autocannon costs several times as much as wrk: ratios of closed loops would be wrong, and rates that are a part of what they reach. */
const NOT_WRK = CLOSED_LOOP_TOOL !== 'wrk';
/** That is "within seconds". */
const RECOVERY_SECONDS_MAX = 3;

/** The goals, in the order of the table, with what this run reached: a ratio is the median of those of each turn. */
export function measuresOf(bench: Bench): Measure[] {
  const throughput = (part: Case, whole: Case) => bench.ratios(part, whole, (measured) => measured.perSecond);
  const cpu = (name: Case, process: string) => bench.median(name, ({ cpuUs }) => cpuUs[process] ?? 0);
  const figure = (what: Figure) => median(bench.figures.get(what) ?? []);
  const size = millions(bench.options.movements);
  const ofMaximum = (measure: string, curve: OpenCurveName) => {
    const parts = goodputs(bench.overload, curve, OVERLOADS[curve]);
    return ratio(measure, { atLeast: 0.9 }, parts, refusedAround(bench.overload, curve) > 0);
  };
  const recovery = (curve: OpenCurveName) => {
    const seconds = bench.overload[curve].map(({ recoverySeconds }) => recoverySeconds ?? Infinity);
    return most(RECOVERIES[curve], RECOVERY_SECONDS_MAX, highest(seconds), 's');
  };
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);
  // Of processes that are not warm everything is slower, and not by the same.
  const isCold = bench.options.warmUpSeconds === 0;
  const goals: readonly Goal[] = [
    ratio('`wallet` ÷ `echo`, throughput, 64 connections', { atLeast: 0.6 }, throughput('wallet64', 'echo64'), NOT_WRK),
    ratio(
      '`wallet` ÷ `echo`, throughput, 256 connections',
      { atLeast: 0.7 },
      throughput('wallet256', 'echo256'),
      NOT_WRK,
    ),
    ratio(
      '`wallet` ÷ `postgres-per-callback`, 64 connections',
      { atLeast: 5 },
      throughput('wallet64', 'postgres64'),
      NOT_WRK,
    ),
    ratio(
      '`wallet-grpc` in batches of 32 ÷ `storage` in groups of 512',
      { atLeast: 0.5 },
      throughput('grpcBatches', 'storage512'),
    ),
    ratio(
      '`wallet-grpc` unary, 64 in flight ÷ gRPC echo unary',
      { atLeast: 0.75 },
      throughput('grpcUnary', 'grpcEchoUnary'),
    ),
    ratio(
      "p99 of `mixed` ÷ p99 of `echo` at the same rate (checkpoints off the writer's path)",
      { atMost: 3 },
      bench.ratios('walletMixed', 'echoMixed', ({ p99Ms }) => p99Ms),
      NOT_WRK,
    ),
    ratio(
      `\`wallet\` with ${size} movements in the ledger ÷ with none`,
      { atLeast: 0.85 },
      throughput('large64', 'wallet64'),
      NOT_WRK,
    ),
    ratio(
      `\`storage\` in groups of 32 with ${size} movements ÷ with none`,
      { atLeast: 0.6 },
      throughput('largeStorage32', 'storage32'),
    ),
    most(
      `resident memory, wallet-core with ${size} movements, under load (64 connections)`,
      300,
      highest(bench.figures.get('largeMegabytes') ?? []),
      'MB',
    ),
    most(
      `start of wallet-core with ${size} movements`,
      2,
      seconds(highest(bench.figures.get('largeStartMs') ?? [])),
      's',
    ),
    most(FIGURES.bytesWithoutRequest, 250, figure('bytesWithoutRequest'), ''),
    most(FIGURES.bytesWithRequest, 500, figure('bytesWithRequest'), ''),
    stated('CPU time per callback, gateway', cpu('wallet64', 'gateway'), 'µs'),
    stated('CPU time per callback, wallet-core', cpu('wallet64', 'wallet-core'), 'µs'),
    ratio('`wallet` with an fsync of 5 ms more ÷ without, 64 connections', 'stated', throughput('slow64', 'wallet64')),
    ratio(
      '`wallet` with an fsync of 5 ms more ÷ without, 256 connections',
      'stated',
      throughput('slow256', 'wallet256'),
    ),
    ratio('2 gateway processes ÷ 1, 64 connections', 'stated', throughput('two64', 'wallet64')),
    ratio('2 gateway processes ÷ 1, 256 connections', 'stated', throughput('two256', 'wallet256')),
    ratio('`secured` ÷ `echo`, 64 connections', 'stated', throughput('secured64', 'echo64')),
    ratio('`secured` ÷ `echo`, 256 connections', 'stated', throughput('secured256', 'echo256')),
    ratio('`secured` ÷ `wallet`, 64 connections', 'stated', throughput('secured64', 'wallet64')),
    ratio('`secured` ÷ `wallet`, 256 connections', 'stated', throughput('secured256', 'wallet256')),
    ratio('`secured` ÷ `wallet-grpc`, unary, 64 in flight', 'stated', throughput('securedUnary', 'grpcUnary')),
    ratio('`secured` ÷ `wallet-grpc`, batches of 32', 'stated', throughput('securedBatches', 'grpcBatches')),
    ofMaximum('overload, gRPC at twice its maximum: goodput ÷ maximum', 'grpc'),
    ratio(
      'overload, twice the connections of its best: goodput ÷ maximum',
      { atLeast: 0.9 },
      twiceTheConnections(bench.overload),
    ),
    ofMaximum('overload, 1.3 times its maximum, open loop: goodput ÷ maximum', 'calls'),
    ratio(
      'overload, as much as its maximum, open loop: goodput ÷ maximum',
      'stated',
      goodputs(bench.overload, 'calls', AT_MAXIMUM),
    ),
    recovery('calls'),
    recovery('grpc'),
  ];
  const never = { reached: `not within ${AFTERWARDS.turns * bench.options.seconds} s` };
  const isNever = ({ value, unit }: Goal) => value === Infinity && unit === 's';
  return goals.map((goal) => ({
    ...judge({ ...goal, notJudged: goal.notJudged === true || isCold }),
    ...(isNever(goal) ? never : {}),
  }));
}

export function judge({ measure, goal, value, values, decimals, unit, notJudged = false }: Goal): Measure {
  const suffix = unit ? ` ${unit}` : '';
  const show = (round: (value: number) => number) =>
    value === undefined ? undefined : `${rounded(value, decimals, round)}${suffix}`;
  const ofRatio = values && { values };
  if (goal === 'stated') return { measure, goal: 'stated', reached: show(Math.round), ...ofRatio, met: undefined };
  const [sign, limit] = 'atLeast' in goal ? ['≥', goal.atLeast] : ['≤', goal.atMost];
  // Towards the worse side, or 0.898 would be shown as a 0.90 that missed 0.90.
  const reached = show(sign === '≥' ? Math.floor : Math.ceil);
  if (notJudged && value !== undefined) {
    return { measure, goal: `${sign} ${limit}${suffix}`, reached, ...ofRatio, met: undefined, notJudged };
  }
  const met = value === undefined ? undefined : sign === '≥' ? value >= limit : value <= limit;
  return { measure, goal: `${sign} ${limit}${suffix}`, reached, ...ofRatio, met };
}

function ratio(measure: string, goal: Goal['goal'], values: readonly number[], notJudged = false): Goal {
  return { measure, goal, value: median(values), values, decimals: 2, notJudged };
}

function most(measure: string, atMost: number, value: number | undefined, unit: string): Goal {
  return { measure, goal: { atMost }, value, decimals: unit === 's' ? 2 : 0, unit };
}

function stated(measure: string, value: number | undefined, unit: string): Goal {
  return { measure, goal: 'stated', value, decimals: 0, unit };
}

/** What is to hold in every round. */
function highest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

/** "10 million", or the number where that says less. */
export function millions(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000} million` : count.toLocaleString('en');
}
