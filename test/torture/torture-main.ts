import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import progress from 'cli-progress';
import { wholeNumber } from '../simulator/command-line.js';
import { torture } from './torture.js';
import { printFigures } from './printout.js';

const command = new Command('torture')
  .usage('-- [options]')
  .description(
    'Kills wallet-core, the gateway or both under full load, again and again, on ledgers of its own in temporary folders,\n' +
      'and holds the system to every answer that its clients got.',
  )
  .option('--kills <n>', 'how many kills', wholeNumber(1), 500)
  .option(
    '--seed <n>',
    'repeats the choices of an earlier run, not its timing (default: a random one)',
    wholeNumber(0),
  );

command.parse();
const { kills, seed = randomInt(2 ** 31) } = command.opts<{ kills: number; seed?: number }>();
const bar = new progress.SingleBar(
  { format: '{bar} {value}/{total} kills {eta_formatted}', stream: process.stderr, clearOnComplete: true },
  progress.Presets.shades_classic,
);
if (process.stderr.isTTY) bar.start(kills, 0);
const started = Date.now();
try {
  const figures = await torture(kills, seed, () => bar.increment());
  bar.stop();
  console.log(printFigures(figures, (Date.now() - started) / 1000));
} catch (error) {
  bar.stop();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  console.log(`To choose the same again: npm run torture -- --kills ${kills} --seed ${seed}`);
}
