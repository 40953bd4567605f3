import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Command } from 'commander';
import progress from 'cli-progress';
import { wholeNumber } from '../simulator/command-line.js';
import { torture } from './torture.js';
import { compileShim, temporaryFolder } from './power-cut.js';
import { cutThePower } from './power-cuts.js';
import { printCuts, printFigures } from './printout.js';

const command = new Command('torture')
  .usage('-- [options]')
  .description(
    'Kills wallet-core, the gateway or both under full load, again and again, on ledgers of its own in temporary folders,\n' +
      'and cuts the power under wallet-core; holds the system to every answer that its clients got.',
  )
  .option('--kills <n>', 'how many kills', wholeNumber(0), 500)
  .option('--power-cuts <n>', 'how many power cuts (Linux, with a C compiler)', wholeNumber(0), 50)
  .option(
    '--seed <n>',
    'repeats the choices of an earlier run, not its timing (default: a random one)',
    wholeNumber(0),
  );

command.parse();
const {
  kills,
  powerCuts,
  seed = randomInt(2 ** 31),
} = command.opts<{
  kills: number;
  powerCuts: number;
  seed?: number;
}>();
const bar = new progress.SingleBar(
  { format: '{bar} {value}/{total} {eta_formatted}', stream: process.stderr, clearOnComplete: true },
  progress.Presets.shades_classic,
);
if (process.stderr.isTTY) bar.start(kills + powerCuts, 0);
const step = () => bar.increment();
const folder = temporaryFolder('torture-');
try {
  const started = Date.now();
  const texts: string[] = [];
  if (kills > 0) texts.push(printFigures(await torture(kills, seed, step), (Date.now() - started) / 1000));
  if (powerCuts > 0) texts.push(printCuts(await cutThePower(powerCuts, seed, { shim: compileShim(folder) }, step)));
  bar.stop();
  console.log(texts.join('\n\n'));
} catch (error) {
  bar.stop();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
  console.log(`To choose the same again: npm run torture -- --kills ${kills} --power-cuts ${powerCuts} --seed ${seed}`);
}
