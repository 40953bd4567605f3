import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceError } from '@grpc/grpc-js';
import { stringify } from 'yaml';
import { NODE_OPTIONS } from '../node-options.js';
import { AccessServiceClient } from '../proto/gen/wallet/v1/access.js';
import { AccountServiceClient, type SetMaintenanceResponse } from '../proto/gen/wallet/v1/account.js';
import {
  PostingServiceClient,
  type NewMovement,
  type PostResponse,
  type Result,
} from '../proto/gen/wallet/v1/posting.js';
import { Kind, type Movement } from '../proto/gen/wallet/v1/movement.js';
import { OperationsServiceClient } from '../proto/gen/wallet/v1/operations.js';
import {
  QueryServiceClient,
  type GetBalanceResponse,
  type ListMovementsResponse,
} from '../proto/gen/wallet/v1/query.js';
import { clientAccess, CORE_SETTINGS, GATEWAY_SETTINGS, HTTPS_SETTINGS, noteCore, SECURED } from './secured.js';

const DIST = path.join(import.meta.dirname, '..');

export interface ChannelSetting {
  readonly channelId: number;
  readonly currency: string;
  readonly allowFrom?: readonly string[];
  readonly allowAnyAddress?: boolean;
  readonly allowShortKeys?: boolean;
  readonly loginsPerMinute?: number;
  readonly queriesPerMinute?: number;
  readonly timestampToleranceMinutes?: number;
  readonly refundSettledBets?: boolean;
  readonly rotateAccessToken?: boolean;
  readonly accessTokenMinutes?: number;
  readonly failedBets?: 'await-refund' | 'self-refund' | 'reject-payout';
  /**
   * Files of public keys in the system's folder, each of a pair of its own; all channels share one unless they say so. A name
   * may end in the bits of its key, `-1024.pem`; others have 512.
   */
  readonly publicKeys?: readonly string[];
}

const SHARED_KEY = 'ebet.pem';
/** An api-v1 channel; its key is APIV1_KEY. */
export interface Apiv1Setting {
  readonly provider: 'apiv1';
  readonly merchant: string;
  readonly path?: string;
  readonly currency: string;
  readonly allowFrom?: readonly string[];
  readonly checkCloses?: boolean;
  readonly exactDecimals?: 2;
  readonly memberIdPattern?: string;
  readonly transactionIdPattern?: string;
  readonly timestampToleranceSeconds?: number;
}

export const APIV1_KEY = 'the key of the tests';

/** A real process of ours, with the options that an operator starts it with; it says where it listens. */
export class Process {
  readonly child: ChildProcess;
  readonly listening: Promise<string>;
  readonly ended: Promise<number | NodeJS.Signals>;
  output = '';

  /**
   * `cwd` without a configuration file, and none in the environment: the development set-up. `file`: another main module,
   * of a test.
   */
  constructor(
    name: 'wallet-core' | 'gateway',
    environment: Readonly<Record<string, string>>,
    cwd = process.cwd(),
    file = path.join(DIST, name, 'main.js'),
  ) {
    const env = { ...process.env, NODE_ENV: 'test', ...environment };
    this.child = spawn(process.execPath, [...NODE_OPTIONS[name], file], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (text: Buffer) => (this.output += text.toString()));
    }
    // Not 'exit', behind which some of its output may still come.
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(signal ?? code ?? 0)));
    this.listening = new Promise((resolve, reject) => {
      this.child.on('message', ({ listening }: { listening: string }) => {
        if (name === 'wallet-core') noteCore(listening, env, cwd, this.ended);
        resolve(listening);
      });
      void this.ended.then((end) => reject(new Error(`${name} ended (${end}) before it listened:\n${this.output}`)));
    });
    this.listening.catch(() => {});
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.child.kill(signal);
    return this.ended;
  }

  /** Waits until its output has a line with this, to its end. */
  async prints(text: string): Promise<void> {
    while (!this.output.slice(0, this.output.lastIndexOf('\n') + 1).includes(text)) {
      const more = once(this.child.stdout ?? this.child, 'data').then(() => true);
      const goesOn = await Promise.race([more, this.ended.then(() => false)]);
      if (!goesOn && !this.output.includes(text)) throw new Error(`"${text}" is not in the output:\n${this.output}`);
    }
  }
}

/** gRPC clients of a running wallet-core, as promises. */
export class Clients {
  readonly posting: PostingServiceClient;
  readonly queries: QueryServiceClient;
  readonly accounts: AccountServiceClient;
  readonly operations: OperationsServiceClient;
  readonly tokens: AccessServiceClient;

  /** `access`: with what it is reached, and what is shown to it. */
  constructor(
    readonly address: string,
    access = clientAccess(address),
  ) {
    this.posting = new PostingServiceClient(address, ...access);
    this.queries = new QueryServiceClient(address, ...access);
    this.accounts = new AccountServiceClient(address, ...access);
    this.tokens = new AccessServiceClient(address, ...access);
    this.operations = new OperationsServiceClient(address, ...access);
  }

  close(): void {
    for (const client of [this.posting, this.queries, this.accounts, this.operations, this.tokens]) client.close();
  }

  /** Posts one movement of demo in CNY on the channel platform/test, unless told otherwise. */
  async post(movement: Partial<NewMovement>, channel = 'platform/test'): Promise<Result> {
    return this.postAll([movement], channel);
  }

  async postAll(movements: readonly Partial<NewMovement>[], channel = 'platform/test'): Promise<Result> {
    const value = { movements: movements.map((movement) => ({ ...MOVEMENT, ...movement })) };
    const command = { channel, timeoutMs: 0, request: Buffer.alloc(0), body: { $case: 'movements' as const, value } };
    const { result } = await call<PostResponse>((done) => this.posting.post({ command }, done));
    if (!result) throw new Error('no result');
    return result;
  }

  async open(player: string, currency: string): Promise<void> {
    await call<unknown>((done) => this.accounts.openAccount({ playerId: player, currency }, done));
  }

  async openChannel(channel: string): Promise<void> {
    await call<unknown>((done) => this.accounts.openChannel({ channel }, done));
  }

  /** Begins or ends the maintenance of a channel; whether that changed anything. */
  async setMaintenance(channel: string, maintenance: boolean, note = ''): Promise<boolean> {
    const request = { channel, maintenance, note };
    return (await call<SetMaintenanceResponse>((done) => this.accounts.setMaintenance(request, done))).changed;
  }

  async balance(player = 'demo', currency = 'CNY'): Promise<string> {
    const request = { playerId: player, currency };
    return (await call<GetBalanceResponse>((done) => this.queries.getBalance(request, done))).balance;
  }

  /** All records of movements and refusals, oldest first. */
  async movements(filter: { playerId?: string; channel?: string; round?: string } = {}): Promise<Movement[]> {
    const all: Movement[] = [];
    let pageToken = '';
    do {
      const page = await call<ListMovementsResponse>((done) =>
        this.queries.listMovements({ ...LIST, ...filter, pageToken }, done),
      );
      all.push(...page.movements);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return all.reverse();
  }
}

const LIST = { playerId: '', currency: '', channel: '', round: '', kinds: [], fromMs: 0n, toMs: 0n, pageSize: 1000 };

export const MOVEMENT: NewMovement = {
  playerId: 'demo',
  currency: 'CNY',
  kind: Kind.BET,
  amount: '-80.00',
  reference: 'bet-1',
  round: 'round-1',
  roundUnsigned: false,
  providerType: '',
  names: [],
  withholding: false,
  wager: false,
};

/** A unary call as a promise; a status other than OK rejects. */
export function call<Response>(
  run: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => run((error, response) => (error ? reject(error) : resolve(response))));
}

/** An answer of the gateway: the exact text and what JSON.parse makes of it. */
export interface HttpAnswer {
  readonly http: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/**
 * The real system in two processes with a folder, keys and a configuration file of its own. The ledger has the channels,
 * platform/test, and nobody else.
 */
export class System {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-'));
  /** Private keys by the file of their public half. */
  readonly #keys = new Map<string, KeyObject>();
  readonly #environment: Record<string, string>;
  core!: Process;
  gateway!: Process;
  clients!: Clients;
  url!: string;
  /** Another main module of wallet-core from its next start on, of a test. */
  coreMain: string | undefined;

  private constructor(
    channels: readonly (ChannelSetting | Apiv1Setting)[],
    environment: Readonly<Record<string, string>>,
    readonly trustedProxies: readonly string[],
    readonly https: boolean,
  ) {
    this.#configure(channels);
    this.#environment = {
      SINGLE_WALLET_CONFIG: this.#file,
      GATEWAY_LISTEN: '',
      WALLET_CORE_LISTEN: '',
      SINGLE_WALLET_DATA: '',
      ...environment,
    };
  }

  /**
   * `unopened`: ids or merchants of channels that are configured but that the ledger has not. `environment`: what both processes have
   * in theirs beside ours. `https`: false where so many connections come that their keys would be what is measured.
   */
  static async start(
    channels: readonly (ChannelSetting | Apiv1Setting)[] = [{ channelId: 1, currency: 'CNY' }],
    unopened: readonly (number | string)[] = [],
    environment: Readonly<Record<string, string>> = {},
    trustedProxies: readonly string[] = [],
    https = SECURED,
  ): Promise<System> {
    const system = new System(channels, environment, trustedProxies, https);
    await system.startCore();
    await system.startGateway();
    await system.clients.openChannel('platform/test');
    for (const channel of channels) {
      const id = 'merchant' in channel ? channel.merchant : channel.channelId;
      if (!unopened.includes(id)) await system.clients.openChannel(nameOf(channel));
    }
    return system;
  }

  /** `listen`: where a core that was stopped listened before, so that the gateway finds it again. */
  async startCore(listen = ''): Promise<void> {
    const environment = { ...this.#environment, WALLET_CORE_LISTEN: listen };
    this.core = new Process('wallet-core', environment, undefined, this.coreMain);
    const address = await this.core.listening;
    if (!listen) this.clients = new Clients(address);
  }

  /** `core`: where it finds wallet-core, if not at its own address; `listen`: where it listened before. */
  async startGateway(core = this.clients.address, listen = ''): Promise<void> {
    const addresses = { WALLET_CORE_ADDRESS: core, ...(listen ? { GATEWAY_LISTEN: listen } : {}) };
    this.gateway = new Process('gateway', { ...this.#environment, ...addresses });
    this.url = `${this.https ? 'https' : 'http'}://${await this.gateway.listening}`;
  }

  /** Stops the gateway and starts it with channels that are configured otherwise. */
  async restartGateway(channels: readonly (ChannelSetting | Apiv1Setting)[]): Promise<void> {
    await this.gateway.stop();
    this.#configure(channels);
    await this.startGateway();
  }

  /** Stops wallet-core and starts it again where the gateway finds it. */
  async restartCore(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.core.stop(signal);
    await this.startCore(this.clients.address);
    while ((await this.post('/netCheck', '')).json.status !== 200);
  }

  /** host:port */
  get gatewayAddress(): string {
    return new URL(this.url).host;
  }

  get #file(): string {
    return path.join(this.folder, 'single-wallet.yaml');
  }

  #configure(settings: readonly (ChannelSetting | Apiv1Setting)[]): void {
    const channels = settings.map((channel) => ({ provider: 'ebet', ...keyOf(channel), ...channel }));
    for (const file of channels.flatMap(({ publicKeys }) => publicKeys ?? [])) this.#makeKey(file);
    writeFileSync(path.join(this.folder, 'apiv1.key'), `${APIV1_KEY}\n`);
    const gateway = {
      ...GATEWAY_SETTINGS,
      ...(this.https ? HTTPS_SETTINGS : {}),
      allowPlainHttpBeyondLoopback: true,
      trustedProxies: this.trustedProxies,
      channels,
    };
    writeFileSync(this.#file, stringify({ data: 'data', walletCore: CORE_SETTINGS, gateway }));
  }

  #makeKey(file: string): void {
    if (this.#keys.has(file)) return;
    const modulusLength = Number(/-(\d+)\.pem$/.exec(file)?.[1] ?? 512);
    const pair = generateKeyPairSync('rsa', { modulusLength });
    this.#keys.set(file, pair.privateKey);
    writeFileSync(path.join(this.folder, file), pair.publicKey.export({ type: 'spki', format: 'pem' }));
  }

  /** Opens an account and puts money into it through platform/test. */
  async player(player = 'demo', currency = 'CNY', money = '10000.00'): Promise<void> {
    await this.clients.open(player, currency);
    if (Number(money) === 0) return;
    const reference = `deposit-${player}-${currency}`;
    await this.clients.post({ playerId: player, currency, kind: Kind.DEPOSIT, amount: money, reference, round: '' });
  }

  /** POSTs exactly this text. */
  async post(endpoint: string, body: string): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(this.url + endpoint, { method: 'POST', headers, body });
    const text = await response.text();
    return { http: response.status, text, json: jsonOf(text) };
  }

  /** The signature of a text, as eBET makes it; `file` has the public half of the key. */
  sign(text: string, file = SHARED_KEY): string {
    const key = this.#keys.get(file);
    if (!key) throw new Error(`there is no key ${file}`);
    return sign('RSA-MD5', Buffer.from(text), key).toString('base64');
  }

  /** The private key that all channels share unless they say so, as PEM. */
  get privateKey(): string {
    const key = this.#keys.get(SHARED_KEY);
    if (!key) throw new Error(`there is no key ${SHARED_KEY}`);
    return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  async stop(): Promise<void> {
    this.clients.close();
    await this.gateway.stop('SIGKILL');
    await this.core.stop('SIGKILL');
    rmSync(this.folder, { recursive: true });
  }
}

function keyOf(channel: ChannelSetting | Apiv1Setting) {
  return 'merchant' in channel ? { keyFile: 'apiv1.key' } : { publicKeys: [SHARED_KEY] };
}

/** The channel's name in the ledger. */
function nameOf(channel: ChannelSetting | Apiv1Setting): string {
  return 'merchant' in channel ? `apiv1/${channel.merchant}` : `ebet/${channel.channelId}`;
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
