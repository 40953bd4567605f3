import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { verifyFile } from '../../wallet-core/storage/sqlite/verifier.js';
import { wholeNumber } from '../simulator/command-line.js';
import { TemporaryFolders } from './temporary-folders.js';

const command = new Command('bench:verify')
  .usage('-- [options]')
  .description('Measures how fast a ledger is verified and how much memory that takes, on one that it makes before.')
  .option('--movements <n>', 'how many movements the ledger has at least', wholeNumber(1), 1_000_000)
  .option('--folder <path>', 'where the ledger is made and kept for the next run (default: a temporary one)');

command.parse();
const { movements, folder: kept } = command.opts<{ movements: number; folder?: string }>();
const folders = new TemporaryFolders();
const folder = kept ?? folders.make('verify');
try {
  // In a process of its own, whose memory does not count here.
  const maker = [path.join(import.meta.dirname, 'make-ledger-main.js'), '--folder', folder];
  const { status } = spawnSync(process.execPath, [...maker, '--movements', String(movements)], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the ledger was not made');
  console.log(await measure(path.join(folder, 'ledger.db')));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  folders.remove();
}

async function measure(file: string): Promise<string> {
  const before = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const result = await verifyFile({ path: file, against: undefined }, () => {}, new AbortController().signal);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuSeconds = (user + system) / 1e6;
  const after = process.resourceUsage().maxRSS * 1024;
  const rate = (each: number) => Math.round(result.movements / each).toLocaleString('en');
  const mb = (bytes: number) => Math.round(bytes / 1e6).toLocaleString('en');
  return [
    `ledger    ${result.movements} movements, ${result.records} records, ${result.entries} entries, ${mb(statSync(file).size)} MB`,
    `findings  ${result.count}`,
    `took      ${seconds.toFixed(2)} s, ${rate(seconds)} movements/s`,
    `CPU       ${cpuSeconds.toFixed(2)} s, ${rate(cpuSeconds)} movements/s`,
    `memory    ${mb(after)} MB at most, ${mb(before)} MB before`,
  ].join('\n');
}
