import { type Client, connectivityState, type ServiceError, status } from '@grpc/grpc-js';
import { type ConnectionFault, connectionFault } from '../../connection-fault.js';
import { AccessServiceClient } from '../../proto/gen/wallet/v1/access.js';
import { AccountServiceClient } from '../../proto/gen/wallet/v1/account.js';
import { OperationsServiceClient } from '../../proto/gen/wallet/v1/operations.js';
import { PostingServiceClient } from '../../proto/gen/wallet/v1/posting.js';
import { QueryServiceClient } from '../../proto/gen/wallet/v1/query.js';
import { type Connection, connectionTo, type ServerOptions } from './connection.js';

export { type ServerOptions, withServerOptions } from './connection.js';

/** For a connection only: what is asked over it may take as long as it takes. */
const CONNECT_TIMEOUT_MS = 10_000;
/** The services that commands ask. */
export interface WalletCore {
  readonly operations: OperationsServiceClient;
  readonly access: AccessServiceClient;
  readonly accounts: AccountServiceClient;
  readonly posting: PostingServiceClient;
  readonly queries: QueryServiceClient;
}

/** A call with one answer. */
export function answerOf<Response>(
  run: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => run((error, response) => (error ? reject(error) : resolve(response))));
}

/**
 * Connects to wallet-core, asks it and hangs up. Rejects with what `asking` throws; an answer of gRPC that is no answer
 * becomes an error for a person, who is told what to do where nothing answers.
 */
export async function ask<T>(
  server: ServerOptions,
  asking: (core: WalletCore) => Promise<T>,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
): Promise<T> {
  const connection = connectionTo(server);
  const [address] = connection;
  const operations = new OperationsServiceClient(...connection);
  try {
    if (!(await settles(operations, Date.now() + connectTimeoutMs))) {
      throw unreachable(address, `no connection within ${connectTimeoutMs / 1000} s`);
    }
    return await asking({ operations, ...others(operations, connection) });
  } catch (error) {
    if (!isServiceError(error)) throw error;
    const { code, details } = error;
    const state = operations.getChannel().getConnectivityState(false);
    if (code === status.UNAVAILABLE && state === connectivityState.TRANSIENT_FAILURE) {
      throw unreachable(address, details.replace(/\.? Resolution note: $/, '').trim());
    }
    throw new Error(`wallet-core at ${address} answered ${status[code]}: ${details}`, { cause: error });
  } finally {
    operations.close();
  }
}

/** The other services, on the same connection. */
function others(
  operations: OperationsServiceClient,
  [address, creds, options]: Connection,
): Omit<WalletCore, 'operations'> {
  const shared = [address, creds, { ...options, channelOverride: operations.getChannel() }] as const;
  return {
    access: new AccessServiceClient(...shared),
    accounts: new AccountServiceClient(...shared),
    posting: new PostingServiceClient(...shared),
    queries: new QueryServiceClient(...shared),
  };
}

/** Whether it turns out in time if there is a connection. If there is none, the first call fails at once and says why. */
async function settles(client: Client, deadline: number): Promise<boolean> {
  const channel = client.getChannel();
  for (;;) {
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY || state === connectivityState.TRANSIENT_FAILURE) return true;
    const changed = new Promise<boolean>((resolve) =>
      channel.watchConnectivityState(state, deadline, (late) => resolve(!late)),
    );
    if (!(await changed)) return false;
  }
}

/** What to do where wallet-core and who asks do not let each other in. */
const FIXES: Readonly<Record<ConnectionFault, string>> = {
  'speaks no TLS': 'it speaks no TLS: leave out --ca',
  'asks for another':
    'it asks for a certificate: --cert and --key name one by an authority of walletCore.clientCa, valid now',
  'other name': 'its certificate has another name or address: say with --address one that it has',
  'not valid now':
    'its certificate, or of an authority behind it, is not valid now: renew it, or set the clock of this machine',
  'not trusted': '--ca must name the authority that issued the certificate of walletCore.tls',
  'hung up':
    'it hung up at once: if it speaks TLS, --ca names who certified it; if that is given, --cert and --key must name a ' +
    'certificate by an authority of walletCore.clientCa, valid now',
};

function unreachable(address: string, why: string): Error {
  const fault = connectionFault(why);
  if (fault) return new Error(`wallet-core at ${address} cannot be asked (${why}); ${FIXES[fault]}`);
  return new Error(`nothing answers at ${address} (${why}); start wallet-core, or say with --address where it listens`);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && typeof error.details === 'string';
}
