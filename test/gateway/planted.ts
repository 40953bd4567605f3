import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { AddressList } from '../../gateway/address-list.js';
import { startGateway } from '../../gateway/app.js';
import type { GatewayConfig } from '../../gateway/config.js';
import { HTTP_LIMITS, type HttpLimits } from '../../gateway/http-server.js';
import { startCore, type Core } from '../../wallet-core/core.js';
import { Clients, type HttpAnswer } from '../system.js';
import type { Target } from './ebet.js';

/** Both halves in this process, so that other rules can be planted. */
export class Planted implements Target {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-'));
  readonly #pair = generateKeyPairSync('rsa', { modulusLength: 512 });
  clients!: Clients;
  #core!: Core;
  #gateway!: Awaited<ReturnType<typeof startGateway>>;

  /** What both have written into their logs. */
  log = '';

  /** `allowFrom`: from where the provider calls; left out: from everywhere. */
  async start(rules?: URL, limits: Partial<HttpLimits> = {}, allowFrom?: AddressList): Promise<void> {
    const log = pino({ level: 'warn' }, { write: (line: string) => void (this.log += line) });
    const onFatal = (error: Error) => {
      throw error;
    };
    const listen = { host: '127.0.0.1', port: 0 };
    const data = path.join(this.folder, 'data');
    this.#core = await startCore({ data, listen, log, onFatal, ...(rules ? { rules } : {}) });
    this.clients = new Clients(`127.0.0.1:${this.#core.port}`);
    const config = this.#config(listen, this.clients.address, this.#pair.publicKey, allowFrom);
    this.#gateway = await startGateway(config, log, { ...HTTP_LIMITS, ...limits });
  }

  #config(
    listen: GatewayConfig['listen'],
    walletCoreAddress: string,
    publicKey: KeyObject,
    allowFrom: AddressList | undefined,
  ): GatewayConfig {
    const policies = { timestampToleranceMs: 600_000, refundSettledBets: false, failedBets: 'await-refund' as const };
    const rates = { loginsPerMinute: 30, channelLoginsPerMinute: 6_000, queriesPerMinute: 60_000 };
    const trustedProxies = new AddressList([]);
    const channel = {
      provider: 'ebet',
      allowAnyAddress: allowFrom === undefined,
      allowFrom,
      channelId: 1,
      name: 'ebet/1',
      currency: 'CNY',
      publicKeys: [publicKey],
    } as const;
    const logins = { rotateAccessToken: false, accessTokenLifetimeS: 60 };
    const channels = [{ ...channel, ...policies, ...logins, ...rates }];
    const rest = { logLevel: 'silent', walletCoreNamed: true, walletCoreToken: undefined, development: false } as const;
    return { data: this.folder, listen, walletCoreAddress, trustedProxies, channels, ...rest };
  }

  get url(): string {
    return `http://127.0.0.1:${this.#gateway.port}`;
  }

  async post(endpoint: string, body: string): Promise<HttpAnswer> {
    const response = await fetch(this.url + endpoint, { method: 'POST', body });
    const text = await response.text();
    return { http: response.status, text, json: JSON.parse(text) as Record<string, unknown> };
  }

  sign(text: string): string {
    return sign('RSA-MD5', Buffer.from(text), this.#pair.privateKey).toString('base64');
  }

  async stop(): Promise<void> {
    this.clients.close();
    await this.#gateway.stop();
    await this.#core.stop();
  }
}
