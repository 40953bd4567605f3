#!/usr/bin/env node
import { Command } from 'commander';
import { EXIT } from './exit.js';
import { verify, type VerifyOptions } from './verify.js';

/** The operator's command line: a client of a running wallet-core. */
const program = new Command('single-wallet')
  .description('Looks after the ledger of a running wallet-core.')
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

await program.parseAsync();
