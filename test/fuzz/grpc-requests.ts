import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { AccessServiceService as access, Role } from '../../proto/gen/wallet/v1/access.js';
import { AccountServiceService as accounts } from '../../proto/gen/wallet/v1/account.js';
import { ExchangeServiceService as exchanges } from '../../proto/gen/wallet/v1/exchange.js';
import { OperationsServiceService as operations } from '../../proto/gen/wallet/v1/operations.js';
import { PostingServiceService as posting } from '../../proto/gen/wallet/v1/posting.js';
import { QueryServiceService as queries } from '../../proto/gen/wallet/v1/query.js';
import { CHANNEL, check, movements, refund } from '../wallet-core/core.js';

/** A method with a good request, before it is spoilt. */
export interface GoodRequest {
  readonly path: string;
  readonly streams: boolean;
  readonly weight: number;
  readonly bytes: Buffer;
}

/** The weight of what works on the whole ledger or hashes a password. */
const DEAR = 0.3;

interface Method<Request> {
  readonly path: string;
  readonly responseStream: boolean;
  readonly requestSerialize: (request: Request) => Buffer;
}

function good<Request>(method: Method<Request>, request: Request, weight = 2): GoodRequest {
  return { path: method.path, streams: method.responseStream, weight, bytes: method.requestSerialize(request) };
}

const player = { playerId: 'demo' };
/** Whoever is frozen and whatever is closed is not what the other calls use. */
const other = { playerId: 'other' };
const page = { pageSize: 10, pageToken: '' };
const times = { fromMs: 0n, toMs: 0n };
const refused = {
  address: '::1',
  channel: 'ebet/1',
  endpoint: 'syncCredit',
  reference: 'r',
  status: '4026',
  reason: 'x',
};

/** Field 1 of a request of health: the service; fields 4 and 7 of one of reflection: the file of a symbol, and the services. */
const text = (field: number, value: string) =>
  Buffer.from(
    new BinaryWriter()
      .uint32(field * 8 + 2)
      .string(value)
      .finish(),
  );
const health = text(1, 'wallet.v1.PostingService');
/** What health and reflection are asked, by themselves and without a token. */
const BESIDE: readonly GoodRequest[] = [
  { path: '/grpc.health.v1.Health/Check', streams: false, weight: 2, bytes: health },
  // It never ends by itself.
  { path: '/grpc.health.v1.Health/Watch', streams: true, weight: 1, bytes: health },
  ...['v1', 'v1alpha'].flatMap((version): GoodRequest[] => {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    return [text(4, 'wallet.v1.Command'), text(7, '*')].map((bytes) => ({ path, streams: true, weight: 1, bytes }));
  }),
];

export const SERVICES = [posting, queries, exchanges, accounts, operations, access];

/** `id` is new each time, because references serve once. */
export function goodRequests(id: string): GoodRequest[] {
  const bet = movements({ reference: id, amount: '-0.01' });
  return [
    good(posting.post, { command: bet }, 30),
    good(posting.post, { command: refund({ reference: `${id}-refund` }, { reference: 'bet-1', amount: '80.00' }) }, 8),
    good(posting.post, { command: check(id) }, 4),
    good(posting.postBatch, { commands: [bet, movements({ reference: `${id}-2`, amount: '-0.02' })] }, 15),
    good(exchanges.exchange, { id: 1, body: { $case: 'post', value: { commands: [bet] } } }, 8),
    good(exchanges.exchange, { id: 2, body: { $case: 'balance', value: { ...player, currency: 'CNY' } } }, 4),
    good(queries.getBalance, { ...player, currency: 'CNY', sessionToken: 'x' }),
    good(queries.getMovement, { movementId: '1.2.0' }),
    good(queries.getMovementByReference, { channel: CHANNEL, reference: 'bet-1' }),
    good(queries.findMovements, { channel: CHANNEL, references: ['bet-1', id], ...player }),
    good(queries.findBlocks, { channel: CHANNEL, references: ['bet-1', id], ...player }),
    good(queries.listMovements, {
      ...player,
      currency: 'CNY',
      channel: CHANNEL,
      round: '',
      kinds: [1],
      ...times,
      ...page,
    }),
    good(queries.listActs, { ...player, ...page }),
    good(accounts.openChannel, { channel: `platform/${id}` }),
    good(accounts.listChannels, {}),
    good(accounts.setMaintenance, { channel: 'platform/other', maintenance: true, note: 'x' }),
    good(accounts.openAccount, { playerId: id, currency: 'CNY' }),
    good(accounts.getAccounts, player),
    good(accounts.freezePlayer, { ...other, reason: 'kyc', note: '' }),
    good(accounts.unfreezePlayer, { ...other, reason: 'kyc', note: '' }),
    good(accounts.setPassword, { ...other, password: 'x', by: { name: 'ann', reason: 'x' } }, DEAR),
    good(accounts.checkPassword, { ...other, password: 'x' }, DEAR),
    good(accounts.issueAccessToken, { ...player, lifetimeS: 60, oneTime: true }),
    good(
      accounts.logIn,
      {
        ...{ channel: CHANNEL, reference: id, currency: 'CNY', rotateAccessToken: false, accessTokenLifetimeS: 60 },
        credential: { $case: 'password', value: { ...other, password: 'x' } },
      },
      DEAR,
    ),
    good(accounts.endSessions, { ...player, channel: '' }),
    good(operations.verify, { against: '' }, DEAR),
    good(operations.backup, {}, DEAR),
    good(operations.export, {}, DEAR),
    good(operations.pruneRequests, { beforeMs: 1n }, DEAR),
    good(operations.getReadiness, {}),
    good(operations.getTrialBalance, {}),
    good(operations.listOpen, { ...times, limit: 10 }, DEAR),
    good(operations.getStatus, {}),
    good(operations.keepRefused, {
      calls: [{ timeMs: 1n, ...refused, ...player, body: Buffer.from('{}'), fromProvider: true }],
      dropped: 1,
      droppedOfChannels: [{ channel: 'ebet/1', fromProvider: false, count: 1n }],
    }),
    good(operations.listRefused, { ...player, reference: '', channel: '', ...times, limit: 10 }),
    ...BESIDE,
    good(access.createToken, { name: id, roles: [Role.READ], channels: [] }),
    good(access.listTokens, {}),
    good(access.revokeToken, { tokenId: '000000000000' }),
  ];
}
