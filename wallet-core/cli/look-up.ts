import type { ListChannelsResponse } from '../../proto/gen/wallet/v1/account.js';
import type { Movement } from '../../proto/gen/wallet/v1/movement.js';
import type {
  Block,
  FindBlocksResponse,
  ListMovementsRequest,
  ListMovementsResponse,
} from '../../proto/gen/wallet/v1/query.js';
import { answerOf, type WalletCore } from './client.js';

const PAGE_MAX = 1_000;
const REFERENCES_MAX = 1_000;
const EVERYTHING: ListMovementsRequest = {
  playerId: '',
  currency: '',
  channel: '',
  round: '',
  kinds: [],
  fromMs: 0n,
  toMs: 0n,
  pageSize: 0,
  pageToken: '',
};

/** Movements newest first, at most so many. */
export async function listMovements(
  { queries }: WalletCore,
  filter: Partial<ListMovementsRequest>,
  limit: number,
): Promise<Movement[]> {
  const found: Movement[] = [];
  let pageToken = '';
  do {
    const pageSize = Math.min(PAGE_MAX, limit - found.length);
    const request = { ...EVERYTHING, ...filter, pageSize, pageToken };
    const page = await answerOf<ListMovementsResponse>((done) => queries.listMovements(request, done));
    found.push(...page.movements);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && found.length < limit);
  return found;
}

/** The blocks on the references of one channel. */
export async function findBlocks(
  { queries }: WalletCore,
  channel: string,
  references: readonly string[],
  playerId: string,
): Promise<Block[]> {
  const found: Block[] = [];
  for (let from = 0; from < references.length; from += REFERENCES_MAX) {
    const request = { channel, references: references.slice(from, from + REFERENCES_MAX), playerId };
    found.push(...(await answerOf<FindBlocksResponse>((done) => queries.findBlocks(request, done))).blocks);
  }
  return found;
}

/** The one channel that was named, or all that are open. */
export async function channelsOf({ accounts }: WalletCore, named: string | undefined): Promise<string[]> {
  if (named !== undefined) return [named];
  const { channels } = await answerOf<ListChannelsResponse>((done) => accounts.listChannels({}, done));
  return channels.map(({ channel }) => channel);
}
