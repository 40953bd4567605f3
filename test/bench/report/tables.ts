import { BEHIND_MS, median, quantile, rounded } from '../measurement.js';
import type { CurveLine } from './curves.js';
import type { Machine } from './machine.js';
import type { Measure } from './measures.js';
import type { Line } from './line.js';
import type { Report } from './report.js';

/** A head and rows, for the terminal and for Markdown alike. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function measuresTable({ measures }: Report): Table {
  const verdict = ({ met, notJudged }: Measure) =>
    notJudged ? 'not judged' : met === undefined ? '' : met ? 'met' : 'missed';
  return {
    head: ['measure', 'goal', 'reached', 'middle half', ''],
    rows: measures.map((one) => [
      ...[one.measure, one.goal, one.reached ?? 'not measured', middleHalf(one.values), verdict(one)],
    ]),
  };
}

export function linesTable({ lines }: Report): Table {
  return {
    head: [
      'case',
      'per second',
      'lowest to highest',
      'p50 ms',
      'p99 ms',
      'p99.9 ms',
      'busy, lost',
      'CPU µs each',
      'generator',
    ],
    rows: lines.map((line) => [
      line.name,
      whole(line.perSecond),
      rangeOf(line),
      ...latencies(line),
      line.busy + line.lost === 0 ? '' : `${whole(line.busy)}, ${whole(line.lost)}`,
      Object.entries(line.cpuUs)
        .map(([process, us]) => `${process} ${us.toFixed(0)}`)
        .join(', '),
      line.generatorCores === 0 ? '' : `${(100 * line.generatorCores).toFixed(0)} %`,
    ]),
  };
}

export function overloadTable({ curves }: Report): Table {
  const all = curves ? [...curves.connections, ...curves.calls, ...curves.grpc] : [];
  return {
    head: [
      ...[
        'load',
        'good per second',
        'lowest to highest',
        'maximum',
        'before, after',
        'of it',
        'of it, lowest to highest',
      ],
      ...['answered busy', 'lost', 'p99 ms of good', 'of busy', 'wallet-core MB', 'gateway MB'],
    ],
    rows: all.map((line) => [
      ...[line.name, whole(line.perSecond), rangeOf(line), whole(line.maximum), around(line), part(line.ofMaximum)],
      ...[line.ofMaximumRange.map(part).join(' to '), whole(line.busy), whole(line.lost)],
      ...[line.goodP99Ms?.toFixed(0) ?? 'not known'],
      ...[line.busy === 0 ? '' : (line.busyP99Ms?.toFixed(0) ?? 'not known')],
      ...['wallet-core', 'gateway'].map((process) => line.megabytes[process]?.toFixed(0) ?? ''),
    ]),
  };
}

/** What the maxima were that goodput in open loops is held against, and whether they were some. */
export function maximaText({ curves }: Report): string | undefined {
  if (!curves) return undefined;
  const { maxima, refused, best } = curves;
  const http = `${whole(maxima.calls)} per second over HTTP (${best.join(', ')} connections in the rounds)`;
  const came = `The closed loops around the open ones came to ${http} and ${whole(maxima.grpc)} over gRPC`;
  if (refused.calls + refused.grpc === 0) return `${came}; nothing was refused in them.`;
  return `${came}. In them ${whole(refused.calls)} and ${whole(refused.grpc)} calls were refused or lost, so these are no maxima.`;
}

/** Open loops in which calls left so late that the load was not what it is said to be; undefined: none. */
export function behindText({ lines, curves }: Report): string | undefined {
  const all = [...lines, ...(curves?.calls ?? []), ...(curves?.grpc ?? [])];
  const behind = all.filter(({ latestMs }) => latestMs > BEHIND_MS);
  if (behind.length === 0) return undefined;
  const each = behind.map(({ name, latestMs }) => `${name} (${whole(latestMs)} ms)`);
  return `The load generator fell behind: calls left up to so much later than they were due: ${each.join('; ')}.`;
}

export function machineText(
  { cpu, cores, memoryGigabytes, node, kernel, filesystem, fsyncMs }: Machine,
  { date, versions, loadGenerator, options }: Report,
): string {
  const others = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const software = [`Node ${node.slice(1)}`, kernel, ...others].join(', ');
  const turns = `${options.rounds} × ${options.turns} turns of ${options.seconds} s`;
  const runs = `medians of ${turns}, seed ${options.seed}, closed loops over HTTP by ${loadGenerator}`;
  return (
    `${cpu}, ${cores} cores, ${memoryGigabytes} GB; ${filesystem}, an fsync takes ${fsyncMs.toFixed(2)} ms; ${software}. ` +
    `Load and systems on the same cores; ${runs}; ${date}.`
  );
}

export function markdown({ head, rows }: Table): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Between what the half of the values in the middle lies; of fewer than four, all. */
function middleHalf(values: readonly number[] = []): string {
  if (values.length < 2) return '';
  const isFew = values.length < 4;
  const [lower, upper] = (isFew ? [0, 1] : [0.25, 0.75]).map((part) => quantile(values, part)?.toFixed(2));
  return lower === undefined ? '' : `${lower} to ${upper}${isFew ? `, all ${values.length}` : ''}`;
}

/** Of a maximum, rounded down as where it is judged. */
function part(value: number): string {
  return rounded(value, 2, Math.floor);
}

/** Medians of what closed loops came to in front of an open one and behind it. */
function around({ around }: CurveLine): string {
  const sides = [median(around.map(([before]) => before)), median(around.map(([, after]) => after))];
  return sides.flatMap((side) => (side === undefined ? [] : whole(side))).join(', ');
}

function rangeOf({ range: [lowest, highest] }: Line): string {
  return `${whole(lowest)} to ${whole(highest)}`;
}

function latencies({ p50Ms, p99Ms, p999Ms }: Line): string[] {
  return [p50Ms, p99Ms, p999Ms].map((ms) => (ms === 0 ? '' : ms.toFixed(1)));
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
