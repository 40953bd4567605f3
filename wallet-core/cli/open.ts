import type { Command } from 'commander';
import type { Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { ListOpenResponse, NegativeBalance } from '../../proto/gen/wallet/v1/operations.js';
import { answerOf, ask, type ServerOptions, withServerOptions } from './client.js';
import { ending, EXIT, tried } from './exit.js';
import { limitOption } from './limit.js';
import { MOVEMENT_COLUMNS, movementAsReport } from './movement.js';
import { print } from './print.js';
import { type Column, table } from './table.js';
import { spanOption } from './time.js';

interface OpenOptions extends ServerOptions {
  readonly since?: bigint;
  readonly olderThan?: bigint;
  readonly limit: number;
  readonly json: boolean;
}

const WEEK_MS = 7n * 86_400_000n;
const DAY_MS = 86_400_000n;

const BALANCE_COLUMNS: readonly Column<NegativeBalance>[] = [
  { head: 'player', of: ({ playerId }) => playerId, cut: true },
  { head: 'balance', of: ({ balance }) => balance, right: true },
  { head: '', of: ({ currency }) => currency },
];

export function addOpen(program: Command): void {
  const command = program
    .command('open')
    .summary('Lists bets without a payout, withholdings not given back, blocked debits.')
    .description(
      'Lists what is open, oldest first: bets without a payout and withholdings not given back, older than --older-than, and ' +
        'debits refused because of a block, up to now; and negative balances, which the ledger refuses to store, so something ' +
        'else has written its file. Reads every movement since --since and every balance, beside the calls.',
    )
    .option(
      '--older-than <span>',
      'bets and withholdings at least so old, such as 90m or 2h (default: 24h)',
      spanOption,
    )
    .option('--since <span>', 'nothing older than this, such as 30d (default: 7d)', spanOption)
    .option('--limit <count>', 'at most so many in all, 1 to 1000', limitOption(1000), 1000);
  withServerOptions(command)
    .option('--json', 'what is open for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 nothing is open, 1 something is, 2 it could not be looked up.')
    .action(ending(open));
}

async function open({ since = WEEK_MS, olderThan = DAY_MS, limit, json, ...server }: OpenOptions): Promise<number> {
  return tried(
    () => 'what is open was not looked up',
    async () => {
      const now = BigInt(Date.now());
      const request = { fromMs: now - since, toMs: now - olderThan, limit };
      const { bets, withholdings, blocked, cut, negative } = await ask(server, ({ operations }) =>
        answerOf<ListOpenResponse>((done) => operations.listOpen(request, done)),
      );
      const report = {
        bets: bets.map(movementAsReport),
        withholdings: withholdings.map(movementAsReport),
        blocked: blocked.map(movementAsReport),
        cut,
        negative,
      };
      const texts = [
        part('Bets without a payout', bets),
        part('Withholdings not given back', withholdings),
        part('Debits refused because of a block', blocked),
        cut ? `The oldest ${limit}; there are more.` : '',
        negative.length === 0 ? '' : `Negative balances:\n${table(BALANCE_COLUMNS, negative)}`,
      ].filter((text) => text !== '');
      print(json, report, () => texts.join('\n\n') || 'Nothing is open, and no balance is negative.');
      return texts.length === 0 ? EXIT.good : EXIT.found;
    },
  );
}

function part(title: string, movements: readonly Movement[]): string {
  return movements.length === 0 ? '' : `${title}:\n${table(MOVEMENT_COLUMNS, movements)}`;
}
