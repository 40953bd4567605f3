import { expect } from 'chai';
import { Bench } from './bench.js';
import { CASES, type Case } from './cases.js';
import { contest, type Start } from './contest.js';
import type { Measurement } from './measurement.js';

const MEASURED: Measurement = {
  ...{ perSecond: 1, good: 1, busy: 0, lost: 0, latestMs: 0, p50Ms: 0, p99Ms: 0, p999Ms: 0 },
  ...{ goodP99Ms: undefined, busyP99Ms: undefined, cpuUs: {}, residentBytes: {}, generatorCores: 0 },
};

describe('what the benchmark compares', () => {
  it('is loaded in turn, in the order of the cases and back again, each after a lead-in, until all are stopped', async () => {
    const options = { rows: [], rounds: 1, turns: 2, seconds: 2, leadInSeconds: 1, warmUpSeconds: 0, seed: 1 };
    const told: string[] = [];
    const bench = new Bench({ ...options, movements: 1, result: '', docs: false }, (text) => told.push(text));
    const loads: string[] = [];
    const system =
      (...names: Case[]): Start =>
      () => {
        const turns = names.map((name) => ({
          name,
          run: (seconds: number) => {
            loads.push(`${name} for ${seconds} s`);
            return Promise.resolve({ ...MEASURED, perSecond: seconds });
          },
        }));
        const stop = () => Promise.resolve(void loads.push(`${names[0]} stops`));
        return Promise.resolve({ turns, stop });
      };
    const missing: Start = () => Promise.resolve(undefined);
    try {
      await contest(bench, [system('wallet64', 'wallet256'), missing, system('echo64')]);
      const once = (name: Case) => [`${name} for 1 s`, `${name} for 2 s`];
      expect(loads).to.deep.equal([
        ...[...once('echo64'), ...once('wallet64'), ...once('wallet256')],
        ...[...once('wallet256'), ...once('wallet64'), ...once('echo64')],
        ...['wallet64 stops', 'echo64 stops'],
      ]);
      expect(bench.ratios('wallet64', 'echo64', ({ perSecond }) => perSecond)).to.deep.equal([1, 1]);
      expect(told).to.have.length(6).and.to.include(`${CASES.echo64}: 2/s`);
    } finally {
      bench.close();
    }
  });
});
