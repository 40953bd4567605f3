import type { KeyObject } from 'node:crypto';
import { bearer } from '../bearer.js';
import type { Renewed } from '../renewed.js';
import type { Tls } from '../tls.js';
import { renewedTransportTo, transportTo } from '../transport.js';
import type { ChannelCredentials, ClientOptions } from '@grpc/grpc-js';

/** What every client of the gateway is made with to reach wallet-core. */
export interface Connection {
  /** host:port. */
  readonly address: string;
  readonly credentials: ChannelCredentials;
  readonly options: ClientOptions;
}

const OPTIONS = {
  // wallet-core is our own: grpc-js would send even calls to this machine through the environment's proxy.
  'grpc.enable_http_proxy': 0,
  // Unless told, grpc-js waits up to two minutes before it tries to reconnect.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.max_receive_message_length': 32 * 2 ** 20,
  'grpc.max_send_message_length': 32 * 2 ** 20,
};

/** How wallet-core is reached, as the configuration says it. */
export interface WalletCore {
  readonly walletCoreAddress: string;
  readonly walletCoreToken: KeyObject | undefined;
  /** PEM of the authorities that certify wallet-core; undefined: it speaks no TLS. */
  readonly walletCoreCa?: Renewed<string> | undefined;
  /** What the gateway shows to a wallet-core that asks callers for certificates. */
  readonly walletCoreTls?: Renewed<Tls> | undefined;
}

/** The one place that says how the gateway reaches wallet-core, and with what it shows who it is. */
export function connectionTo({
  walletCoreAddress: address,
  walletCoreToken: token,
  walletCoreCa: ca,
  walletCoreTls: own,
}: WalletCore): Connection {
  const interceptors = token ? [bearer(token.export().toString())] : [];
  const [credentials, options] = ca ? renewedTransportTo(address, ca, own) : transportTo(address);
  return { address, credentials, options: { ...OPTIONS, ...options, interceptors } };
}
