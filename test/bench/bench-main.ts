import { Command, Option } from 'commander';
import { wholeNumber } from '../simulator/command-line.js';
import { table } from '../simulator/table.js';
import { Bench } from './bench.js';
import { killAll, stopAll } from './children.js';
import { median } from './measurement.js';
import { ROW_NAMES, type Options } from './options.js';
import { ROWS } from './rows/rows.js';

const command = new Command('bench')
  .usage('-- [options]')
  .addOption(new Option('--rows <names...>', 'what is measured').choices(ROW_NAMES).default([...ROW_NAMES]))
  .option('--rounds <n>', 'how often each row is measured', wholeNumber(1), 3)
  .option('--seconds <n>', 'how long each measurement takes', wholeNumber(1), 5)
  .option('--seed <n>', 'of the bets', wholeNumber(0), 1);
command.parse();
const options: Options = { ...command.opts<Options>(), warmUpSeconds: 1, movements: 100_000, docs: false };
const bench = new Bench(options, (text) => console.error(text));
process.on('exit', killAll);
try {
  for (let round = 1; round <= options.rounds; round++)
    for (const name of options.rows) for (const row of ROWS[name]) await row(bench);
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
  console.log(bench.figures, bench.curves);
} finally {
  await stopAll();
  bench.close();
}
