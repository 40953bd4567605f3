import type { Command } from 'commander';
import type { CurrencyBalance, GetTrialBalanceResponse } from '../../proto/gen/wallet/v1/operations.js';
import { answerOf, ask, type ServerOptions, withServerOptions } from './client.js';
import { ending, EXIT, tried } from './exit.js';
import { print } from './print.js';
import { table } from './table.js';

interface TrialBalanceOptions extends ServerOptions {
  readonly json: boolean;
}

export function addTrialBalance(program: Command): void {
  const command = program
    .command('trial-balance')
    .summary('Sums all balances at one moment; together they are zero.')
    .description(
      'Sums all balances at one moment: for each currency the players, and the house accounts by channel and purpose. Together ' +
        'they are zero. Reads every account, beside the calls: a second for some million.',
    );
  withServerOptions(command)
    .option('--json', 'the sums for machines on stdout and nothing else', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 each currency sums to zero, 1 one does not, 2 the balances could not be read.',
    )
    .action(ending(trialBalance));
}

async function trialBalance({ json, ...server }: TrialBalanceOptions): Promise<number> {
  return tried(
    () => 'no trial balance was made',
    async () => {
      const { currencies } = await ask(server, ({ operations }) =>
        answerOf<GetTrialBalanceResponse>((done) => operations.getTrialBalance({}, done)),
      );
      print(json, currencies, () => currencies.map(asText).join('\n\n') || 'There are no accounts.');
      return currencies.every(({ sum }) => !/[1-9]/.test(sum)) ? EXIT.good : EXIT.found;
    },
  );
}

function asText({ currency, accounts, players, houses, sum }: CurrencyBalance): string {
  const rows = [
    { of: `players, ${accounts} accounts`, purpose: '', balance: players },
    ...houses.map(({ channel, purpose, balance }) => ({ of: channel, purpose, balance })),
    { of: 'sum', purpose: '', balance: sum },
  ];
  return table(
    [
      { head: currency, of: (row) => row.of },
      { head: 'purpose', of: ({ purpose }) => purpose },
      { head: 'balance', of: ({ balance }) => balance, right: true },
    ],
    rows,
  );
}
