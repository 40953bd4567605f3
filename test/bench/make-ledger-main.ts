import { Command } from 'commander';
import progress from 'cli-progress';
import { wholeNumber } from '../simulator/command-line.js';
import { makeLedger } from './ledger-maker.js';

const command = new Command('make-ledger')
  .description(
    'Makes a ledger of what eBET and a platform ask of a wallet with 10,000 players, for measurements. One that is there and\n' +
      'has as many movements is kept, one that has fewer goes on.',
  )
  .requiredOption('--folder <path>', "the ledger's data folder")
  .requiredOption('--movements <n>', 'how many movements it has at the end', wholeNumber(1));

command.parse();
const { folder, movements } = command.opts<{ folder: string; movements: number }>();
const bar = new progress.SingleBar(
  { format: '{bar} {value}/{total} movements, {eta_formatted}', stream: process.stderr, clearOnComplete: true },
  progress.Presets.shades_classic,
);
if (process.stderr.isTTY) bar.start(movements, 0);
const made = await makeLedger(folder, movements, (now) => bar.update(Math.min(now, movements)));
bar.stop();
console.log(`${folder} has ${made} movements`);
