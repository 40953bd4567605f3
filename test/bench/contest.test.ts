import { expect } from 'chai';
import { Bench } from './bench.js';
import { CASES, type Case } from './cases.js';
import { contest, type Start } from './contest.js';
import type { Measurement } from './measurement.js';

const MEASURED: Measurement = {
  ...{ perSecond: 1, busy: 0, lost: 0, latestMs: 0, p50Ms: 0, p99Ms: 0, p999Ms: 0 },
  ...{ goodP99Ms: undefined, busyP99Ms: undefined, cpuUs: {}, residentBytes: {}, generatorCores: 0 },
};

describe('what the benchmark compares', () => {
  it('is loaded in turn, in the order of the cases and back again, until all are stopped', async () => {
    const options = { rows: [], rounds: 1, turns: 2, seconds: 2, leadInSeconds: 1, warmUpSeconds: 0, seed: 1 };
    const told: string[] = [];
    const bench = new Bench({ ...options, movements: 1, result: '', docs: false }, (text) => told.push(text));
    const loads: string[] = [];
    const system =
      (...names: Case[]): Start =>
      () => {
        const turns = names.map((name) => ({
          name,
          run: () => {
            loads.push(name);
            return Promise.resolve({ ...MEASURED, perSecond: loads.length });
          },
        }));
        const stop = () => Promise.resolve(void loads.push(`${names[0]} stops`));
        return Promise.resolve({ turns, stop });
      };
    const missing: Start = () => Promise.resolve(undefined);
    try {
      await contest(bench, [system('wallet64', 'wallet256'), missing, system('echo64')]);
      expect(loads).to.deep.equal([
        ...['echo64', 'wallet64', 'wallet256', 'wallet256', 'wallet64', 'echo64'],
        ...['wallet64 stops', 'echo64 stops'],
      ]);
      expect(bench.ratios('wallet64', 'echo64', ({ perSecond }) => perSecond)).to.deep.equal([2 / 1, 5 / 6]);
      expect(told).to.include(`${CASES.echo64}: 6/s`);
    } finally {
      bench.close();
    }
  });
});
