#!/usr/bin/env node
import { Command } from 'commander';
import { backup, type BackupOptions } from './backup.js';
import { EXIT } from './exit.js';
import { restore, type RestoreOptions } from './restore.js';
import { verify, type VerifyOptions } from './verify.js';

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
  .option('--address <host:port>', 'where wallet-core answers', '127.0.0.1:50051')
  .option('--against <digest>', 'a digest that an earlier run printed: the ledger must contain that past')
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
  .option('--address <host:port>', 'where wallet-core answers', '127.0.0.1:50051')
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

await program.parseAsync();
