import type { Command } from 'commander';
import { type Movement, Outcome } from '../../proto/gen/wallet/v1/movement.js';
import { formatMoney, parseMoney } from '../money.js';
import { ask, type ServerOptions, withServerOptions } from './client.js';
import { escaped } from './escaped.js';
import { ending, EXIT, tried } from './exit.js';
import { channelsOf, listMovements } from './look-up.js';
import { movementAsReport, without } from './movement.js';
import { print } from './print.js';
import { table } from './table.js';

interface RoundOptions extends ServerOptions {
  readonly player?: string;
  readonly channel?: string;
  readonly json: boolean;
}

const RECORDS_MAX = 100_000;

export function addRound(program: Command): void {
  const command = program
    .command('round')
    .description(
      'Tells the whole story of a round in order: bets, withholdings, payouts, refunds, refusals, and what it came to for each\n' +
        'player.',
    )
    .argument('<round>', "the provider's id of the round")
    .option('--player <player>', 'only what this player did')
    .option('--channel <channel>', 'only on this channel, such as ebet/1 (default: all)');
  withServerOptions(command)
    .option('--json', 'the round for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 the round is known, 1 it is not, 2 it could not be looked up.')
    .action(ending(round));
}

/** What a round came to for one player. */
interface Net {
  readonly channel: string;
  readonly playerId: string;
  readonly currency: string;
  readonly paid: string;
  readonly received: string;
  readonly net: string;
}

async function round(id: string, { player = '', channel, json, ...server }: RoundOptions): Promise<number> {
  return tried(
    () => 'the round was not looked up',
    async () => {
      const found = await ask(server, async (core) => {
        const all: Movement[] = [];
        for (const each of await channelsOf(core, channel)) {
          all.push(...(await listMovements(core, { channel: each, round: id, playerId: player }, RECORDS_MAX)));
        }
        return all.sort((a, b) => Number(a.timeMs - b.timeMs) || byPlace(a, b));
      });
      const nets = netsOf(found);
      print(json, { round: id, movements: found.map(movementAsReport), nets }, () => asText(id, found, nets));
      return found.length > 0 ? EXIT.good : EXIT.found;
    },
  );
}

/** "1.9.10" is behind "1.9.9". */
function byPlace(a: Movement, b: Movement): number {
  return a.movementId.localeCompare(b.movementId, 'en', { numeric: true });
}

function netsOf(movements: readonly Movement[]): Net[] {
  const sums = new Map<string, Pick<Net, 'channel' | 'playerId' | 'currency'> & { paid: bigint; received: bigint }>();
  for (const { channel, playerId, currency, amount, outcome } of movements) {
    const key = JSON.stringify([channel, playerId, currency]);
    const sum = sums.get(key) ?? { channel, playerId, currency, paid: 0n, received: 0n };
    sums.set(key, sum);
    const moved = outcome === Outcome.APPLIED ? (parseMoney(amount, currency) ?? 0n) : 0n;
    if (moved < 0n) sum.paid -= moved;
    else sum.received += moved;
  }
  return [...sums.values()].map(({ paid, received, currency, ...whose }) => ({
    ...{ ...whose, currency, paid: formatMoney(paid, currency) },
    ...{ received: formatMoney(received, currency), net: formatMoney(received - paid, currency) },
  }));
}

function asText(id: string, movements: readonly Movement[], nets: readonly Net[]): string {
  if (movements.length === 0) return `No movement has the round ${escaped(id)}.`;
  const story = table(without('round'), movements);
  const sums = table<Net>(
    [
      { head: 'channel', of: ({ channel }) => channel },
      { head: 'player', of: ({ playerId }) => playerId, cut: true },
      { head: 'paid', of: ({ paid }) => paid, right: true },
      { head: 'received', of: ({ received }) => received, right: true },
      { head: 'net', of: ({ net }) => net, right: true },
      { head: '', of: ({ currency }) => currency },
    ],
    nets,
  );
  return `${story}\n\n${sums}`;
}
