import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { wholeNumber } from '../simulator/command-line.js';
import { table } from '../simulator/table.js';
import { Bench, RESULT_FILE } from './bench.js';
import { killAll, stopAll } from './children.js';
import { ROW_NAMES, type Options, type RowName } from './options.js';
import { writeDocuments } from './report/documents.js';
import { describeMachine } from './report/machine.js';
import { reportOf, type Report } from './report/report.js';
import { behindText, linesTable, machineText, maximaText, measuresTable, overloadTable } from './report/tables.js';
import { measureRows } from './rows/rows.js';

/** What the documentation shows is measured so. */
const FULL = { rounds: 3, turns: 4, seconds: 2, movements: 10_000_000 };
const QUICK = { rounds: 1, turns: 2, seconds: 1, movements: 20_000 };
/** As long as V8 goes on compiling: until then its threads take as much of the machine as the product does. */
const WARM_UP_SECONDS = 8;
/** Whoever has rested has given memory back, and finds nothing in the processor's caches. */
const LEAD_IN_SECONDS = 1;

const command = new Command('bench')
  .usage('-- [options]')
  .description(
    'Measures the whole path of a callback, and what limits it, side by side on this machine: prints tables, writes\n' +
      `${RESULT_FILE}, and after a full run (all rows, with wrk, nothing changed below but the\n` +
      'seed) also the tables of docs/performance.md and README.md, and the chart.',
  )
  .addOption(new Option('--rows <names...>', 'what is measured').choices(ROW_NAMES).default([...ROW_NAMES], 'all'))
  .option('--rounds <n>', 'how often all is started anew', wholeNumber(1), FULL.rounds)
  .option('--turns <n>', 'how often each load has its turn in a round, back and forth', wholeNumber(1), FULL.turns)
  .option(
    '--seconds <n>',
    'how long a turn takes; in an open loop twice, of overload four times as long',
    wholeNumber(1),
    FULL.seconds,
  )
  .option('--seed <n>', 'of what is sent', wholeNumber(0), 1)
  .option('--movements <n>', 'in the large ledger, which is made once and kept', wholeNumber(1), FULL.movements)
  .option(
    '--secured',
    'only the rows that show what TLS, tokens and metrics cost, instead of --rows: wallet, wallet-grpc, secured',
  )
  .option(
    '--quick',
    'each row for a second with small ledgers, whatever else is given: shows that all works, not how fast it is',
  )
  .option('--result <file>', 'where the figures go, after each round what there is by then', RESULT_FILE)
  .option('--no-docs', 'leave the documentation as it is');

command.parse();
const { quick, secured, ...given } = command.opts<
  Omit<Options, 'warmUpSeconds' | 'leadInSeconds'> & { quick?: true; secured?: true }
>();
const SECURED_ROWS: readonly RowName[] = ['wallet', 'wallet-grpc', 'secured'];
const options: Options = {
  ...given,
  warmUpSeconds: quick ? 0 : WARM_UP_SECONDS,
  leadInSeconds: quick ? 0 : LEAD_IN_SECONDS,
  ...(quick ? QUICK : {}),
  ...(secured ? { rows: SECURED_ROWS } : {}),
};

const started = Date.now();
const bench = new Bench(options, (line) => {
  console.error(`${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${line}`);
});
const machine = describeMachine(bench.folder);
let ending = false;
process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(130));

try {
  await measureRows(bench, () => keep(false));
  const report = keep(true);
  print(report);
  const missing = missingForDocs(report);
  if (options.docs && missing) console.log(`\nThe documentation is left as it is: ${missing}.`);
  if (options.docs && !missing) await writeDocuments(report);
  await end(0);
} catch (error) {
  if (!ending) console.error(error instanceof Error ? error.message : error);
  await end(1);
}

/** Writes what there is by now: an error later does not lose it. */
function keep(complete: boolean): Report {
  const report = reportOf(bench, machine, complete);
  writeFileSync(options.result, `${JSON.stringify(report, undefined, 2)}\n`);
  return report;
}

/** Why it was no full run, whose figures may stand in the documentation; undefined: it was. */
function missingForDocs({ leftOut, loadGenerator }: Report): string | undefined {
  const notMeasured = ROW_NAMES.filter((name) => !options.rows.includes(name) || leftOut[name]);
  if (notMeasured.length > 0) return `not measured: ${notMeasured.join(', ')}`;
  if (loadGenerator !== 'wrk') return 'the load came from autocannon (Debian: apt-get install wrk)';
  const other = (Object.keys(FULL) as (keyof typeof FULL)[]).filter((name) => options[name] !== FULL[name]);
  if (other.length > 0) return `a full run has ${other.map((name) => `--${name} ${FULL[name]}`).join(', ')}`;
  return undefined;
}

function print(report: Report): void {
  console.log(machineText(report.machine, report));
  for (const { head, rows } of [measuresTable(report), linesTable(report), overloadTable(report)]) {
    if (rows.length > 0) console.log(`\n${table(head, rows)}`);
  }
  for (const text of [maximaText(report), behindText(report)]) if (text) console.log(`\n${text}`);
  for (const [row, why] of Object.entries(report.leftOut)) console.log(`\n${row} was left out: ${why}`);
}

/** Once: what is stopped in the middle of a measurement makes that fail, too. */
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await stopAll();
  bench.close();
  process.exit(code);
}
