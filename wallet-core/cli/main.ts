#!/usr/bin/env node
import { Command } from 'commander';
import { addAdjust } from './adjust.js';
import { addBackup } from './backup.js';
import { EXIT } from './exit.js';
import { addExport } from './export.js';
import { addImport } from './import.js';
import { addMovements } from './movements.js';
import { addPlayer } from './player.js';
import { addPrune } from './prune.js';
import { addRefused } from './refused.js';
import { addRestore } from './restore.js';
import { addRound } from './round.js';
import { addStatus } from './status.js';
import { addOpen } from './open.js';
import { addTrialBalance } from './trial-balance.js';
import { addToken } from './token.js';
import { addVerify } from './verify.js';

/** The operator's command line: a client of a running wallet-core, and for what is done without one, the files of a ledger. */
const program = new Command('single-wallet')
  .description('Looks after the ledger of wallet-core, and what is in it.')
  .configureHelp({ helpWidth: 100 })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.good : EXIT.failed));

addPlayer(program.command('player').description('Opens, shows, freezes players, and sets their passwords.'));
addAdjust(program);
addMovements(program);
addRound(program);
addRefused(program);
addStatus(program);
addOpen(program);
addTrialBalance(program);
addVerify(program);
addBackup(program);
addRestore(program);
addExport(program);
addImport(program);
addToken(program);
addPrune(program.command('requests').description("The providers' requests that the ledger keeps."));

await program.parseAsync();
// A connection that is still being made would keep the process.
process.exit();
