import type { Command } from 'commander';
import type { ListRefusedResponse, RefusedCall } from '../../proto/gen/wallet/v1/operations.js';
import { answerOf, ask, type ServerOptions, withServerOptions } from './client.js';
import { escaped } from './escaped.js';
import { ending, EXIT, tried } from './exit.js';
import { limitOption, tellLimit } from './limit.js';
import { print } from './print.js';
import { type Column, table } from './table.js';
import { iso, timeOption } from './time.js';

interface RefusedOptions extends ServerOptions {
  readonly player?: string;
  readonly reference?: string;
  readonly channel?: string;
  readonly from?: bigint;
  readonly to?: bigint;
  readonly limit: number;
  readonly full: boolean;
  readonly json: boolean;
}

export function addRefused(program: Command): void {
  const command = program
    .command('refused')
    .summary('Lists calls of providers that were refused before the ledger.')
    .description(
      'Lists calls of providers that were refused before the ledger, newest first: wrong signature, unknown channel, address ' +
        'not allowed, bad parameters. "They say that a payout failed" is most often one of these.',
    )
    .option('--player <player>', 'only of this player')
    .option('--reference <reference>', 'only with this seqNo or transaction id')
    .option('--channel <channel>', 'only of this channel, such as ebet/1')
    .option('--from <time>', 'only from this date or time on, in UTC', timeOption)
    .option('--to <time>', 'only before this date or time, in UTC', timeOption)
    .option('--limit <count>', 'at most so many, 1 to 1000', limitOption(1000), 20)
    .option('--full', 'with the body of each, without its secrets', false);
  withServerOptions(command)
    .option('--json', 'the calls for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 something was found, 1 nothing was, 2 it could not be looked up.')
    .action(ending(refused));
}

const COLUMNS: readonly Column<RefusedCall>[] = [
  { head: 'time', of: ({ timeMs }) => iso(timeMs) },
  { head: 'address', of: ({ address }) => address },
  { head: 'channel', of: ({ channel }) => channel, cut: true },
  { head: 'endpoint', of: ({ endpoint }) => endpoint },
  { head: 'reference', of: ({ reference }) => reference, cut: true },
  { head: 'player', of: ({ playerId }) => playerId, cut: true },
  { head: 'answer', of: ({ status }) => status },
  { head: 'why', of: ({ reason }) => reason, cut: true },
];

async function refused({ json, full, ...options }: RefusedOptions): Promise<number> {
  const { player = '', reference = '', channel = '', from = 0n, to = 0n, limit } = options;
  return tried(
    () => 'no refused call was looked up',
    async () => {
      const request = { playerId: player, reference, channel, fromMs: from, toMs: to, limit };
      const found = await ask(options, ({ operations }) =>
        answerOf<ListRefusedResponse>((done) => operations.listRefused(request, done)),
      );
      print(json, asReport(found), () => asText(found, full));
      tellLimit(found.calls.length, limit);
      return found.calls.length > 0 ? EXIT.good : EXIT.found;
    },
  );
}

function asReport({ calls, dropped, droppedOfChannels }: ListRefusedResponse) {
  return {
    calls: calls.map(({ timeMs, body, ...call }) => ({ time: iso(timeMs), ...call, body: body.toString() })),
    dropped,
    droppedOfChannels,
  };
}

function asText({ calls, dropped, droppedOfChannels }: ListRefusedResponse, full: boolean): string {
  const listed = full
    ? calls
        .map((call) => `${table(COLUMNS, [call])}\n${escaped(call.body.toString()) || 'no body is kept'}`)
        .join('\n\n')
    : table(COLUMNS, calls);
  const whose = droppedOfChannels
    .map(
      ({ channel, fromProvider, count }) =>
        `${count} ${channel ? `of ${channel}` : 'of no channel'}${fromProvider ? ', by its provider' : ''}`,
    )
    .join('; ');
  const more = dropped > 0n ? `\n${dropped} more were dropped in that time, for too many came at once: ${whose}.` : '';
  return `${calls.length === 0 ? 'There is no such call.' : listed}${more}`;
}
