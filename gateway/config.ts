import { createSecretKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Address, LogLevel, Setup } from '../config.js';
import {
  addressSetting,
  dataSetting,
  flagSetting,
  formatAddress,
  isLoopback,
  logLevelSetting,
  messageOf,
  readSetup,
  section,
  validate,
} from '../config.js';
import { metricsRule, metricsSettings } from '../metrics-server.js';
import type { Renewed } from '../renewed.js';
import { authoritiesSetting, type Tls, tlsSetting } from '../tls.js';
import { hasToken, readTokenFile } from '../token-file.js';
import { reachedRule } from './access.js';
import { addressListSetting, type AddressList } from './address-list.js';
import { type Apiv1Channel, apiv1Channel } from './apiv1/channel.js';
import { developmentChannels } from './development.js';
import { type EbetChannel, ebetChannel } from './ebet/channel.js';

/** One configured caller, of any provider. */
export type Channel = EbetChannel | Apiv1Channel;

export interface GatewayConfig {
  /** Absolute path of the data folder; of it the gateway uses only the development keys. */
  readonly data: string;
  readonly listen: Address;
  /** With it the gateway speaks HTTPS and nothing else. */
  readonly tls?: Renewed<Tls> | undefined;
  /** host:port of wallet-core. */
  readonly walletCoreAddress: string;
  /** Whether the file or the environment gave that address; `npm start` replaces only the default. */
  readonly walletCoreNamed: boolean;
  /** See connection.ts. */
  readonly walletCoreCa?: Renewed<string> | undefined;
  readonly walletCoreTls?: Renewed<Tls> | undefined;
  /** What it shows to wallet-core; undefined: nothing. A KeyObject, so that it is not printed by accident. */
  readonly walletCoreToken: KeyObject | undefined;
  readonly logLevel: LogLevel;
  /** Where metrics are served; absent: nowhere. */
  readonly metrics?: Address | undefined;
  /** Whose X-Forwarded-For is believed. */
  readonly trustedProxies: AddressList;
  readonly channels: readonly Channel[];
  /** There is no configuration file and this is not production: the channels have keys that everybody knows or can read. */
  readonly development: boolean;
}

interface Reaching {
  readonly walletCore?: Address | undefined;
  readonly walletCoreTokenFile?: KeyObject | undefined;
  readonly walletCoreCa?: Renewed<string> | undefined;
  readonly allowPlainTokenBeyondLoopback: boolean;
}

interface Listening {
  readonly listen: Address;
  readonly tls?: Renewed<Tls> | undefined;
  readonly allowPlainHttpBeyondLoopback: boolean;
}

const DEFAULT_LISTEN: Address = { host: '127.0.0.1', port: 8080 };
const DEFAULT_WALLET_CORE: Address = { host: '127.0.0.1', port: 50051 };

/** Another provider is one more line here, one more in `Channel`, and a folder of its own. */
function channelSetting(setup: Setup) {
  return z.discriminatedUnion('provider', [ebetChannel(setup), apiv1Channel(setup)], {
    error: ({ code }) =>
      code === 'invalid_union' ? 'expected "ebet" or "apiv1"' : 'expected a channel, with provider: ebet or apiv1',
  });
}

const NO_CHANNELS = { error: 'expected a list of one or more channels' };

/** What providers sign does not cover all that they say: who can be reached from elsewhere speaks TLS, or a proxy does it for him. */
function listenRule({ listen, tls, allowPlainHttpBeyondLoopback }: Listening, context: z.RefinementCtx): void {
  if (isLoopback(listen) || tls || allowPlainHttpBeyondLoopback) return;
  const message =
    'expected an address that only this machine reaches, such as "127.0.0.1:8080", or tls with a certificate; ' +
    'allowPlainHttpBeyondLoopback: true lifts that where a proxy that speaks TLS stands before it';
  context.addIssue({ code: 'custom', path: ['listen'], message });
}

/** Whoever reads the token on its way can move money with it. */
function tokenRule(set: Reaching, context: z.RefinementCtx): void {
  const { walletCore = DEFAULT_WALLET_CORE, walletCoreTokenFile, walletCoreCa, allowPlainTokenBeyondLoopback } = set;
  if (!walletCoreTokenFile || walletCoreCa !== undefined) return;
  if (allowPlainTokenBeyondLoopback || isLoopback(walletCore)) return;
  const message =
    'expected an address on this machine, such as "127.0.0.1:50051", or walletCoreCa: everybody on the way could read the token; ' +
    'allowPlainTokenBeyondLoopback: true lifts that where the network itself lets nobody else in';
  context.addIssue({ code: 'custom', path: ['walletCore'], message });
}

const PROXIES = 'expected a list of the addresses or ranges of your own proxies, such as ["127.0.0.1", "10.0.5.0/28"]';

const TOKEN = 'expected a file with a token that npx single-wallet token create printed, such as "keys/gateway.token"';

/** By default the token that a wallet-core on this machine made for the gateway, if it did. */
function tokenSetting(setup: Setup) {
  const own = path.join(setup.data, 'gateway.token');
  return z
    .string({ error: TOKEN })
    .optional()
    .transform((named, context) => {
      if (named === undefined && !existsSync(own)) return undefined;
      if (named !== undefined && hasToken(named)) {
        context.addIssue(TOKEN);
        return z.NEVER;
      }
      try {
        const token = readTokenFile(named === undefined ? own : path.resolve(setup.folder, named));
        if (token !== undefined) return createSecretKey(token, 'utf8');
        context.addIssue(TOKEN);
      } catch (error) {
        context.addIssue(`${TOKEN} (${messageOf(error)})`);
      }
      return z.NEVER;
    });
}

/** Reads the gateway's part of the configuration. Throws a ConfigError that lists everything that is wrong with it. */
export function loadGatewayConfig(setup: Setup = readSetup()): GatewayConfig {
  const schema = section({
    data: dataSetting(setup),
    walletCore: z.unknown().optional(),
    gateway: section({
      listen: addressSetting('127.0.0.1:8080', 0).default(DEFAULT_LISTEN),
      walletCore: addressSetting('127.0.0.1:50051', 1).optional(),
      walletCoreTokenFile: tokenSetting(setup),
      walletCoreCa: authoritiesSetting(setup, 'gateway.walletCoreCa').optional(),
      walletCoreTls: tlsSetting(setup, 'gateway.walletCoreTls').optional(),
      allowPlainTokenBeyondLoopback: flagSetting(false),
      logLevel: logLevelSetting,
      tls: tlsSetting(setup, 'gateway.tls').optional(),
      allowPlainHttpBeyondLoopback: flagSetting(false),
      ...metricsSettings('127.0.0.1:9465'),
      trustedProxies: addressListSetting(PROXIES, 0).prefault([]),
      channels: z.array(channelSetting(setup), NO_CHANNELS).min(1, NO_CHANNELS),
    })
      .superRefine(listenRule)
      .superRefine(reachedRule(setup))
      .superRefine(tokenRule)
      .superRefine(metricsRule),
  });
  const overrides = {
    GATEWAY_LISTEN: 'gateway.listen',
    GATEWAY_METRICS: 'gateway.metrics',
    WALLET_CORE_ADDRESS: 'gateway.walletCore',
  };
  const content = setup.development ? { gateway: { channels: developmentChannels(setup.data) } } : setup.content;
  const { data, gateway } = validate(setup, schema, overrides, content);
  const {
    walletCore,
    walletCoreTokenFile,
    allowPlainHttpBeyondLoopback: _,
    allowMetricsBeyondLoopback: __,
    allowPlainTokenBeyondLoopback: ___,
    ...rest
  } = gateway;
  return Object.freeze({
    data,
    ...rest,
    walletCoreAddress: formatAddress(walletCore ?? DEFAULT_WALLET_CORE),
    walletCoreNamed: walletCore !== undefined,
    walletCoreToken: walletCoreTokenFile,
    development: setup.development,
  });
}
