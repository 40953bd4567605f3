import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { GatewayMetrics } from '../metrics-server.js';
import {
  AccountServiceClient,
  type GetAccountsResponse,
  type LogInRequest,
  type LogInResponse,
} from '../proto/gen/wallet/v1/account.js';
import { OperationsServiceClient, Readiness, type GetReadinessResponse } from '../proto/gen/wallet/v1/operations.js';
import { ExchangeServiceClient } from '../proto/gen/wallet/v1/exchange.js';
import { PostingServiceClient, type Result } from '../proto/gen/wallet/v1/posting.js';
import type { Movement } from '../proto/gen/wallet/v1/movement.js';
import {
  QueryServiceClient,
  type GetBalanceResponse,
  type FindMovementsResponse,
  type GetMovementByReferenceResponse,
  type ListMovementsResponse,
} from '../proto/gen/wallet/v1/query.js';
import { type Ask, type Asker, Batches } from './batches.js';
import type { Connection } from './connection.js';
import { onWallClock } from './deadline.js';
import { type Answered, Exchange, type Failure } from './exchange.js';
import type { UNANSWERED } from './health.js';
import { RefusedCalls } from './refused.js';
import { traced } from './traced.js';
import { fixOf, toldOf } from './unreached.js';

const EVERYTHING = { currency: '', kinds: [], fromMs: 0n, toMs: 0n, pageSize: 1000 };
const READINESS_MS = 1_000;
/** A wallet-core of a later version may answer with a state that is not here. */
const UNKNOWN = 'unknown';
export const READINESS_WORDS: Readonly<Record<number, string>> = {
  [Readiness.UNSPECIFIED]: UNKNOWN,
  [Readiness.READY]: 'ready',
  [Readiness.STOPPING]: 'stopping',
  [Readiness.FULL]: 'full',
  [Readiness.HANGING]: 'hanging',
  [Readiness.DAMAGED]: 'damaged',
} satisfies Record<Readiness, string>;

/** wallet-core is not there, is full, or was too slow. */
const BUSY_CODES: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.CANCELLED,
]);

/** A movement without the others that it names: there may be a thousand of them, in each of a thousand movements. */
export type Unnamed = Omit<Movement, 'names'>;

/** The gateway's one client of wallet-core, on one connection. What it asks has the deadline of its callback. */
export class WalletClient {
  readonly #posting: PostingServiceClient;
  readonly #queries: QueryServiceClient;
  readonly #accounts: AccountServiceClient;
  readonly #operations: OperationsServiceClient;
  readonly #exchange: Exchange;
  readonly #log: Logger;
  readonly #metrics: GatewayMetrics | undefined;
  readonly #batches: Batches;
  /** The last word that was told of it. */
  #readiness: string | undefined;
  /** Those that were refused before the ledger. */
  readonly refused: RefusedCalls;

  constructor({ address, credentials, options }: Connection, log: Logger, metrics?: GatewayMetrics) {
    this.#posting = new PostingServiceClient(address, credentials, options);
    const shared = { ...options, channelOverride: this.#posting.getChannel() };
    this.#queries = new QueryServiceClient(address, credentials, shared);
    this.#accounts = new AccountServiceClient(address, credentials, shared);
    this.#operations = new OperationsServiceClient(address, credentials, shared);
    this.#log = log;
    this.#metrics = metrics;
    this.refused = new RefusedCalls(this.#operations, log);
    const exchanges = new ExchangeServiceClient(address, credentials, shared);
    this.#exchange = new Exchange(exchanges, this.#posting, this.#queries);
    this.#batches = new Batches(this.#exchange, log, metrics);
  }

  /** What became of a command; undefined after the deadline, or when its fate is unknown: "busy, retry later". */
  post(ask: Ask, asker: Asker): Promise<Result | undefined> {
    return this.#batches.post(ask, asker);
  }

  /** Decimal text, null without an account, undefined when wallet-core does not answer in time. */
  async balance(playerId: string, currency: string, asker: Asker): Promise<string | null | undefined> {
    const found = await this.balanceFor('', playerId, currency, asker);
    return found ? found.balance : found;
  }

  /** A balance, and whether the session for which it is asked has been ended; null and undefined as above. */
  balanceFor(
    sessionToken: string,
    playerId: string,
    currency: string,
    asker: Asker,
  ): Promise<GetBalanceResponse | null | undefined> {
    return this.#asked<GetBalanceResponse>(asker, (answered) =>
      this.#exchange.getBalance({ playerId, currency, sessionToken }, asker, answered),
    );
  }

  /**
   * What becomes of a login; undefined when wallet-core does not answer in time, or has too many of them: it may be sent
   * again. Rejects when wallet-core failed at it.
   */
  logIn(request: LogInRequest, asker: Asker): Promise<LogInResponse | undefined> {
    const since = performance.now();
    return new Promise((resolve, reject) => {
      this.#accounts.logIn(request, traced(asker), { deadline: onWallClock(asker.deadline) }, (error, response) => {
        asker.walletCoreMs += performance.now() - since;
        if (!error) return resolve(response);
        this.#failed(asker, error, 'wallet-core did not answer a login');
        if (BUSY_CODES.has(error.code)) resolve(undefined);
        else reject(error);
      });
    });
  }

  /** Since when a player has an account, in milliseconds since 1970; null: never; undefined: no answer in time. */
  async openedMs(playerId: string, currency: string, asker: Asker): Promise<bigint | null | undefined> {
    const found = await this.#read<GetAccountsResponse>(asker, (metadata, options, callback) =>
      this.#accounts.getAccounts({ playerId }, metadata, options, callback),
    );
    return found ? (found.accounts.find((account) => account.currency === currency)?.openedMs ?? null) : found;
  }

  /** Whether a reference is held on the channel; undefined when wallet-core does not answer in time. */
  async isKnown(channel: string, reference: string, asker: Asker): Promise<boolean | undefined> {
    const found = await this.#read<GetMovementByReferenceResponse>(asker, (metadata, options, callback) =>
      this.#queries.getMovementByReference({ channel, reference }, metadata, options, callback),
    );
    return found === undefined ? undefined : found !== null;
  }

  /** What is known of references of a player, in their order; undefined when wallet-core does not answer in time. */
  async movements(
    channel: string,
    playerId: string,
    references: readonly string[],
    asker: Asker,
  ): Promise<readonly Unnamed[] | undefined> {
    const all: Unnamed[] = [];
    for (let unread = [...references]; unread.length > 0;) {
      const request = { channel, playerId, references: unread };
      const found = await this.#read<FindMovementsResponse>(asker, (metadata, options, callback) =>
        this.#queries.findMovements(request, metadata, options, callback),
      );
      if (found === undefined) return undefined;
      all.push(...(found?.movements ?? []).map(unnamed));
      unread = found?.unread ?? [];
    }
    return all;
  }

  /** All records of a player in a round, oldest first; undefined when wallet-core does not answer in time. */
  async movementsOfRound(
    channel: string,
    playerId: string,
    round: string,
    asker: Asker,
  ): Promise<readonly Unnamed[] | undefined> {
    const all: Unnamed[] = [];
    for (let pageToken = ''; ;) {
      const request = { ...EVERYTHING, channel, playerId, round, pageToken };
      const page = await this.#read<ListMovementsResponse>(asker, (metadata, options, callback) =>
        this.#queries.listMovements(request, metadata, options, callback),
      );
      if (page === undefined) return undefined;
      all.push(...(page?.movements ?? []).map(unnamed));
      pageToken = page?.nextPageToken ?? '';
      if (pageToken === '') return all.reverse();
    }
  }

  /** "ready" if wallet-core says that commits work, else in one word why not; within a second. The log has each change. */
  readiness(): Promise<string> {
    return new Promise((resolve) => {
      // Not grpc.health.v1, which a setting of wallet-core turns off.
      const options = { deadline: Date.now() + READINESS_MS };
      this.#operations.getReadiness({}, new Metadata(), options, (error, answer?: GetReadinessResponse) => {
        const state = answer?.readiness ?? Readiness.UNSPECIFIED;
        const word = error ? unreached(error) : (READINESS_WORDS[state] ?? UNKNOWN);
        if (word !== this.#readiness) {
          const level = word === 'ready' ? 'info' : 'warn';
          this.#log[level]({ readiness: word, ...(error && toldOf(error)) }, 'the readiness of wallet-core');
        }
        this.#readiness = word;
        resolve(word);
      });
    });
  }

  async close(): Promise<void> {
    await this.refused.end();
    this.#exchange.end();
    this.#posting.close();
  }

  /** One read; null for NOT_FOUND, undefined without an answer in time. */
  #read<Response>(
    asker: Asker,
    call: (metadata: Metadata, options: { deadline: number }, answered: Answered<Response>) => unknown,
  ): Promise<Response | null | undefined> {
    return this.#asked(asker, (answered: Answered<Response>) =>
      call(traced(asker), { deadline: onWallClock(asker.deadline) }, answered),
    );
  }

  #asked<Response>(asker: Asker, ask: (answered: Answered<Response>) => unknown): Promise<Response | null | undefined> {
    const since = performance.now();
    return new Promise((resolve) => {
      ask((failure, response) => {
        asker.walletCoreMs += performance.now() - since;
        if (!failure) return resolve(response);
        // A name or reference that the ledger cannot hold is nobody's: asking again would not help.
        if (failure.code === status.NOT_FOUND || failure.code === status.INVALID_ARGUMENT) return resolve(null);
        this.#failed(asker, failure, 'wallet-core did not answer a query');
        resolve(undefined);
      });
    });
  }

  #failed(asker: Asker, error: Failure, what: string): void {
    asker.failedWith = error.code;
    this.#metrics?.failures.inc({ code: status[error.code] });
    this.#log.warn(toldOf(error), what);
  }
}

function unreached(error: ServiceError): (typeof UNANSWERED)[number] {
  if (error.code === status.DEADLINE_EXCEEDED) return 'silent';
  return fixOf(error) === undefined ? 'unreachable' : 'refused';
}

function unnamed({ names: _, ...movement }: Movement): Unnamed {
  return movement;
}
