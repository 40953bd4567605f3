import type { Command } from 'commander';
import type { Freeze, GetAccountsResponse } from '../../proto/gen/wallet/v1/account.js';
import type { Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { Act, ListActsResponse } from '../../proto/gen/wallet/v1/query.js';
import { answerOf, ask, type ServerOptions, withServerOptions } from './client.js';
import { ending, EXIT, tried } from './exit.js';
import { tellLimit } from './limit.js';
import { listMovements } from './look-up.js';
import { movementAsReport, without } from './movement.js';
import { print } from './print.js';
import { table } from './table.js';
import { iso } from './time.js';

interface ShowOptions extends ServerOptions {
  readonly json: boolean;
}

/** Of movements and of acts. */
const SHOWN = 10;

export function addPlayerShow(player: Command): void {
  const command = player
    .command('show')
    .summary('Shows a player: balances, freezes, acts, last movements.')
    .description(
      'Shows a player: accounts and balances, freezes with who, when and why, what operators did about him, and his last movements.',
    )
    .argument('<player>', 'the player, in lower case');
  withServerOptions(command)
    .option('--json', 'the player for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 he is shown, 2 he has no account or could not be looked up.')
    .action(ending(show));
}

interface Shown extends GetAccountsResponse {
  readonly acts: readonly Act[];
  readonly movements: readonly Movement[];
}

async function show(playerId: string, { json, ...server }: ShowOptions): Promise<number> {
  return tried(
    () => 'the player was not shown',
    async () => {
      const shown = await ask(server, async (core): Promise<Shown> => {
        const { accounts, queries } = core;
        const found = await answerOf<GetAccountsResponse>((done) => accounts.getAccounts({ playerId }, done));
        const request = { playerId, pageSize: SHOWN, pageToken: '' };
        const { acts } = await answerOf<ListActsResponse>((done) => queries.listActs(request, done));
        return { ...found, acts, movements: await listMovements(core, { playerId }, SHOWN) };
      });
      print(json, asReport(shown), () => asText(shown));
      tellLimit(shown.movements.length, SHOWN, 'movements --player lists more');
      return EXIT.good;
    },
  );
}

function asReport({ playerId, accounts, freezes, acts, movements }: Shown) {
  return {
    player: playerId,
    accounts: accounts.map(({ openedMs, ...account }) => ({ ...account, opened: iso(openedMs) })),
    freezes: freezes.map(({ sinceMs, ...freeze }) => ({ ...freeze, since: iso(sinceMs) })),
    acts: acts.map(({ timeMs, ...act }) => ({ time: iso(timeMs), ...act })),
    movements: movements.map(movementAsReport),
  };
}

function asText({ accounts, freezes, acts, movements }: Shown): string {
  const parts = [
    table(
      [
        { head: 'account', of: ({ currency }) => currency },
        { head: 'balance', of: ({ balance }) => balance, right: true },
        { head: 'opened', of: ({ openedMs }) => iso(openedMs) },
      ],
      accounts,
    ),
    freezes.length === 0
      ? 'He is not frozen.'
      : table<Freeze>(
          [
            { head: 'frozen for', of: ({ reason }) => reason },
            { head: 'since', of: ({ sinceMs }) => iso(sinceMs) },
            { head: 'by', of: ({ by }) => by?.name ?? '' },
            { head: 'why', of: ({ by, note }) => by?.reason ?? note, cut: true },
          ],
          freezes,
        ),
    acts.length === 0
      ? ''
      : table<Act>(
          [
            { head: 'act', of: ({ act }) => act },
            { head: 'time', of: ({ timeMs }) => iso(timeMs) },
            { head: 'by', of: ({ by }) => by?.name ?? '' },
            { head: 'why', of: ({ by }) => by?.reason ?? '', cut: true },
          ],
          acts,
        ),
    movements.length === 0 ? 'Nothing ever moved.' : table(without('player'), movements),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}
