import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { copyLedger, nameOf } from './ledgers.js';
import { Latencies } from './load/latencies.js';
import { dueTimes } from './load/schedule.js';
import { Tally } from './load/tally.js';
import { median, quantile, ratiosOf, type Measurement } from './measurement.js';
import { drawChart } from './report/chart.js';
import { curvesOf, twiceTheConnections } from './report/curves.js';
import { documentsOf } from './report/documents.js';
import { judge, type Goal } from './report/measures.js';
import type { Report } from './report/report.js';
import { behindText, maximaText, measuresTable, overloadTable } from './report/tables.js';
import { recoveryOf } from './rows/overload.js';

const ROOT = path.join(import.meta.dirname, '../../..');

describe('the figures of the benchmark', () => {
  const MEDIANS: readonly (readonly [values: readonly number[], middle: number | undefined])[] = [
    [[], undefined],
    [[3], 3],
    [[9, 1, 5], 5],
    [[10, 2, 4, 100], 7],
  ];
  for (const [values, middle] of MEDIANS) {
    it(`has ${middle} as the median of ${values.length} values`, () => expect(median(values)).to.equal(middle));
  }

  it('has quartiles between values in proportion', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((part) => quantile([4, 1, 3, 2], part))).to.deep.equal([1, 1.75, 2.5, 3.25, 4]);
    expect(quantile([], 0.25)).to.equal(undefined);
  });

  it('counts percentiles of all latencies, in whatever order they come', () => {
    const latencies = new Latencies();
    for (let ms = 1000; ms > 0; ms -= 1) latencies.add(ms);
    expect(latencies.percentiles()).to.deep.equal({ p50Ms: 501, p99Ms: 991, p999Ms: 1000 });
    expect(new Latencies().percentiles()).to.equal(undefined);
  });

  it('has calls due at a fixed rate', () => {
    expect([...dueTimes({ perSecond: 4, seconds: 1 }, 100)]).to.deep.equal([100, 350, 600, 850]);
    expect([...dueTimes({ perSecond: 5, seconds: 0 }, 0)]).to.deep.equal([]);
  });

  type Judged = readonly [
    goal: Pick<Goal, 'goal' | 'value' | 'notJudged'>,
    reached: string | undefined,
    verdict: string,
  ];
  const JUDGED: readonly Judged[] = [
    [{ goal: { atLeast: 0.9 }, value: 0.9 }, '0.90', 'met'],
    [{ goal: { atLeast: 0.9 }, value: 0.8999 }, '0.89', 'missed'],
    [{ goal: { atMost: 3 }, value: 3 }, '3.00', 'met'],
    [{ goal: { atMost: 3 }, value: 3.001 }, '3.01', 'missed'],
    [{ goal: { atMost: 3 }, value: 1.1 }, '1.10', 'met'],
    [{ goal: { atLeast: 0.5 }, value: 0.58 }, '0.58', 'met'],
    [{ goal: { atLeast: 0.6 }, value: undefined }, undefined, ''],
    [{ goal: 'stated', value: 0.126 }, '0.13', ''],
    [{ goal: { atLeast: 0.6 }, value: 0.7, notJudged: true }, '0.70', 'not judged'],
    [{ goal: { atLeast: 0.6 }, value: undefined, notJudged: true }, undefined, ''],
  ];
  for (const [goal, reached, verdict] of JUDGED) {
    it(`shows ${JSON.stringify(goal)} as ${reached ?? 'not measured'} ${verdict}`, () => {
      const measure = judge({ measure: 'it', decimals: 2, ...goal });
      expect(measure.reached).to.equal(reached);
      const { rows } = measuresTable({ measures: [measure] } as unknown as Report);
      expect([rows[0]?.[2], rows[0]?.[4]]).to.deep.equal([reached ?? 'not measured', verdict]);
    });
  }

  it('counts a batch by its commands, and among the good ones if any was', () => {
    const tally = new Tally();
    tally.sent(performance.now())(['good', 'busy']);
    const { good, busy, lost, goodP99Ms, busyP99Ms } = tally.seen();
    expect([good, busy, lost, typeof goodP99Ms, busyP99Ms]).to.deep.equal([1, 1, 0, 'number', undefined]);
    expect(tally.timeline[0]).to.deep.include({ due: 1, good: 0 });
  });

  const GOOD = { due: 10, good: 10, maxMs: 20 };
  const SLOW = { due: 10, good: 10, maxMs: 900 };
  const BUSY = { due: 10, good: 4, maxMs: 20 };
  const times = <T>(count: number, one: T) => Array.from({ length: count }, () => one);
  const RECOVERIES = [
    ['at once', times(5, GOOD), 0],
    ['three tenths later', [GOOD, BUSY, SLOW, ...times(5, GOOD)], 0.3],
    ['never', [...times(4, GOOD), SLOW], undefined],
  ] as const;
  for (const [when, afterwards, seconds] of RECOVERIES) {
    it(`tells that all was well again ${when}`, () => expect(recoveryOf(afterwards)).to.equal(seconds));
  }

  const MEASURED: Measurement = {
    ...{ perSecond: 900, busy: 1, lost: 0, latestMs: 0, p50Ms: 1, p99Ms: 2, p999Ms: 3, goodP99Ms: 12.4 },
    busyP99Ms: 7,
    ...{ cpuUs: {}, residentBytes: { 'wallet-core': 200e6 }, generatorCores: 0.1 },
  };
  const curveOf = (load: number, perSecond: number, maxima: readonly [number, number], more = {}) => {
    const measured = {
      ...MEASURED,
      perSecond,
      residentBytes: { 'wallet-core': perSecond * 1e6, gateway: 250e6 },
      ...more,
    };
    return { points: [{ load, measured, maxima }], inFlight: 256, refused: 0, recoverySeconds: 0 };
  };
  const connectionsOf = (reached: Record<number, readonly number[]>, more = {}) =>
    new Map(
      Object.entries(reached).map(([count, rates]) => [
        Number(count),
        rates.map((perSecond) => ({ ...MEASURED, perSecond, ...more })),
      ]),
    );

  it('shows of each load the median of the times, the lowest and the highest, and parts of what closed loops reached around it', () => {
    const grpc = [curveOf(2, 900, [1_200, 1_050]), curveOf(2, 700, [700, 855]), curveOf(2, 1_000, [1_000, 1_105])];
    const curves = curvesOf({ connections: connectionsOf({ 64: [900] }), calls: [], grpc });
    expect(maximaText({ curves } as unknown as Report)).to.contain('and 1,025 over gRPC; nothing was refused');
    const line = curves?.grpc.find(({ load }) => load === 2);
    expect(line?.ofMaximumRange).to.deep.equal([0.8, 1_000 / 1_052.5]);
    const { rows } = overloadTable({ curves } as unknown as Report);
    expect(rows.find(([name]) => name === 'gRPC, 2 of the maximum')).to.deep.equal([
      ...[
        'gRPC, 2 of the maximum',
        '900',
        '700 to 1,000',
        '1,053',
        '1,000, 1,050',
        '0.90',
        '0.80 to 0.95',
        '3',
        '0',
        '12',
        '7',
      ],
      ...['1000', '250'],
    ]);
  });

  it('shows a part of the maximum as it is judged, rounded down, and no further', () => {
    const partOf = (goodput: number) => {
      const grpc = [curveOf(2, goodput, [1_000, 1_000])];
      const curves = curvesOf({ connections: connectionsOf({ 64: [900] }), calls: [], grpc });
      return overloadTable({ curves } as unknown as Report).rows.find(
        ([name]) => name === 'gRPC, 2 of the maximum',
      )?.[5];
    };
    expect([580, 899.9].map(partOf)).to.deep.equal(['0.58', '0.89']);
  });

  it('says that a maximum in which calls were refused is none', () => {
    const calls = [{ ...curveOf(2, 900, [3, 3]), refused: 1_200 }];
    const curves = curvesOf({ connections: connectionsOf({ 64: [900] }), calls, grpc: [] });
    expect(maximaText({ curves } as unknown as Report)).to.contain('In them 1,200 and 0 calls were refused or lost');
  });

  it('holds twice the best number of connections against that number in the same turns', () => {
    // By its highest turn 256 would be the best.
    const connections = connectionsOf({ 64: [10, 10, 10], 128: [30, 25, 40], 256: [27, 20, 50], 512: [1, 1, 1] });
    expect(twiceTheConnections({ connections, calls: [], grpc: [] })).to.deep.equal([0.9, 0.8, 1.25]);
  });

  it('compares what was measured in the same turn, not medians', () => {
    expect(ratiosOf([50, 30, 9], [100, 50, 10])).to.deep.equal([0.5, 0.6, 0.9]);
    expect(ratiosOf([50, 30], [])).to.deep.equal([]);
    expect(() => ratiosOf([50, 30], [100])).to.throw('2 values cannot be held against 1');
  });

  it('shows of a ratio between what the half of its values in the middle lies', () => {
    const measure = judge({ measure: 'it', goal: 'stated', value: 0.6, values: [0.2, 0.5, 0.6, 0.7, 3], decimals: 2 });
    const { rows } = measuresTable({ measures: [measure] } as unknown as Report);
    expect(rows[0]).to.deep.equal(['it', 'stated', '0.60', '0.50 to 0.70', '']);
  });

  it('shows of three values the lowest and the highest', () => {
    const measure = judge({ measure: 'it', goal: 'stated', value: 0.6, values: [0.9, 0.5, 0.6], decimals: 2 });
    const { rows } = measuresTable({ measures: [measure] } as unknown as Report);
    expect(rows[0]?.[3]).to.equal('0.50 to 0.90, all 3');
  });

  it('says that a p99 is not known, and which loads were not what they are said to be', () => {
    const connections = connectionsOf({ 64: [900] }, { goodP99Ms: undefined });
    const calls = [curveOf(1, 900, [900, 900], { latestMs: 250 })];
    const report = { lines: [], curves: curvesOf({ connections, calls, grpc: [] }) } as unknown as Report;
    const p99Of = (name: string) => overloadTable(report).rows.find(([load]) => load === name)?.[9];
    expect([p99Of('64 connections'), p99Of('open loop, 1 of the maximum')]).to.deep.equal(['not known', '12']);
    expect(behindText(report)).to.contain('open loop, 1 of the maximum (250 ms)');
    expect(behindText({ lines: [], curves: undefined } as unknown as Report)).to.equal(undefined);
  });

  it('draws each bar of the overload to its end, however high', () => {
    // Of the time behind the loads it is 1.5 times the maximum.
    const grpc = [curveOf(0.5, 500, [1_000, 1_000]), curveOf(2, 1_500, [1_000, 1_000]), curveOf(2, 900, [900, 900])];
    const curves = curvesOf({ connections: connectionsOf({ 64: [900] }), calls: [], grpc });
    const chart = drawChart({ lines: [], curves } as unknown as Report);
    const bars = [...chart.matchAll(/<line .*y1="([\d.]+)" .*y2="([\d.]+)" stroke="#059669"/g)];
    const [half, twice] = [bars[0], bars.at(-1)].map((bar) => Number(bar?.[2]));
    expect([half, twice]).to.deep.equal([70 + (260 * 2) / 3, 70].map((y) => Number(y.toFixed(1))));
  });

  it('has in the documentation what it wrote of the report there', async () => {
    const report = JSON.parse(readFileSync(path.join(ROOT, 'docs/performance.json'), 'utf8')) as Report;
    for (const [file, text] of await documentsOf(report)) {
      expect(readFileSync(path.join(ROOT, file), 'utf8'), file).to.equal(text);
    }
  });

  it('keeps a ledger under the schema and the form that it has, and measures on a copy', () => {
    expect(nameOf(10)).to.match(/^ledger-10-schema-\d+-form-\d+$/);
    const folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-bench-'));
    try {
      writeFileSync(path.join(folder, 'ledger.db'), 'kept');
      const copy = copyLedger(folder, path.join(folder, '..', `${path.basename(folder)}-copy`));
      writeFileSync(path.join(copy, 'ledger.db'), 'measured');
      expect(readFileSync(path.join(folder, 'ledger.db'), 'utf8')).to.equal('kept');
      rmSync(copy, { recursive: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
