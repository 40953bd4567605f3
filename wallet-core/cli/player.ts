import type { Command } from 'commander';
import type {
  FreezePlayerResponse,
  OpenAccountResponse,
  SetPasswordResponse,
} from '../../proto/gen/wallet/v1/account.js';
import { answerOf, ask, type ServerOptions, withServerOptions } from './client.js';
import { escaped } from './escaped.js';
import { ending, EXIT, tried } from './exit.js';
import { operatorOf, type OperatorOptions, withOperatorOptions } from './operator.js';
import { addPlayerShow } from './player-show.js';
import { print } from './print.js';
import { readSecret } from './secret.js';

interface ActOptions extends ServerOptions, OperatorOptions {
  readonly json: boolean;
}

interface FreezeOptions extends ActOptions {
  readonly for: string;
}

const DONE = '\nExit codes: 0 it holds now, also if it did before, 2 it could not be done.';

/** `player`: the group of commands. */
export function addPlayer(player: Command): void {
  addPlayerShow(player);
  act(player.command('open'), 'Opens the account of a player in a currency, with balance 0.')
    .argument('<currency>', 'ISO 4217 code, such as CNY')
    .action(ending(open));
  const what = 'the reason by its short name, such as kyc, fraud or self-exclusion';
  act(
    player.command('freeze'),
    'Freezes a player: his bets are refused, payouts and refunds go on. Several reasons can hold at once; each is lifted on its own.',
  )
    .summary('Freezes a player, for one reason.')
    .requiredOption('--for <name>', what)
    .action(ending((id: string, options: FreezeOptions) => setFreeze(id, options, true)));
  act(player.command('unfreeze'), 'Lifts one reason for which a player is frozen.')
    .requiredOption('--for <name>', what)
    .action(ending((id: string, options: FreezeOptions) => setFreeze(id, options, false)));
  act(
    player.command('password'),
    'Sets the password of a player, read from the terminal unseen, or as the first line of standard input. Access tokens from before are valid no more.',
  )
    .summary('Sets the password of a player, read unseen.')
    .action(ending(setPassword));
}

/** What the commands have in common that change something about a player. */
function act(command: Command, description: string): Command {
  command.description(description).argument('<player>', 'the player, in lower case');
  return withServerOptions(withOperatorOptions(command))
    .option('--json', 'what was done for machines on stdout and nothing else', false)
    .addHelpText('after', DONE);
}

async function open(player: string, currency: string, options: ActOptions): Promise<number> {
  return tried(
    () => 'no account was opened',
    async () => {
      const request = { playerId: player, currency, by: operatorOf(options) };
      const { opened } = await ask(options, ({ accounts }) =>
        answerOf<OpenAccountResponse>((done) => accounts.openAccount(request, done)),
      );
      print(options.json, { player, currency, opened }, () =>
        escaped(
          opened ? `${player} has an account in ${currency} now.` : `${player} has an account in ${currency} already.`,
        ),
      );
      return EXIT.good;
    },
  );
}

async function setFreeze(player: string, options: FreezeOptions, frozen: boolean): Promise<number> {
  return tried(
    () => (frozen ? 'the player was not frozen' : 'the freeze was not lifted'),
    async () => {
      const request = { playerId: player, reason: options.for, note: '', by: operatorOf(options) };
      const { changed } = await ask(options, ({ accounts }) =>
        answerOf<FreezePlayerResponse>((done) =>
          frozen ? accounts.freezePlayer(request, done) : accounts.unfreezePlayer(request, done),
        ),
      );
      print(options.json, { player, reason: options.for, frozen, changed }, () =>
        escaped(`${player} is ${frozen ? '' : 'not '}frozen for ${options.for}${changed ? ' now' : ', as before'}.`),
      );
      return EXIT.good;
    },
  );
}

async function setPassword(player: string, options: ActOptions): Promise<number> {
  return tried(
    () => 'the password was not set',
    async () => {
      const password = await readSecret(`new password of ${escaped(player)}: `);
      const request = { playerId: player, password, by: operatorOf(options) };
      await ask(options, ({ accounts }) =>
        answerOf<SetPasswordResponse>((done) => accounts.setPassword(request, done)),
      );
      print(options.json, { player, set: true }, () => escaped(`${player} has a new password.`));
      return EXIT.good;
    },
  );
}
