import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChannelCredentials, ClientOptions } from '@grpc/grpc-js';
import { type Command, Option } from 'commander';
import { bearer } from '../../bearer.js';
import { ConfigError, isLoopback, messageOf, readSetup } from '../../config.js';
import { hostOf, transportTo } from '../../transport.js';
import { hasToken, readTokenFile } from '../../token-file.js';

/** How a command that asks wallet-core reaches it, and with what it shows who asks. */
export interface ServerOptions {
  readonly address: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly allowPlainTokenBeyondLoopback?: boolean;
}

/** Adds what says how wallet-core is reached to the options of a command. */
export function withServerOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--address <host:port>', 'where wallet-core answers')
        .env('WALLET_CORE_ADDRESS')
        .default('127.0.0.1:50051'),
    )
    .addOption(
      new Option(
        '--token-file <file>',
        'a file with a token of the role operate (default, with --ca or to this machine: operator.token in the data folder, if it is there)',
      ).env('WALLET_CORE_TOKEN_FILE'),
    )
    .addOption(new Option('--ca <file>', 'speak TLS: who certifies wallet-core, PEM').env('WALLET_CORE_CA'))
    .addOption(new Option('--cert <file>', 'with --ca: the certificate to show, PEM').env('WALLET_CORE_CERT'))
    .addOption(new Option('--key <file>', 'with --cert: its key, PEM').env('WALLET_CORE_KEY'))
    .option(
      '--allow-plain-token-beyond-loopback',
      'without --ca, send the token to another machine although everybody on the way can read it',
    );
}

/** What every client of the command line is made with. */
export type Connection = readonly [string, ChannelCredentials, ClientOptions];

/** The one place that says how the command line reaches wallet-core. Throws an Error for a person. */
export function connectionTo(server: ServerOptions): Connection {
  const { address, ca, cert, key } = server;
  const token = tokenFor(server);
  const options = {
    // A proxy that the environment names is for the world outside.
    'grpc.enable_http_proxy': 0,
    interceptors: token === undefined ? [] : [bearer(token)],
  };
  const authorities = bytesOf('--ca', ca);
  const files = authorities && { authorities, certificate: bytesOf('--cert', cert), key: bytesOf('--key', key) };
  const [credentials, transport] = transportTo(address, files ?? undefined);
  return [address, credentials, { ...options, ...transport }];
}

/** What is shown to that address: never what others on the way could read, unless that is allowed. */
function tokenFor({ address, tokenFile, ca, allowPlainTokenBeyondLoopback }: ServerOptions): string | undefined {
  if (ca !== undefined || allowPlainTokenBeyondLoopback || isLoopback(hostOf(address))) {
    return tokenFile === undefined ? ownToken() : readToken(tokenFile);
  }
  if (tokenFile === undefined) return undefined;
  throw new Error(
    `--token-file: everybody on the way to ${address} could read the token; expected --ca with who certifies wallet-core; ` +
      '--allow-plain-token-beyond-loopback lifts that where the network itself lets nobody else in',
  );
}

/** What a wallet-core on this machine made for whoever may read its data folder. */
function ownToken(): string | undefined {
  try {
    const file = path.join(readSetup().data, 'operator.token');
    return existsSync(file) ? readToken(file) : undefined;
  } catch (error) {
    // Without a configuration, or one that another process must mend, there is no such folder.
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function readToken(file: string): string {
  if (hasToken(file)) throw new Error('--token-file: is a token itself; expected the name of a file that holds it');
  try {
    const token = readTokenFile(file);
    if (token !== undefined) return token;
  } catch (error) {
    throw new Error(`--token-file: ${file} cannot be read (${messageOf(error)})`, { cause: error });
  }
  throw new Error(`--token-file: ${file} has no token; expected one that single-wallet token create printed`);
}

function bytesOf(option: string, file: string | undefined): Buffer | null {
  try {
    return file === undefined ? null : readFileSync(file);
  } catch (error) {
    throw new Error(`${option}: ${String(file)} cannot be read (${messageOf(error)})`, { cause: error });
  }
}
