import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Command } from 'commander';
import progress from 'cli-progress';
import { playOnCore } from '../model/play.js';
import { wholeNumber } from '../simulator/command-line.js';
import { torture } from './torture.js';
import { fillTheDisk } from './full-disks.js';
import { cutThePower } from './power-cuts.js';
import { printCuts, printFigures, printFull, printStandstills, printStops } from './printout.js';
import { compileShim, temporaryFolder } from './shim.js';
import { standStill, type StandstillFigures } from './standstill.js';
import { stopUnderLoad } from './stops.js';
import { printSummary, type Done } from './summary.js';

const STANDSTILL_MS = 10_000;

interface Counts {
  kills: number;
  powerCuts: number;
  fullDisks: number;
  stops: number;
  standstills: number;
  histories: number;
}

const NOTHING: Counts = { kills: 0, powerCuts: 0, fullDisks: 0, stops: 0, standstills: 0, histories: 0 };

const command = new Command('torture')
  .usage('-- [options]')
  .description(
    'Kills wallet-core, the gateway or both under full load, again and again, on ledgers of its own in temporary folders,\n' +
      'cuts the power under wallet-core, lets its disk get full, tells it to stop, and lets it stand still; holds the system\n' +
      'to every answer that its clients got. Plays random histories against wallet-core and holds each answer, balance and\n' +
      'record against a naive model.',
  )
  .option('--kills <n>', 'how many kills', wholeNumber(0), 500)
  .option('--power-cuts <n>', 'how many power cuts (Linux, with a C compiler)', wholeNumber(0), 50)
  .option('--full-disks <n>', 'how often the disk gets full (Linux, with a C compiler)', wholeNumber(0), 50)
  .option('--stops <n>', 'how many stops with SIGTERM', wholeNumber(0), 30)
  .option('--standstills <n>', 'how often wallet-core stands still for 10 seconds', wholeNumber(0), 5)
  .option('--histories <n>', 'how many random histories are held against the model', wholeNumber(0), 10_000)
  .option('--path <path>', 'with --seed, plays the one history again of which a failure told them, and nothing else')
  .option(
    '--seed <n>',
    'repeats the choices of an earlier run, not its timing (default: a random one)',
    wholeNumber(0),
  );

command.parse();
const { path, seed = randomInt(2 ** 31), ...asked } = command.opts<Counts & { path?: string; seed?: number }>();
const counts: Counts = path === undefined ? asked : { ...NOTHING, histories: 1 };
const { kills, powerCuts, fullDisks, stops, standstills, histories } = counts;
const bar = new progress.SingleBar(
  { format: '{bar} {value}/{total} {eta_formatted}', stream: process.stderr, clearOnComplete: true },
  progress.Presets.shades_classic,
);
const total = kills + powerCuts + fullDisks + stops + standstills + histories;
if (process.stderr.isTTY) bar.start(total, 0);
const step = () => bar.increment();
const folder = temporaryFolder('torture-');
const texts: string[] = [];
const done: Done = {};
try {
  const started = Date.now();
  if (kills > 0) {
    done.kills = await torture(kills, seed, step);
    texts.push(printFigures(done.kills, (Date.now() - started) / 1000));
  }
  if (powerCuts > 0) {
    done.powerCuts = await cutThePower(powerCuts, seed, { shim: compileShim(folder, 'power-cut') }, step);
    texts.push(printCuts(done.powerCuts));
  }
  if (fullDisks > 0) {
    done.fullDisks = await fillTheDisk(fullDisks, seed, compileShim(folder, 'full-disk'), step);
    texts.push(printFull(done.fullDisks));
  }
  if (stops > 0) {
    done.stops = await stopUnderLoad(stops, seed, step);
    texts.push(printStops(done.stops));
  }
  if (standstills > 0) {
    const stood: StandstillFigures[] = [];
    for (let n = 0; n < standstills; n++) {
      stood.push(await standStill('wallet-core', STANDSTILL_MS, seed + n));
      step();
    }
    done.standstills = stood;
    texts.push(printStandstills(stood));
  }
  if (histories > 0) {
    const replay = path === undefined ? {} : { path };
    texts.push((await playOnCore({ count: histories, seed, ...replay, played: step })).print());
  }
} catch (error) {
  texts.push(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  bar.stop();
  rmSync(folder, { recursive: true });
  const summary = printSummary(done);
  console.log([...texts, ...(summary === '' ? [] : [summary])].join('\n\n'));
  const options = `--kills ${kills} --power-cuts ${powerCuts} --full-disks ${fullDisks} --stops ${stops}`;
  const more = `--standstills ${standstills} --histories ${histories} --seed ${seed}`;
  console.log(
    `To choose the same again: npm run torture -- ${options} ${more}${path === undefined ? '' : ` --path "${path}"`}`,
  );
}
