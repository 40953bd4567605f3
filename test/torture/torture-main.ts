import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Command } from 'commander';
import progress from 'cli-progress';
import { wholeNumber } from '../simulator/command-line.js';
import { torture } from './torture.js';
import { fillTheDisk } from './full-disks.js';
import { compileShim, temporaryFolder } from './power-cut.js';
import { cutThePower } from './power-cuts.js';
import { printCuts, printFigures, printFull, printStandstill, printStops } from './printout.js';
import { standStill } from './standstill.js';
import { stopUnderLoad } from './stops.js';

const STANDSTILL_MS = 10_000;

const command = new Command('torture')
  .usage('-- [options]')
  .description(
    'Kills wallet-core, the gateway or both under full load, again and again, on ledgers of its own in temporary folders,\n' +
      'cuts the power under wallet-core, lets its disk get full, tells it to stop, and lets it stand still; holds the system to every answer that its clients got.',
  )
  .option('--kills <n>', 'how many kills', wholeNumber(0), 500)
  .option('--power-cuts <n>', 'how many power cuts (Linux, with a C compiler)', wholeNumber(0), 50)
  .option('--full-disks <n>', 'how often the disk gets full (Linux, with a C compiler)', wholeNumber(0), 50)
  .option('--stops <n>', 'how many stops with SIGTERM', wholeNumber(0), 30)
  .option('--standstills <n>', 'how often wallet-core stands still for 10 seconds', wholeNumber(0), 5)
  .option(
    '--seed <n>',
    'repeats the choices of an earlier run, not its timing (default: a random one)',
    wholeNumber(0),
  );

command.parse();
const {
  kills,
  powerCuts,
  fullDisks,
  stops,
  standstills,
  seed = randomInt(2 ** 31),
} = command.opts<{
  kills: number;
  powerCuts: number;
  fullDisks: number;
  stops: number;
  standstills: number;
  seed?: number;
}>();
const bar = new progress.SingleBar(
  { format: '{bar} {value}/{total} {eta_formatted}', stream: process.stderr, clearOnComplete: true },
  progress.Presets.shades_classic,
);
if (process.stderr.isTTY) bar.start(kills + powerCuts + fullDisks + stops + standstills, 0);
const step = () => bar.increment();
const folder = temporaryFolder('torture-');
try {
  const started = Date.now();
  const texts: string[] = [];
  if (kills > 0) texts.push(printFigures(await torture(kills, seed, step), (Date.now() - started) / 1000));
  if (powerCuts > 0) texts.push(printCuts(await cutThePower(powerCuts, seed, { shim: compileShim(folder) }, step)));
  const fullDisk = () => compileShim(folder, 'full-disk');
  if (fullDisks > 0) texts.push(printFull(await fillTheDisk(fullDisks, seed, fullDisk(), step)));
  if (stops > 0) texts.push(printStops(await stopUnderLoad(stops, seed, step)));
  for (let n = 0; n < standstills; n++) {
    texts.push(printStandstill(await standStill('wallet-core', STANDSTILL_MS, seed + n)));
    step();
  }
  bar.stop();
  console.log(texts.join('\n\n'));
} catch (error) {
  bar.stop();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
  const counts = `--kills ${kills} --power-cuts ${powerCuts} --full-disks ${fullDisks} --stops ${stops}`;
  console.log(`To choose the same again: npm run torture -- ${counts} --standstills ${standstills} --seed ${seed}`);
}
