import type { AccessServiceService } from '../../proto/gen/wallet/v1/access.js';
import type { AccountServiceService } from '../../proto/gen/wallet/v1/account.js';
import type { ExchangeServiceService } from '../../proto/gen/wallet/v1/exchange.js';
import type { OperationsServiceService } from '../../proto/gen/wallet/v1/operations.js';
import type { PostingServiceService } from '../../proto/gen/wallet/v1/posting.js';
import type { QueryServiceService } from '../../proto/gen/wallet/v1/query.js';
import type { Role } from '../access/grant.js';

/** What a call needs. The role operate may make every call. */
export interface Permission<Request> {
  /** One of these roles, whatever the channel. */
  readonly roles: readonly Role[];
  /** The role post is enough if it owns all of these channels; without it, it is not. */
  readonly channels?: (request: Request) => readonly string[];
  /** A channel may be empty, for whoever has all channels that begin in some way. */
  readonly unnamed?: true;
}

/** A row for each call of a service, by its path: what a new call needs must be said, or this does not compile. */
type Rows<Service> = {
  readonly [Name in keyof Service as PathOf<Service[Name]>]: Permission<RequestOf<Service[Name]>>;
};
type PathOf<Method> = Method extends { readonly path: infer Path extends string } ? Path : never;
type RequestOf<Method> = Method extends { readonly requestDeserialize: (bytes: Buffer) => infer Request }
  ? Request
  : never;

const OPERATE = { roles: [] } as const;
const READ = { roles: ['read'] } as const;
const READ_OR_POST = { roles: ['read', 'post'] } as const;
const ofChannel = ({ channel }: { readonly channel: string }) => [channel];

const PERMISSIONS: Rows<PostingServiceService> &
  Rows<QueryServiceService> &
  Rows<ExchangeServiceService> &
  Rows<AccountServiceService> &
  Rows<OperationsServiceService> &
  Rows<AccessServiceService> = {
  '/wallet.v1.PostingService/Post': { roles: [], channels: ({ command }) => (command ? [command.channel] : []) },
  // One command on another's channel and none of them is posted: whose batch it is, is wrong as a whole.
  '/wallet.v1.PostingService/PostBatch': {
    roles: [],
    channels: ({ commands }) => commands.map(({ channel }) => channel),
  },

  '/wallet.v1.QueryService/GetBalance': READ_OR_POST,
  '/wallet.v1.QueryService/GetMovement': READ,
  '/wallet.v1.QueryService/GetMovementByReference': { roles: ['read'], channels: ofChannel },
  '/wallet.v1.QueryService/FindMovements': { roles: ['read'], channels: ofChannel },
  '/wallet.v1.QueryService/FindBlocks': { roles: ['read'], channels: ofChannel },
  '/wallet.v1.QueryService/ListMovements': { roles: ['read'], channels: ofChannel },
  '/wallet.v1.QueryService/ListActs': READ,

  // The channels of a batch are looked at where it is answered, by itself: the call goes on for the others.
  '/wallet.v1.ExchangeService/Exchange': { roles: ['post'] },

  '/wallet.v1.AccountService/OpenChannel': OPERATE,
  '/wallet.v1.AccountService/ListChannels': READ,
  '/wallet.v1.AccountService/SetMaintenance': OPERATE,
  '/wallet.v1.AccountService/OpenAccount': { roles: ['post'] },
  '/wallet.v1.AccountService/GetAccounts': READ_OR_POST,
  '/wallet.v1.AccountService/FreezePlayer': OPERATE,
  '/wallet.v1.AccountService/UnfreezePlayer': OPERATE,
  '/wallet.v1.AccountService/SetPassword': OPERATE,
  '/wallet.v1.AccountService/CheckPassword': { roles: ['post'] },
  '/wallet.v1.AccountService/IssueAccessToken': { roles: ['post'] },
  '/wallet.v1.AccountService/LogIn': { roles: [], channels: ofChannel },
  // Those on all channels may be another's.
  '/wallet.v1.AccountService/EndSessions': { roles: [], channels: ofChannel },

  '/wallet.v1.OperationsService/Verify': OPERATE,
  '/wallet.v1.OperationsService/Backup': OPERATE,
  '/wallet.v1.OperationsService/Export': OPERATE,
  '/wallet.v1.OperationsService/PruneRequests': OPERATE,
  '/wallet.v1.OperationsService/GetTrialBalance': READ,
  '/wallet.v1.OperationsService/ListOpen': READ,
  '/wallet.v1.OperationsService/GetStatus': READ,
  // Nobody forges what was refused on another's channel. Calls that named no channel of ours are a gateway's to tell of.
  '/wallet.v1.OperationsService/KeepRefused': {
    roles: [],
    channels: ({ calls, droppedOfChannels, dropped }) => [
      ...[...calls, ...droppedOfChannels].map(({ channel }) => channel),
      ...(dropped > 0 ? [''] : []),
    ],
    unnamed: true,
  },
  '/wallet.v1.OperationsService/ListRefused': READ,
  '/wallet.v1.OperationsService/GetReadiness': READ_OR_POST,

  '/wallet.v1.AccessService/CreateToken': OPERATE,
  '/wallet.v1.AccessService/ListTokens': OPERATE,
  '/wallet.v1.AccessService/RevokeToken': OPERATE,
};

const BY_PATH = new Map<string, Permission<never>>(Object.entries(PERMISSIONS));

/** What the call of this path needs; undefined: it is none of wallet.v1. */
export function permissionOf(path: string): Permission<unknown> | undefined {
  // The request of a path is of the type of its row: both are made from the same definition.
  return BY_PATH.get(path) as Permission<unknown> | undefined;
}
