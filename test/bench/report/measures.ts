import type { Bench } from '../bench.js';
import { FIGURES, type Case, type Figure } from '../cases.js';
import { CLOSED_LOOP_TOOL } from '../load/closed-loop.js';
import { median } from '../measurement.js';
import { OVERLOADS, type CurveName, type OpenCurveName } from '../rows/overload.js';

/** One of the figures that the product is held to. */
export interface Measure {
  readonly measure: string;
  readonly goal: string;
  /** Undefined: what it needs was not measured. */
  readonly reached: string | undefined;
  /** Undefined: there is nothing to reach, or it was not measured. */
  readonly met: boolean | undefined;
  /** It has a goal and was measured, but in a way that says too little. */
  readonly notJudged?: true;
}

export interface Goal {
  readonly measure: string;
  readonly goal: { readonly atLeast: number } | { readonly atMost: number } | 'stated';
  readonly value: number | undefined;
  readonly decimals: number;
  readonly unit?: string;
  /** The load generator takes so much of the machine that it is what is measured: nothing is judged by it. */
  readonly notJudged?: boolean;
}

const RECOVERIES = {
  calls: 'recovery after that load',
  grpc: 'recovery after the load over gRPC',
} as const satisfies Record<OpenCurveName, string>;
/** That is "within seconds". */
const RECOVERY_SECONDS_MAX = 3;

/** The goals, in the order of the table, with what this run reached: ratios of medians. */
export function measuresOf(bench: Bench): Measure[] {
  const perSecond = (name: Case) => bench.median(name, (measured) => measured.perSecond);
  const throughput = (part: Case, whole: Case) => ratio(perSecond(part), perSecond(whole));
  const p99 = (name: Case) => bench.median(name, ({ p99Ms }) => p99Ms);
  const cpu = (name: Case, process: string) => bench.median(name, ({ cpuUs }) => cpuUs[process] ?? 0);
  const figure = (what: Figure) => median(bench.figures.get(what) ?? []);
  const size = millions(bench.options.movements);
  const ofMaximum = (curve: CurveName, load: number) =>
    median(bench.overload.flatMap((round) => round[curve].find((point) => point.load === load)?.ofMaximum ?? []));
  const recovery = (curve: OpenCurveName) => {
    const seconds = bench.overload.map(({ recoverySeconds }) => recoverySeconds[curve] ?? Infinity);
    return most(RECOVERIES[curve], RECOVERY_SECONDS_MAX, highest(seconds), 's');
  };
  const goals: readonly Goal[] = [
    ofClosedLoops('`wallet` ÷ `echo`, throughput, 64 connections', 0.6, throughput('wallet64', 'echo64')),
    ofClosedLoops('`wallet` ÷ `echo`, throughput, 256 connections', 0.7, throughput('wallet256', 'echo256')),
    ofClosedLoops('`wallet` ÷ `postgres-per-callback`, 64 connections', 5, throughput('wallet64', 'postgres64')),
    least('`wallet-grpc` in batches of 32 ÷ `storage` in groups of 512', 0.5, throughput('grpcBatches', 'storage512')),
    least('`wallet-grpc` unary, 64 in flight ÷ gRPC echo unary', 0.75, throughput('grpcUnary', 'grpcEchoUnary')),
    most(
      "p99 of `mixed` ÷ p99 of `echo` at the same rate (checkpoints off the writer's path)",
      3,
      ratio(p99('walletMixed'), p99('echoMixed')),
    ),
    least(`\`wallet\` with ${size} movements in the ledger ÷ with none`, 0.85, throughput('large64', 'wallet64')),
    least(
      `\`storage\` in groups of 32 with ${size} movements ÷ with none`,
      0.6,
      throughput('largeStorage32', 'storage32'),
    ),
    most(
      `resident memory, wallet-core with ${size} movements, under load`,
      300,
      highest(bench.figures.get('largeMegabytes') ?? []),
      'MB',
    ),
    most(`start of wallet-core with ${size} movements`, 2, ratio(figure('largeStartMs'), 1000), 's'),
    most(FIGURES.bytesWithoutRequest, 250, figure('bytesWithoutRequest'), ''),
    most(FIGURES.bytesWithRequest, 500, figure('bytesWithRequest'), ''),
    stated('CPU time per callback, gateway', cpu('wallet64', 'gateway'), 'µs'),
    stated('CPU time per callback, wallet-core', cpu('wallet64', 'wallet-core'), 'µs'),
    stated('an fsync of 5 ms more: `wallet`, 64 connections', perSecond('slow64'), 'per second'),
    stated('an fsync of 5 ms more: `wallet`, 256 connections', perSecond('slow256'), 'per second'),
    stated('2 gateway processes ÷ 1, 64 connections', throughput('two64', 'wallet64'), '', 2),
    stated('2 gateway processes ÷ 1, 256 connections', throughput('two256', 'wallet256'), '', 2),
    stated('`secured` ÷ `wallet`, 64 connections', throughput('secured64', 'wallet64'), '', 2),
    stated('`secured` ÷ `wallet`, 256 connections', throughput('secured256', 'wallet256'), '', 2),
    stated('`secured` ÷ `wallet-grpc`, unary, 64 in flight', throughput('securedUnary', 'grpcUnary'), '', 2),
    stated('`secured` ÷ `wallet-grpc`, batches of 32', throughput('securedBatches', 'grpcBatches'), '', 2),
    least('overload, gRPC at twice its maximum: goodput ÷ maximum', 0.9, ofMaximum('grpc', OVERLOADS.grpc)),
    least(
      'overload, twice the connections of its best: goodput ÷ maximum',
      0.9,
      median(bench.overload.map(({ twiceTheConnections }) => twiceTheConnections)),
    ),
    least('overload, 1.3 times its maximum, open loop: goodput ÷ maximum', 0.9, ofMaximum('calls', OVERLOADS.calls)),
    recovery('calls'),
    recovery('grpc'),
  ];
  const never = { reached: `not within ${bench.options.seconds} s` };
  return goals.map((goal) => ({ ...judge(goal), ...(goal.value === Infinity ? never : {}) }));
}

export function judge({ measure, goal, value, decimals, unit, notJudged = false }: Goal): Measure {
  const suffix = unit ? ` ${unit}` : '';
  const show = (round: (exact: number) => number) =>
    value === undefined ? undefined : `${(round(value * 10 ** decimals) / 10 ** decimals).toFixed(decimals)}${suffix}`;
  if (goal === 'stated') return { measure, goal: 'stated', reached: show(Math.round), met: undefined };
  const [sign, limit] = 'atLeast' in goal ? ['≥', goal.atLeast] : ['≤', goal.atMost];
  // Towards the worse side, or 0.898 would be shown as a 0.90 that missed 0.90.
  const reached = show(sign === '≥' ? Math.floor : Math.ceil);
  if (notJudged && value !== undefined) {
    return { measure, goal: `${sign} ${limit}${suffix}`, reached, met: undefined, notJudged };
  }
  const met = value === undefined ? undefined : sign === '≥' ? value >= limit : value <= limit;
  return { measure, goal: `${sign} ${limit}${suffix}`, reached, met };
}

/** A ratio that autocannon, which costs several times as much as wrk, would tell wrong. */
function ofClosedLoops(measure: string, atLeast: number, value: number | undefined): Goal {
  return { ...least(measure, atLeast, value), notJudged: CLOSED_LOOP_TOOL !== 'wrk' };
}

function least(measure: string, atLeast: number, value: number | undefined): Goal {
  return { measure, goal: { atLeast }, value, decimals: 2 };
}

/** Without a unit it is a ratio. */
function most(measure: string, atMost: number, value: number | undefined, unit?: string): Goal {
  const decimals = unit === undefined || unit === 's' ? 2 : 0;
  return { measure, goal: { atMost }, value, decimals, ...(unit ? { unit } : {}) };
}

function stated(measure: string, value: number | undefined, unit: string, decimals = 0): Goal {
  return { measure, goal: 'stated', value, decimals, unit };
}

/** What is to hold in every round. */
function highest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || !whole ? undefined : part / whole;
}

/** "10 million", or the number where that says less. */
export function millions(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000} million` : count.toLocaleString('en');
}
