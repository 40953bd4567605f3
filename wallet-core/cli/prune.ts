import type { Command } from 'commander';
import type { PruneRequestsResponse } from '../../proto/gen/wallet/v1/operations.js';
import { withBar } from './bar.js';
import { ask, type ServerOptions, withServerOptions } from './client.js';
import { ending, EXIT, tried } from './exit.js';
import { operatorOf, type OperatorOptions, withOperatorOptions } from './operator.js';
import { print } from './print.js';
import { timeOf, TIME_FORM } from './time.js';

interface PruneOptions extends ServerOptions, OperatorOptions {
  readonly before: string;
  readonly json: boolean;
}

/** `requests`: the group of commands. */
export function addPrune(requests: Command): void {
  const command = requests
    .command('prune')
    .summary('Drops the requests of old entries.')
    .description(
      'Drops the requests of old entries, while the ledger goes on serving. Everything else can still be proved; only their ' +
        'signatures cannot any more. Run verify --signatures before, and take a backup or an export if you may need them.',
    )
    .requiredOption(
      '--before <date>',
      'those recorded before this date or time in UTC: 2026-01-01, 2026-01-01T12:00:00Z',
    );
  withServerOptions(withOperatorOptions(command))
    .option('--json', 'what was dropped for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 all of them are gone, 2 not all are, and stderr says why.')
    .action(ending(pruneRequests));
}

/** How many there will be nobody knows. */
const BAR = 'the requests of {entries} entries are gone, {duration_formatted}';

/** Has a running wallet-core drop the kept requests of old entries, and gives the exit code. */
async function pruneRequests({ before, json, ...options }: PruneOptions): Promise<number> {
  const beforeMs = timeOf(before);
  if (beforeMs === undefined) {
    console.error(`--before: is "${before}"; expected ${TIME_FORM}`);
    return EXIT.failed;
  }
  if (beforeMs > Date.now()) {
    console.error(`--before: is "${before}"; expected a time that is over, by UTC`);
    return EXIT.failed;
  }
  let pruned: PruneRequestsResponse = { entries: 0n, bytes: 0n };
  const undone = () => `only the requests of ${pruned.entries} entries are gone`;
  return tried(undone, async () => {
    await withBar(BAR, json, (bar) =>
      ask(options, async ({ operations }) => {
        const call = operations.pruneRequests({ beforeMs: BigInt(beforeMs), by: operatorOf(options) });
        for await (pruned of call as AsyncIterable<PruneRequestsResponse>) {
          bar.update(0, 1, { entries: String(pruned.entries) });
        }
      }),
    );
    const { entries, bytes } = pruned;
    const report = { before: new Date(beforeMs).toISOString(), entries, bytes };
    print(json, report, () => `The requests of ${entries} entries are gone, ${bytes} bytes.`);
    return EXIT.good;
  });
}
