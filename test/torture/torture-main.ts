import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Command } from 'commander';
import progress from 'cli-progress';
import { playOnCore } from '../model/play.js';
import { wholeNumber } from '../simulator/command-line.js';
import { torture } from './torture.js';
import { compileShim, temporaryFolder } from './power-cut.js';
import { cutThePower } from './power-cuts.js';
import { printCuts, printFigures } from './printout.js';

const command = new Command('torture')
  .usage('-- [options]')
  .description(
    'Kills wallet-core, the gateway or both under full load, again and again, on ledgers of its own in temporary folders,\n' +
      'and cuts the power under wallet-core; holds the system to every answer that its clients got. Plays random histories\n' +
      'against wallet-core and holds each answer, balance and record against a naive model.',
  )
  .option('--kills <n>', 'how many kills', wholeNumber(0), 500)
  .option('--power-cuts <n>', 'how many power cuts (Linux, with a C compiler)', wholeNumber(0), 50)
  .option('--histories <n>', 'how many random histories are held against the model', wholeNumber(0), 10_000)
  .option('--path <path>', 'with --seed, plays the one history again of which a failure told them, and nothing else')
  .option(
    '--seed <n>',
    'repeats the choices of an earlier run, not its timing (default: a random one)',
    wholeNumber(0),
  );

command.parse();
const {
  path,
  seed = randomInt(2 ** 31),
  ...counts
} = command.opts<{
  kills: number;
  powerCuts: number;
  histories: number;
  path?: string;
  seed?: number;
}>();
const { kills, powerCuts, histories } = path === undefined ? counts : { kills: 0, powerCuts: 0, histories: 1 };
const bar = new progress.SingleBar(
  { format: '{bar} {value}/{total} {eta_formatted}', stream: process.stderr, clearOnComplete: true },
  progress.Presets.shades_classic,
);
if (process.stderr.isTTY) bar.start(kills + powerCuts + histories, 0);
const step = () => bar.increment();
const folder = temporaryFolder('torture-');
try {
  const started = Date.now();
  const texts: string[] = [];
  if (kills > 0) texts.push(printFigures(await torture(kills, seed, step), (Date.now() - started) / 1000));
  if (powerCuts > 0) texts.push(printCuts(await cutThePower(powerCuts, seed, { shim: compileShim(folder) }, step)));
  if (histories > 0) {
    const replay = path === undefined ? {} : { path };
    texts.push((await playOnCore({ count: histories, seed, ...replay, played: step })).print());
  }
  bar.stop();
  console.log(texts.join('\n\n'));
} catch (error) {
  bar.stop();
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
  const options = `--kills ${kills} --power-cuts ${powerCuts} --histories ${histories} --seed ${seed}`;
  console.log(
    `To choose the same again: npm run torture -- ${options}${path === undefined ? '' : ` --path "${path}"`}`,
  );
}
