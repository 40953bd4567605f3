import { Command, Help, type Option } from 'commander';
import { addAdjust } from './adjust.js';
import { addBackup } from './backup.js';
import { EXAMPLES } from './examples.js';
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
import { REACHED } from './connection.js';
import { addVerify } from './verify.js';

const HELP = new Help();
const HELP_WIDTH = 100;

/** The operator's command line: a client of a running wallet-core, and for what is done without one, the files of a ledger. */
export function commandLine(): Command {
  const program = new Command('single-wallet')
    .description('Looks after the ledger of wallet-core, and what is in it.')
    .configureHelp({
      helpWidth: Math.min(process.stdout.isTTY ? process.stdout.columns : HELP_WIDTH, HELP_WIDTH),
      optionDescription,
      subcommandTerm,
      groupItems,
    })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.good : EXIT.failed));
  addPlayer(program.command('player').description('Opens, shows, freezes players, sets passwords.'));
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
  addPrune(program.command('requests').description("Drops the providers' requests of old entries."));
  for (const [name, command] of commandsOf(program)) {
    command.addHelpText('after', () => `\nExample:\n  ${`npx single-wallet ${name} ${EXAMPLES[name] ?? ''}`.trim()}`);
  }
  return program;
}

/** The commands that do something, by their whole name. */
export function commandsOf(command: Command, name = ''): [name: string, command: Command][] {
  if (command.commands.length === 0) return [[name, command]];
  return command.commands.flatMap((each) => commandsOf(each, `${name} ${each.name()}`.trim()));
}

/** Says of an option that it must be given, and not of one that has nothing by default that it has. */
function optionDescription(option: Option): string {
  const told = HELP.optionDescription(option).replace(/ \(default: (false|\[\])\)/, '');
  return option.mandatory ? `${told} (required)` : told;
}

function subcommandTerm(command: Command): string {
  return HELP.subcommandTerm(command).replace(' [options]', '');
}

/** A command's own options first. */
function groupItems<Item extends Command | Option>(
  all: Item[],
  visible: Item[],
  groupOf: (item: Item) => string,
): Map<string, Item[]> {
  const isOwn = (item: Item) => groupOf(item) !== REACHED;
  return HELP.groupItems([...visible.filter(isOwn), ...all], visible, groupOf);
}
