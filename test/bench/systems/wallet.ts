import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { CHANNEL_ID, CURRENCY } from '../callbacks.js';
import { listening, startModule, type Child } from '../children.js';

export interface WalletOptions {
  /** Of its own: configuration and logs. */
  readonly folder: string;
  readonly data: string;
  readonly publicKey: string;
  readonly gateways?: number;
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
  /** How long wallet-core took from its start until it listened. */
  readonly coreStartMs: number;
  stop(): Promise<void>;
}

export async function startWallet(options: WalletOptions): Promise<Wallet> {
  const { folder, data, publicKey, gateways: count = 1, coreEnvironment = {} } = options;
  mkdirSync(folder, { recursive: true });
  const environment = { NODE_ENV: 'production', SINGLE_WALLET_CONFIG: configure(folder, data, publicKey) };
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
  const addresses = await Promise.all(gateways.map(listening));
  const stop = async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await core.stop();
  };
  return { core, gateways, coreAddress, addresses, coreStartMs, stop };
}

function configure(folder: string, data: string, publicKey: string): string {
  const file = path.join(folder, 'single-wallet.yaml');
  const channel = {
    ...{ provider: 'ebet', channelId: CHANNEL_ID, currency: CURRENCY, publicKeys: [publicKey] },
    ...{ allowFrom: ['127.0.0.1'], queriesPerMinute: 1_000_000 },
  };
  const gateway = { listen: '127.0.0.1:0', channels: [channel] };
  writeFileSync(file, stringify({ data, walletCore: { listen: '127.0.0.1:0', tokens: 'off' }, gateway }));
  return file;
}
