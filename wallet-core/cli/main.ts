#!/usr/bin/env node
import { Command } from 'commander';
import { backup, type BackupOptions } from './backup.js';
import { EXIT } from './exit.js';
import { exportJournal, type ExportOptions } from './export.js';
import { importJournal, type ImportOptions } from './import.js';
import { pruneRequests, type PruneOptions } from './prune.js';
import { restore, type RestoreOptions } from './restore.js';
import { verify, type VerifyOptions } from './verify.js';

const ADDRESS = ['--address <host:port>', 'where wallet-core answers', '127.0.0.1:50051'] as const;

/** The operator's command line: a client of a running wallet-core, and for what is done without one, the files of a ledger. */
const program = new Command('single-wallet')
  .description('Looks after the ledger of wallet-core.')
  .configureHelp({ helpWidth: 100 })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.good : EXIT.failed));

program
  .command('verify')
  .description(
    'Reads the whole ledger and proves it, while it goes on serving. Prints a digest: file it where nobody who can write\n' +
      'the ledger can change it, and give it to a later run with --against.',
  )
  .option(...ADDRESS)
  .option('--against <digest>', 'a digest that an earlier run printed: the ledger must contain that past')
  .option('--signatures', "also that each kept request has its provider's signature, and says what was recorded", false)
  .option(
    '--config <file...>',
    "with --signatures: the gateway's configuration, for the keys; several, such as one with keys of old\n" +
      '(default: what the gateway would read)',
  )
  .option('--json', 'a report for machines on stdout and nothing else', false)
  .addHelpText('after', '\nExit codes: 0 the ledger is proved, 1 something was found, 2 it could not be verified.')
  .action(async (options: VerifyOptions) => {
    process.exitCode = await verify(options);
  });

program
  .command('backup')
  .description(
    'Has a running wallet-core copy its ledger into its folder of backups (walletCore.backups, default "backups" in the data\n' +
      'folder), while it goes on serving. Prints the file and its digest, which also stands beside it: file it elsewhere too.',
  )
  .option(...ADDRESS)
  .option('--json', 'path, digest, bytes and time for machines on stdout and nothing else', false)
  .addHelpText(
    'after',
    '\nExit codes: 0 the backup is whole and on the disk, 2 none was made and nothing is left of it.',
  )
  .action(async (options: BackupOptions) => {
    process.exitCode = await backup(options);
  });

program
  .command('restore')
  .description(
    'Puts a backup into a folder that has no ledger, and proves the whole of it before it counts as one. No wallet-core runs\n' +
      'on that folder meanwhile; start it there afterwards. What the backup does not contain is lost: see docs/backups.md.',
  )
  .requiredOption('--from <file>', 'a file that backup wrote; it is left as it is')
  .requiredOption('--data <folder>', 'the folder that gets the ledger; made if need be')
  .option('--against <digest>', 'a digest that was filed elsewhere: the backup must contain that past')
  .option('--json', 'a report for machines on stdout and nothing else', false)
  .addHelpText(
    'after',
    '\nExit codes: 0 the ledger is restored and proved, 2 it is not and the folder is as it was. If it is interrupted, run it\n' +
      'again: wallet-core does not start on what is left.',
  )
  .action(async (options: RestoreOptions) => {
    process.exitCode = await restore(options);
  });

program
  .command('export')
  .description(
    'Writes the whole journal as lines of JSON, one for each entry, while the ledger goes on serving; import makes the same\n' +
      'ledger of them. The hashes of passwords are among them: keep the file as safe as the ledger.',
  )
  .requiredOption('--to <file>', 'a file that is not there yet, which only its owner can read; - for standard output')
  .option(...ADDRESS)
  .option('--json', 'what was written for machines on stdout and nothing else', false)
  .addHelpText('after', '\nExit codes: 0 all is written, 2 nothing is; docs/export.md tells the format.')
  .action(async (options: ExportOptions) => {
    process.exitCode = await exportJournal(options);
  });

program
  .command('import')
  .description(
    'Makes the ledger of an export, with the same hashes, in a folder that has none. It is verified before it becomes the\n' +
      'ledger of that folder. No wallet-core need run.',
  )
  .requiredOption('--from <file>', 'what export wrote; - for standard input')
  .requiredOption('--data <folder>', 'the data folder; made if need be')
  .option('--json', 'what was made for machines on stdout and nothing else', false)
  .addHelpText('after', '\nExit codes: 0 the ledger is there, 2 there is nothing, and stderr says why.')
  .action(async (options: ImportOptions) => {
    process.exitCode = await importJournal(options);
  });

program
  .command('requests')
  .description("The providers' requests that the ledger keeps.")
  .command('prune')
  .description(
    'Drops the requests of old entries, while the ledger goes on serving. Everything else can still be proved; only their\n' +
      'signatures cannot any more. Run verify --signatures before, and take a backup or an export if you may need them.',
  )
  .requiredOption('--before <date>', 'those recorded before this date or time in UTC: 2026-01-01, 2026-01-01T12:00:00Z')
  .option(...ADDRESS)
  .option('--json', 'what was dropped for machines on stdout and nothing else', false)
  .addHelpText('after', '\nExit codes: 0 all of them are gone, 2 not all are, and stderr says why.')
  .action(async (options: PruneOptions) => {
    process.exitCode = await pruneRequests(options);
  });

await program.parseAsync();
