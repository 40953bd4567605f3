import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import type { ChannelCredentials, ClientOptions } from '@grpc/grpc-js';
import { bearer } from '../bearer.js';
import { readSetup, type Environment } from '../config.js';
import { type ClientFiles, transportTo } from '../transport.js';

/** Set by `npm run test:secured`: the folder of the certificates that its systems have. */
export const CERTIFICATES = 'TEST_CERTIFICATES';

/** The names of the files in that folder. One pair serves both processes and all their callers. */
export const FILES = { ca: 'ca.pem', certificate: 'own.pem', key: 'own.key' } as const;

const folder = process.env[CERTIFICATES];
const at = (name: keyof typeof FILES) => path.join(folder ?? '', FILES[name]);
const files = folder ? { ca: at('ca'), certificate: at('certificate'), key: at('key') } : undefined;

/** Whether the systems of this run have TLS, certificates of their callers, and tokens. */
export const SECURED = files !== undefined;

const pair = files && { certificate: files.certificate, key: files.key };

/** The section walletCore of every test that says nothing else. */
export const CORE_SETTINGS = {
  listen: '127.0.0.1:0',
  // It takes a seventh of each start; what asks it sets it.
  reflection: 'off',
  ...(files ? { tokens: 'required', tls: pair, clientCa: files.ca } : { tokens: 'off' }),
};

/** The same for the section gateway: what it needs to reach such a wallet-core. */
export const GATEWAY_SETTINGS = {
  listen: '127.0.0.1:0',
  ...(files ? { walletCoreCa: files.ca, walletCoreTls: pair } : {}),
};

/** Who an act is recorded of that somebody with the operator's token did and called himself so. */
export function recordedAs(name: string): string {
  return SECURED ? `operator.token as ${name}` : name;
}

/** And of one that he did without saying who he is; undefined: nobody knows. */
export const UNNAMED = SECURED ? { name: 'operator.token', reason: 'no reason was given' } : undefined;

/** With these it speaks HTTPS. */
export const HTTPS_SETTINGS = pair ? { tls: pair } : {};

/** The wallet-cores of this run that are secured, by where they listen: the file with the token of their operator, '' if they want none. */
const tokenFiles = new Map<string, string>();

/** Notes how a wallet-core that was started is reached, until it ends. */
export function noteCore(address: string, environment: Environment, cwd: string, ended: Promise<unknown>): void {
  const { content, data } = readSetup(environment, cwd);
  const { walletCore } = content as { walletCore?: { tls?: { certificate: string } } };
  if (!files || walletCore?.tls?.certificate !== files.certificate) return;
  const token = path.join(data, 'operator.token');
  tokenFiles.set(address, existsSync(token) ? token : '');
  void ended.then(() => tokenFiles.delete(address));
}

/** With what a client reaches wallet-core. `token`: what it shows; '': nothing; by default, where tokens are required, the operator's. */
export function clientAccess(address: string, token?: string): readonly [ChannelCredentials, ClientOptions] {
  const file = tokenFiles.get(address);
  const shown = token ?? (file ? readFileSync(file, 'utf8').trim() : '');
  const [transport, options] = transportTo(address, file === undefined ? undefined : clientFiles());
  return [transport, { ...options, interceptors: shown === '' ? [] : [bearer(shown)] }];
}

/** The same for the command line, in its environment. */
export function commandAccess(args: readonly string[]): Readonly<Record<string, string>> {
  const tokenFile = tokenFiles.get(args[args.indexOf('--address') + 1] ?? '');
  if (!files || tokenFile === undefined) return {};
  const { ca, certificate, key } = files;
  return {
    ...(tokenFile && { WALLET_CORE_TOKEN_FILE: tokenFile }),
    WALLET_CORE_CA: ca,
    WALLET_CORE_CERT: certificate,
    WALLET_CORE_KEY: key,
  };
}

/** A connection to a gateway, for what no client of HTTP would send. */
export function dial(url: string): net.Socket {
  const { hostname: host, port, protocol } = new URL(url);
  return protocol === 'https:' ? tls.connect({ host, port: Number(port), ...own() }) : net.connect(Number(port), host);
}

/** The request of node:http or node:https, for headers that fetch does not send. */
export function ask(url: string, ...rest: [http.RequestOptions, ((answer: http.IncomingMessage) => void)?]) {
  return (url.startsWith('https:') ? https : http).request(url, ...rest);
}

/** A connection to a wallet-core on which HTTP/2 can be read, and a server for such connections. */
export function dialCore(host: string, port: number): net.Socket {
  return files ? tls.connect({ host, port, ...own(), ALPNProtocols: ['h2'] }) : net.connect(port, host);
}

export function coreServer(onConnection: (socket: net.Socket) => void): net.Server {
  return files ? tls.createServer({ ...own(), ALPNProtocols: ['h2'] }, onConnection) : net.createServer(onConnection);
}

function own(): { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer } {
  if (!files) throw new Error('there are no certificates');
  return { ca: readFileSync(files.ca), cert: readFileSync(files.certificate), key: readFileSync(files.key) };
}

function clientFiles(): ClientFiles {
  const { ca, cert, key } = own();
  return { authorities: ca, certificate: cert, key };
}
