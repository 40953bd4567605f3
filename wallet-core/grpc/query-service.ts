import type { Logger } from 'pino';
import { channelFault, currencyFault, playerFault, referenceFault } from '../domain/validate.js';
import { formatId, parseId } from '../journal/position.js';
import { formatMoney } from '../money.js';
import type { ActView, BlockView, MovementFilter, MovementView, Queries, Store } from '../storage/port.js';
import * as pb from '../../proto/gen/wallet/v1/movement.js';
import type {
  Act,
  Block,
  GetBalanceRequest,
  GetBalanceResponse,
  ListMovementsRequest,
  QueryServiceServer,
} from '../../proto/gen/wallet/v1/query.js';
import { hashToken } from '../token.js';
import { invalidArgument, notFound } from './call-error.js';
import { readKind } from './command-codec.js';
import { unary } from './unary.js';

const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 1_000;
const REFERENCES_MAX = 1_000;

/** QueryService: reads for gateways, platforms and people. */
export function queryService({ queries, writer }: Store, log: Logger): QueryServiceServer {
  async function withRequest(view: MovementView) {
    const request = await queries.request(view.record.id);
    return { movement: writeMovement(view, writer), request: Buffer.from(request ?? []) };
  }

  return {
    getBalance: unary(log, (request) => balanceOf(queries, request)),
    getMovement: unary(log, async ({ movementId }) => {
      const id = parseId(writer, movementId);
      if (id === undefined)
        throw invalidArgument(
          `movement_id: is "${movementId.slice(0, 40)}"; expected "writer.entry.index" of this ledger`,
        );
      const view = await queries.movement(id);
      if (!view) throw notFound(`movement_id: there is no movement ${movementId}`);
      return withRequest(view);
    }),
    getMovementByReference: unary(log, async ({ channel, reference }) => {
      refuse(channelFault(channel) ?? referenceFault(reference));
      const view = await queries.movementByReference(channel, reference);
      if (!view) throw notFound(`reference: no movement of ${channel} holds ${reference}`);
      return withRequest(view);
    }),
    findMovements: unary(log, async ({ channel, references, playerId }) => {
      const distinct = readReferences(channel, references, playerId);
      const { movements, unread } = await queries.lastByReferences(channel, distinct);
      const asked = movements.filter(({ record }) => playerId === '' || record.player === playerId);
      return { movements: asked.map((view) => writeMovement(view, writer)), unread: [...unread] };
    }),
    findBlocks: unary(log, async ({ channel, references, playerId }) => {
      const distinct = readReferences(channel, references, playerId);
      const blocks = await queries.blocks(channel, distinct, playerId === '' ? undefined : playerId);
      const write = ({ id, reference, player, timeMs }: BlockView): Block => ({
        blockId: formatId(writer, id),
        channel,
        reference,
        playerId: player,
        timeMs,
      });
      return { blocks: blocks.map(write) };
    }),
    listMovements: unary(log, async (request) => {
      const size = readPageSize(request.pageSize);
      const page = await queries.movements(readFilter(request), size, readToken(request.pageToken));
      return {
        movements: page.movements.map((view) => writeMovement(view, writer)),
        nextPageToken: page.next.map((id) => id.toString(36)).join('-'),
      };
    }),
    listActs: unary(log, async ({ playerId, pageSize, pageToken }) => {
      if (playerId !== '') refuse(playerFault(playerId));
      const size = readPageSize(pageSize);
      const [from] = readToken(pageToken);
      const acts = await queries.acts(playerId === '' ? undefined : playerId, size + 1, from);
      return {
        acts: acts.slice(0, size).map((act) => writeAct(act, writer)),
        nextPageToken: acts[size]?.id.toString(36) ?? '',
      };
    }),
  };
}

/** Answers GetBalance. Rejects with a CallError. */
export async function balanceOf(
  queries: Queries,
  { playerId, currency, sessionToken = '' }: GetBalanceRequest,
): Promise<GetBalanceResponse> {
  refuse(playerFault(playerId) ?? currencyFault(currency));
  const balance = await queries.balance(playerId, currency);
  if (balance === undefined) throw notFound(`player_id: ${playerId} has no account in ${currency}`);
  const sessionEnded = sessionToken !== '' && (await queries.isSessionEnded(playerId, hashToken(sessionToken)));
  return { playerId, currency, balance: formatMoney(balance, currency), sessionEnded };
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw invalidArgument(fault);
}

/** The references of a request, each once. */
function readReferences(channel: string, references: readonly string[], playerId: string): string[] {
  refuse(channelFault(channel) ?? (playerId === '' ? undefined : playerFault(playerId)));
  const distinct = [...new Set(references)];
  if (distinct.length < 1 || distinct.length > REFERENCES_MAX) {
    throw invalidArgument(`references: has ${distinct.length}; expected 1 to ${REFERENCES_MAX}`);
  }
  references.forEach((reference, index) => refuse(referenceFault(reference, `references[${index}]`)));
  return distinct;
}

function readFilter({ playerId, currency, channel, round, kinds, fromMs, toMs }: ListMovementsRequest): MovementFilter {
  if (playerId !== '') refuse(playerFault(playerId));
  if (currency !== '') refuse(currencyFault(currency));
  if (channel !== '') refuse(channelFault(channel));
  if (round !== '' && channel === '') throw invalidArgument('channel: is missing; expected the channel of the round');
  if (fromMs < 0n) throw invalidArgument(`from_ms: is ${fromMs}; expected >= 0`);
  if (toMs < 0n) throw invalidArgument(`to_ms: is ${toMs}; expected >= 0`);
  return {
    ...(playerId === '' ? {} : { player: playerId }),
    ...(currency === '' ? {} : { currency }),
    ...(channel === '' ? {} : { channel }),
    ...(round === '' ? {} : { round }),
    ...(kinds.length === 0
      ? {}
      : {
          kinds: kinds.map((number) => {
            const kind = readKind(number);
            if (kind === undefined) throw invalidArgument(`kinds: has ${number}; expected values of Kind`);
            return kind;
          }),
        }),
    ...(fromMs === 0n ? {} : { fromMs }),
    ...(toMs === 0n ? {} : { toMs }),
  };
}

function readPageSize(pageSize: number): number {
  if (pageSize > PAGE_SIZE_MAX) throw invalidArgument(`page_size: is ${pageSize}; expected at most ${PAGE_SIZE_MAX}`);
  return pageSize === 0 ? PAGE_SIZE_DEFAULT : pageSize;
}

/** A token is the ids to go on from, in base 36; the filters are applied anew, so a forged one shows nothing else. */
function readToken(token: string): bigint[] {
  if (token === '') return [];
  if (!/^[0-9a-z]{1,12}(-[0-9a-z]{1,12}){0,99}$/.test(token)) {
    throw invalidArgument('page_token: is none of ours; expected the next_page_token of the page before');
  }
  return token.split('-').map((id) => [...id].reduce((sum, digit) => sum * 36n + BigInt(parseInt(digit, 36)), 0n));
}

export function writeMovement({ record, outstanding, refunded, by }: MovementView, writer: number): pb.Movement {
  const { currency, reason } = record;
  return {
    movementId: formatId(writer, record.id),
    channel: record.channel,
    playerId: record.player,
    currency,
    kind: pb.Kind[record.kind],
    amount: formatMoney(record.amount, currency),
    balanceBefore: formatMoney(record.balanceBefore, currency),
    balanceAfter: formatMoney(record.balanceAfter, currency),
    outcome: reason === null ? pb.Outcome.APPLIED : pb.Outcome.REFUSED,
    reason: reason === null ? pb.Reason.UNSPECIFIED : pb.Reason[reason],
    reference: record.reference,
    round: record.round,
    providerType: record.providerType,
    names: record.names.map(({ reference, relation, amount }) => ({
      reference,
      relation: pb.Relation[relation],
      amount: formatMoney(amount, currency),
    })),
    withholding: record.withholding,
    wager: record.wager,
    timeMs: record.timeMs,
    outstanding: outstanding === null ? '' : formatMoney(outstanding, currency),
    refunded,
    ...(by && { by }),
  };
}

function writeAct({ id, act, operator, reason, player, records, timeMs }: ActView, writer: number): Act {
  const by = { name: operator, reason };
  return { actId: formatId(writer, id), act, by, playerId: player, records: Number(records), timeMs };
}
