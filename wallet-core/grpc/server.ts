import { Server, ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from 'pino';
import type { Renewed } from '../../renewed.js';
import { pemOf, type Tls } from '../../tls.js';
import { AccessServiceService } from '../../proto/gen/wallet/v1/access.js';
import type { Access } from '../access/settings.js';
import type { Tokens } from '../access/tokens.js';
import type { Committer } from '../committer.js';
import type { Observer } from '../observer.js';
import type { Scrub } from '../scrub.js';
import type { RefusedCalls, Store } from '../storage/port.js';
import { AccountServiceService } from '../../proto/gen/wallet/v1/account.js';
import { PostingServiceService } from '../../proto/gen/wallet/v1/posting.js';
import { OperationsServiceService } from '../../proto/gen/wallet/v1/operations.js';
import { QueryServiceService } from '../../proto/gen/wallet/v1/query.js';
import { ExchangeServiceService } from '../../proto/gen/wallet/v1/exchange.js';
import { accessService } from './access-service.js';
import { accountService } from './account-service.js';
import { authentication } from './authentication.js';
import { exchangeService } from './exchange-service.js';
import { observedCalls } from './observed-calls.js';
import { operationsService } from './operations-service.js';
import { Poster, postingService } from './posting-service.js';
import { queryService } from './query-service.js';
import { lenient, lenientServer, undecodable } from './undecodable.js';

/** Room for a batch of large requests; one movement has about 1.2 KB. */
const MESSAGE_BYTES_MAX = 32 * 2 ** 20;
/**
 * Calls of one connection at a time, with or without a token: a gateway has at most one for each login under way, beside a few
 * that stay open.
 */
const STREAMS_MAX = 2_048;
/** Longer than any call under way takes; connections that say nothing and streams without an end are left then. */
const STOP_TIMEOUT_MS = 3_000;

/** What the health service knows; the empty name stands for the whole process. */
const SERVICES = [
  '',
  ...['PostingService', 'QueryService', 'ExchangeService', 'AccountService', 'OperationsService', 'AccessService'].map(
    (name) => `wallet.v1.${name}`,
  ),
];

/** Services that are not ours, with the setting that says who may use them. */
const OTHERS = [
  { setting: 'health', services: ['grpc.health.v1.Health'] },
  {
    setting: 'reflection',
    services: ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'],
  },
] as const;

/** wallet.v1 with health and reflection, listening. */
export interface ListeningServer {
  readonly port: number;
  /** Says NOT_SERVING to whoever asks or watches, until the end of this process; calls are answered as before. */
  announceDamage(): void;
  /** Says NOT_SERVING to whoever asks or watches, and ends what takes long. */
  announceStop(): void;
  /** Takes no new calls and waits for those under way. */
  stop(): Promise<void>;
}

export async function listen(
  address: string,
  store: Store,
  committer: Committer,
  scrub: Scrub,
  refused: RefusedCalls,
  access: Access,
  tokens: Tokens,
  observer: Observer,
  log: Logger,
): Promise<ListeningServer> {
  const open = OTHERS.filter(({ setting }) => access[setting] === 'open').flatMap(({ services }) => services);
  const server = new Server({
    interceptors: [
      // First, so that it hears of a call that one of the next turns away.
      observedCalls(observer),
      undecodable,
      ...(access.tokens === 'required' ? [authentication(tokens, open)] : []),
    ],
    'grpc.max_concurrent_streams': STREAMS_MAX,
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  });
  const poster = new Poster(committer, store.writer, observer);
  server.addService(lenient(PostingServiceService), postingService(poster, log));
  server.addService(lenient(QueryServiceService), queryService(store, log));
  server.addService(lenient(AccountServiceService), accountService(store, committer, log));
  const stopping = new AbortController();
  server.addService(
    lenient(ExchangeServiceService),
    exchangeService(poster, store.queries, observer, stopping.signal, log),
  );
  server.addService(
    lenient(OperationsServiceService),
    operationsService(store, committer, scrub, refused, log, stopping.signal),
  );
  const health = new HealthImplementation(Object.fromEntries(SERVICES.map((name) => [name, 'SERVING'])));
  const notServing = () => SERVICES.forEach((name) => health.setStatus(name, 'NOT_SERVING'));
  server.addService(lenient(AccessServiceService), accessService(tokens, log));
  if (access.health !== 'off') health.addToServer(lenientServer(server));
  if (access.reflection !== 'off') {
    // A seventh of what a start takes is to load it.
    const { addReflection } = await import('./reflection.js');
    addReflection(lenientServer(server));
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentialsOf(access), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    port,
    announceDamage: notServing,
    announceStop: () => {
      stopping.abort();
      notServing();
    },
    stop: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, STOP_TIMEOUT_MS);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}

function credentialsOf({ tls, clientCa }: Access): ServerCredentials {
  return tls ? new RenewedCredentials(tls, clientCa) : ServerCredentials.createInsecure();
}

/** Connections are made with what the files hold then. Those of grpc-js that can do that drop all calls while a file is broken. */
class RenewedCredentials extends ServerCredentials {
  constructor(tls: Renewed<Tls>, clientCa: Renewed<string> | undefined) {
    const shown = () => ({
      cert: tls.now.certificate,
      key: pemOf(tls.now),
      ...(clientCa && { ca: clientCa.now }),
    });
    super({ requestCert: clientCa !== undefined }, shown());
    for (const renewed of [tls, clientCa]) renewed?.onRenewal(() => this.updateSecureContextOptions(shown()));
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
