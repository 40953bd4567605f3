import type { Command } from 'commander';
import { type Movement, Outcome } from '../../proto/gen/wallet/v1/movement.js';
import type { Block } from '../../proto/gen/wallet/v1/query.js';
import { formatMoney, parseMoney } from '../money.js';
import { ask, type ServerOptions, withServerOptions } from './client.js';
import { escaped } from './escaped.js';
import { ending, EXIT, tried } from './exit.js';
import { channelsOf, findBlocks, listMovements } from './look-up.js';
import { movementAsReport, without } from './movement.js';
import { print } from './print.js';
import { type Column, table } from './table.js';
import { iso } from './time.js';

interface RoundOptions extends ServerOptions {
  readonly player?: string;
  readonly channel?: string;
  readonly json: boolean;
}

const RECORDS_MAX = 100_000;

export function addRound(program: Command): void {
  const command = program
    .command('round')
    .summary('Tells the whole story of a round, and what it came to.')
    .description(
      'Tells the whole story of a round in order: bets, withholdings, payouts, refunds, refusals, blocks (a bet was refunded or ' +
        'reported as failed before it arrived), and what it came to for each player.',
    )
    .argument('<round>', "the provider's id of the round")
    .option('--player <player>', 'only what this player did')
    .option('--channel <channel>', 'only on this channel, such as ebet/1 (default: all)');
  withServerOptions(command)
    .option('--json', 'the round for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 the round is known, 1 it is not, 2 it could not be looked up.')
    .action(ending(round));
}

/** What is told of a round. */
type Told = Movement | Block;

/** What of a block stands in the columns of a movement; the others stay empty. */
const OF_BLOCK: Readonly<Record<string, (block: Block) => string>> = {
  time: ({ timeMs }) => iso(timeMs),
  id: ({ blockId }) => blockId,
  channel: ({ channel }) => channel,
  player: ({ playerId }) => playerId || '(all)',
  kind: () => 'BLOCK',
  reference: ({ reference }) => reference,
  notes: () => 'refunded or failed before it arrived: its debit is refused',
};

const COLUMNS: readonly Column<Told>[] = without('round').map(({ of, ...column }) => ({
  ...column,
  of: (told) => (isBlock(told) ? (OF_BLOCK[column.head]?.(told) ?? '') : of(told)),
}));

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
      const { movements, blocks } = await ask(server, async (core) => {
        const [movements, blocks]: [Movement[], Block[]] = [[], []];
        for (const each of await channelsOf(core, channel)) {
          const found = await listMovements(core, { channel: each, round: id, playerId: player }, RECORDS_MAX);
          movements.push(...found);
          blocks.push(...(await findBlocks(core, each, referencesOf(found), player)));
        }
        return { movements: movements.sort(inOrder), blocks: blocks.sort(inOrder) };
      });
      const nets = netsOf(movements);
      const report = { movements: movements.map(movementAsReport), blocks: blocks.map(blockAsReport), nets };
      print(json, { round: id, ...report }, () => asText(id, [...movements, ...blocks].sort(inOrder), nets));
      return movements.length > 0 ? EXIT.good : EXIT.found;
    },
  );
}

/** Those of the movements, and those that they name: a bet that never arrived is only named, by a payout. */
function referencesOf(movements: readonly Movement[]): string[] {
  const all = movements.flatMap(({ reference, names }) => [reference, ...names.map((named) => named.reference)]);
  return [...new Set(all)];
}

/** "1.9.10" is behind "1.9.9". */
function inOrder(a: Told, b: Told): number {
  return Number(a.timeMs - b.timeMs) || placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true });
}

function placeOf(told: Told): string {
  return isBlock(told) ? told.blockId : told.movementId;
}

function isBlock(told: Told): told is Block {
  return 'blockId' in told;
}

function blockAsReport({ timeMs, ...block }: Block) {
  return { time: iso(timeMs), ...block };
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
  return [...sums.values()].map(({ paid, received, currency, ...whose }): Net => ({
    ...whose,
    currency,
    paid: formatMoney(paid, currency),
    received: formatMoney(received, currency),
    net: formatMoney(received - paid, currency),
  }));
}

function asText(id: string, told: readonly Told[], nets: readonly Net[]): string {
  if (told.length === 0) return `No movement has the round ${escaped(id)}.`;
  const story = table(COLUMNS, told);
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
