import type { Command } from 'commander';
import { type GetStatusResponse, Readiness } from '../../proto/gen/wallet/v1/operations.js';
import { answerOf, ask, type ServerOptions, withServerOptions } from './client.js';
import { ending, EXIT, tried } from './exit.js';
import { print } from './print.js';
import { list } from './table.js';
import { iso } from './time.js';
import { megabytes } from './words.js';

interface StatusOptions extends ServerOptions {
  readonly json: boolean;
}

export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .summary('Says how wallet-core is.')
    .description(
      'Says how wallet-core is: whether commits work, its version, its place on the disk, the last backup and proof, how ' +
        'many movements and open withholdings there are. These are counted beside the calls, once from the first question after ' +
        'a start and then on: exact, as of the time that stands with them.',
    );
  withServerOptions(command)
    .option('--json', 'the status for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 commits work, 1 they do not, 2 nobody could be asked.')
    .action(ending(status));
}

async function status({ json, ...server }: StatusOptions): Promise<number> {
  return tried(
    () => 'the status is not known',
    async () => {
      const found = await ask(server, ({ operations }) =>
        answerOf<GetStatusResponse>((done) => operations.getStatus({}, done)),
      );
      print(json, asReport(found), () => asText(found));
      return found.readiness === Readiness.READY ? EXIT.good : EXIT.found;
    },
  );
}

function asReport({ startedMs, lastBackupMs, lastVerifiedMs, countedMs = 0n, readiness, ...rest }: GetStatusResponse) {
  return {
    ...rest,
    readiness: Readiness[readiness],
    started: iso(startedMs),
    lastBackup: iso(lastBackupMs),
    lastVerified: iso(lastVerifiedMs),
    counted: iso(countedMs),
  };
}

function asText({ version, readiness, waiting, digest, ...found }: GetStatusResponse): string {
  const { movements, openWithholdings, countedMs } = found;
  const { startedMs, ledgerBytes, walBytes, freeBytes, lastBackupMs, lastVerifiedMs } = found;
  return list([
    ['commits', Readiness[readiness]?.toLowerCase() ?? 'unknown'],
    ['waiting', `${waiting} commands`],
    ['version', version],
    ['started', iso(startedMs)],
    ['digest', digest],
    [
      'movements',
      movements === undefined || countedMs === undefined
        ? 'being counted since this process was first asked; ask again'
        : `${movements}, withholdings not given back ${openWithholdings ?? 0n}, as of ${iso(countedMs)}`,
    ],
    [
      'ledger',
      `${megabytes(Number(ledgerBytes))}, WAL ${megabytes(Number(walBytes))}, free ${megabytes(Number(freeBytes))}`,
    ],
    ['backup', iso(lastBackupMs) || 'none in its folder'],
    ['proved', iso(lastVerifiedMs) || 'not since it started'],
  ]);
}
