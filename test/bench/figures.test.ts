import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { copyLedger, nameOf } from './ledgers.js';
import { Latencies } from './load/latencies.js';
import { dueTimes } from './load/schedule.js';
import { median } from './measurement.js';
import { judge, type Goal } from './report/measures.js';
import type { Report } from './report/report.js';
import { behindText, measuresTable, overloadTable } from './report/tables.js';
import { recoveryOf } from './rows/overload.js';

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

  it('counts percentiles of all latencies, in whatever order they come', () => {
    const latencies = new Latencies();
    for (let ms = 1000; ms > 0; ms -= 1) latencies.add(ms);
    expect(latencies.percentiles()).to.deep.equal({ p50Ms: 501, p99Ms: 991, p999Ms: 1000 });
    expect(new Latencies().percentiles()).to.deep.equal({ p50Ms: 0, p99Ms: 0, p999Ms: 0 });
  });

  it('has calls due at the rate of each phase, one after the other', () => {
    const phases = [
      { perSecond: 4, seconds: 1 },
      { perSecond: 2, seconds: 1 },
    ];
    expect([...dueTimes(phases, 100)]).to.deep.equal([100, 350, 600, 850, 1100, 1600]);
    expect([...dueTimes([{ perSecond: 5, seconds: 0 }], 0)]).to.deep.equal([]);
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
      expect(rows[0]?.slice(2)).to.deep.equal([reached ?? 'not measured', verdict]);
    });
  }

  const GOOD = { due: 10, good: 10, maxMs: 20 };
  const SLOW = { due: 10, good: 10, maxMs: 900 };
  const BUSY = { due: 10, good: 4, maxMs: 20 };
  const times = <T>(count: number, one: T) => Array.from({ length: count }, () => one);
  const RECOVERIES = [
    ['at once', [...times(10, BUSY), ...times(5, GOOD)], 0],
    ['three tenths later', [...times(10, BUSY), GOOD, BUSY, SLOW, ...times(5, GOOD)], 0.3],
    ['before the overload ended', [...times(8, BUSY), ...times(7, GOOD)], 0],
    ['never', [...times(10, BUSY), ...times(4, GOOD), SLOW], undefined],
  ] as const;
  for (const [when, timeline, seconds] of RECOVERIES) {
    it(`tells that all was well again ${when}`, () => expect(recoveryOf(timeline, 1)).to.equal(seconds));
  }

  it('says that a p99 is not known, and which loads were not what they are said to be', () => {
    const shared = { busy: 1, lost: 0, coreMegabytes: 200 };
    const closed = [{ ...shared, load: 64, goodput: 5_000, latestMs: 0, p99Ms: undefined }];
    const open = [{ ...shared, load: 1_000, goodput: 900, latestMs: 250, p99Ms: 12.4 }];
    const report = { lines: [], curves: { closed, open } } as unknown as Report;
    expect(overloadTable(report).rows).to.deep.equal([
      ['64 connections', '5,000', '1', '0', 'not known', '200'],
      ['1,000 calls per second', '900', '1', '0', '12', '200'],
    ]);
    expect(behindText(report)).to.contain('1,000 calls per second (250 ms)');
    expect(behindText({ lines: [], curves: undefined } as unknown as Report)).to.equal(undefined);
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
