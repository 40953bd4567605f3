import { Command } from 'commander';
import { wholeNumber } from '../simulator/command-line.js';
import { table } from '../simulator/table.js';
import { Bench } from './bench.js';
import { killAll, stopAll } from './children.js';
import { median } from './measurement.js';
import type { Options } from './options.js';
import { echo } from './rows/echo.js';
import { wallet } from './rows/wallet.js';

const command = new Command('bench')
  .usage('-- [options]')
  .option('--rounds <n>', 'how often each row is measured', wholeNumber(1), 3)
  .option('--seconds <n>', 'how long each measurement takes', wholeNumber(1), 5)
  .option('--seed <n>', 'of the bets', wholeNumber(0), 1);
command.parse();
const { rounds, seconds, seed } = command.opts<{ rounds: number; seconds: number; seed: number }>();
const options: Options = {
  rows: ['echo', 'wallet'],
  rounds,
  seconds,
  warmUpSeconds: 2,
  seed,
  movements: 0,
  docs: false,
  quick: false,
};
const bench = new Bench(options, (text) => console.error(text));
process.on('exit', killAll);
try {
  await bench.prepare();
  for (let round = 1; round <= rounds; round++) for (const row of [echo, wallet]) await row(bench);
  console.log(
    table(
      ['case', 'per s', 'p50 ms', 'p99 ms', 'CPU us', 'generator'],
      [...bench.results].map(([name, all]) => [
        name,
        (median(all.map((m) => m.perSecond)) ?? 0).toFixed(0),
        (median(all.map((m) => m.p50Ms ?? 0)) ?? 0).toFixed(2),
        (median(all.map((m) => m.p99Ms ?? 0)) ?? 0).toFixed(2),
        Object.keys(all[0]?.cpuUs ?? {})
          .map((name) => `${name} ${median(all.map((m) => m.cpuUs[name] ?? 0))?.toFixed(0)}`)
          .join(', '),
        (median(all.map((m) => m.generatorCores)) ?? 0).toFixed(2),
      ]),
    ),
  );
} finally {
  await stopAll();
  bench.close();
}
