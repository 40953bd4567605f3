import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { certificate } from '../../certificates.js';
import { listening, startModule, type Child } from '../children.js';
import type { GrpcAccess } from '../load/grpc-task.js';
import { CHANNEL_ID, CURRENCY } from '../world.js';

export interface WalletOptions {
  /** Of its own: configuration and logs. */
  readonly folder: string;
  readonly data: string;
  readonly publicKey: string;
  readonly gateways?: number;
  /** With HTTPS, gRPC over TLS with certificates of both sides, tokens, and metrics. */
  readonly secured?: boolean;
  /** For wallet-core only. */
  readonly coreEnvironment?: Readonly<Record<string, string>>;
}

/** The product, all of it, as an operator runs it: two processes, or more gateways, with logs at info into files. */
export interface Wallet {
  readonly core: Child;
  readonly gateways: readonly Child[];
  /** host:port of wallet-core and of each gateway. */
  readonly coreAddress: string;
  readonly addresses: readonly string[];
  /** With what a client reaches wallet-core; files. */
  readonly access?: GrpcAccess;
  /** How long wallet-core took from its start until it listened. */
  readonly coreStartMs: number;
  stop(): Promise<void>;
}

export async function startWallet(options: WalletOptions): Promise<Wallet> {
  const { folder, data, publicKey, gateways: count = 1, secured = false, coreEnvironment = {} } = options;
  mkdirSync(folder, { recursive: true });
  const environment = {
    NODE_ENV: 'production',
    SINGLE_WALLET_CONFIG: await configure(folder, data, publicKey, secured),
  };
  const started = performance.now();
  const core = startModule('wallet-core', 'wallet-core/main.js', {
    log: path.join(folder, 'wallet-core.log'),
    environment: { ...environment, ...coreEnvironment },
  });
  const coreAddress = await listening(core);
  const coreStartMs = performance.now() - started;
  const gateways = Array.from({ length: count }, (_, index) =>
    startModule('gateway', 'gateway/main.js', {
      log: path.join(folder, `gateway-${index + 1}.log`),
      environment: { ...environment, WALLET_CORE_ADDRESS: coreAddress },
    }),
  );
  const listeners = await Promise.all(gateways.map(listening));
  const addresses = listeners.map((address) => (secured ? `https://${address}` : address));
  const at = (name: string) => path.join(folder, name);
  const access = {
    ca: at('ca.pem'),
    certificate: at('own.pem'),
    key: at('own.key'),
    token: path.join(data, 'operator.token'),
  };
  const stop = async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await core.stop();
  };
  return { core, gateways, coreAddress, addresses, ...(secured ? { access } : {}), coreStartMs, stop };
}

async function configure(folder: string, data: string, publicKey: string, secured: boolean): Promise<string> {
  const file = path.join(folder, 'single-wallet.yaml');
  const channel = {
    ...{ provider: 'ebet', channelId: CHANNEL_ID, currency: CURRENCY, publicKeys: [publicKey] },
    ...{ allowFrom: ['127.0.0.1'], queriesPerMinute: 1_000_000 },
  };
  const listen = '127.0.0.1:0';
  const [core, gateway] = secured ? await securedSettings(folder) : [{ tokens: 'off' }, {}];
  // The scrub begins a minute after the start, in the middle of what takes longer.
  const sections = {
    walletCore: { listen, scrubEveryHours: 0, ...core },
    gateway: { listen, ...gateway, channels: [channel] },
  };
  writeFileSync(file, stringify({ data, ...sections }));
  return file;
}

/** What wallet-core and the gateway have more; one certificate serves both. */
async function securedSettings(folder: string): Promise<readonly [object, object]> {
  const authority = await certificate('authority', { isAuthority: true });
  const own = await certificate('own', { issuer: authority });
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  write('ca.pem', authority.certificate);
  write('own.pem', own.certificate);
  write('own.key', own.key);
  const tls = { certificate: 'own.pem', key: 'own.key' };
  const metrics = '127.0.0.1:0';
  return [
    { tokens: 'required', tls, clientCa: 'ca.pem', metrics },
    { tls, walletCoreCa: 'ca.pem', walletCoreTls: tls, metrics },
  ];
}
