import { type Command, InvalidArgumentError, Option } from 'commander';
import { Kind, type Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { FindMovementsResponse, GetMovementResponse } from '../../proto/gen/wallet/v1/query.js';
import { answerOf, ask, type ServerOptions, type WalletCore, withServerOptions } from './client.js';
import { escaped } from './escaped.js';
import { ending, EXIT, tried } from './exit.js';
import { limitOption, tellLimit } from './limit.js';
import { channelsOf, listMovements } from './look-up.js';
import { becameOf, kindWord, MOVEMENT_COLUMNS, movementAsReport, notesOf } from './movement.js';
import { print } from './print.js';
import { list, table } from './table.js';
import { iso, timeOption } from './time.js';

interface MovementsOptions extends ServerOptions {
  readonly player?: string;
  readonly currency?: string;
  readonly channel?: string;
  readonly round?: string;
  readonly kind?: readonly Kind[];
  readonly from?: bigint;
  readonly to?: bigint;
  readonly limit: number;
  readonly reference?: string;
  readonly id?: string;
  readonly json: boolean;
}

export function addMovements(program: Command): void {
  const command = program
    .command('movements')
    .summary("Lists movements and refusals, or shows one with the provider's request.")
    .description(
      "Lists movements and refusals, newest first, or shows one of them in full, with the provider's request and the answer. " +
        'By player, or by channel and round, it goes straight to them; other filters alone read the ledger back until --limit ' +
        'are found: give --from as well.',
    )
    .option('--player <player>', 'only those of this player')
    .option('--currency <code>', 'only those in this currency')
    .option('--channel <channel>', 'only those of this channel, such as ebet/1')
    .option('--round <round>', 'only those of this round; needs --channel (round looks in all of them)')
    .addOption(
      new Option('--kind <kind...>', 'only these kinds, such as bet payout withholding-return').argParser(kindOption),
    )
    .option('--from <time>', 'only from this date or time on, in UTC; without --to, up to now', timeOption)
    .option(
      '--to <time>',
      'only before this date or time, in UTC: --from 2026-01-01 --to 2026-01-02 is one day',
      timeOption,
    )
    .option('--limit <count>', 'at most so many, 1 to 100000', limitOption(100_000), 20)
    .option('--reference <reference>', 'in full: what has this reference, of --channel or of any')
    .option('--id <id>', 'in full: the movement with this id, such as 1.7.2');
  withServerOptions(command)
    .option('--json', 'the movements for machines on stdout and nothing else', false)
    .addHelpText('after', '\nExit codes: 0 something was found, 1 nothing was, 2 it could not be looked up.')
    .action(ending(movements));
}

function kindOption(text: string, before: readonly Kind[] = []): readonly Kind[] {
  const name = text.toUpperCase().replaceAll('-', '_');
  const kind = Object.hasOwn(Kind, name) ? Kind[name as keyof typeof Kind] : undefined;
  if (typeof kind === 'number' && kind !== Kind.UNSPECIFIED) return [...before, kind];
  const all = Object.keys(Kind).filter((each) => /^[A-Z_]+$/.test(each) && each !== 'UNSPECIFIED');
  throw new InvalidArgumentError(`Expected ${all.join(', ').toLowerCase().replaceAll('_', '-')}.`);
}

/** A movement with the request that asked for it. */
interface InFull {
  readonly movement: Movement;
  readonly request: string;
}

async function movements({ id, reference, json, ...options }: MovementsOptions): Promise<number> {
  return tried(
    () => 'no movement was looked up',
    async () => {
      if (id === undefined && reference === undefined) return listed(json, options);
      const found = await ask(options, (core) => inFull(core, id, reference, options.channel));
      print(
        json,
        found.map(({ movement, request }) => ({ ...movementAsReport(movement), request })),
        () => found.map(asText).join('\n\n') || 'There is no such movement.',
      );
      return found.length > 0 ? EXIT.good : EXIT.found;
    },
  );
}

async function listed(json: boolean, options: Omit<MovementsOptions, 'json'>): Promise<number> {
  const { player = '', currency = '', channel = '', round = '', kind = [], from = 0n, to = 0n, limit } = options;
  const filter = { playerId: player, currency, channel, round, kinds: [...kind], fromMs: from, toMs: to };
  const found = await ask(options, (core) => listMovements(core, filter, limit));
  print(json, found.map(movementAsReport), () =>
    found.length === 0 ? 'There is no such movement.' : table(MOVEMENT_COLUMNS, found),
  );
  tellLimit(found.length, limit);
  return found.length > 0 ? EXIT.good : EXIT.found;
}

async function inFull(core: WalletCore, id = '', reference = '', named?: string): Promise<InFull[]> {
  const ids = id === '' ? await idsOf(core, reference, named) : [id];
  const found: InFull[] = [];
  for (const movementId of ids) {
    const { movement, request } = await answerOf<GetMovementResponse>((done) =>
      core.queries.getMovement({ movementId }, done),
    );
    if (movement) found.push({ movement, request: request.toString() });
  }
  return found;
}

/** What holds the reference in each channel, else the newest that was refused under it. */
async function idsOf(core: WalletCore, reference: string, named?: string): Promise<string[]> {
  const ids: string[] = [];
  for (const channel of await channelsOf(core, named)) {
    const request = { channel, references: [reference], playerId: '' };
    const { movements } = await answerOf<FindMovementsResponse>((done) => core.queries.findMovements(request, done));
    ids.push(...movements.map(({ movementId }) => movementId));
  }
  return ids;
}

function asText({ movement, request }: InFull): string {
  const { currency, amount, balanceBefore, balanceAfter, outstanding, names } = movement;
  const fields = list([
    ['id', movement.movementId],
    ['time', iso(movement.timeMs)],
    ['channel', movement.channel],
    ['reference', movement.reference],
    ['player', movement.playerId],
    ['kind', [kindWord(movement.kind), movement.providerType && `(type ${movement.providerType})`].join(' ').trim()],
    ['round', movement.round],
    ['amount', `${amount} ${currency}`],
    ['answer', `${becameOf(movement)}, balance ${balanceBefore} before and ${balanceAfter} after`],
    ['names', notesOf({ ...movement, names, refunded: false, by: undefined, outstanding: '' })],
    ['outstanding', outstanding === '' ? '' : `${outstanding} ${currency}${movement.refunded ? ', refunded' : ''}`],
    ['by', movement.by ? `${movement.by.name}: ${movement.by.reason}` : ''],
  ]);
  return `${fields}\nrequest${request === '' ? '  none is kept' : `:\n${escaped(request)}`}`;
}
