import { existsSync, readFileSync } from 'node:fs';
import type { ChannelCredentials, ClientOptions } from '@grpc/grpc-js';
import { type Command, Option } from 'commander';
import { bearer } from '../../bearer.js';
import { isLoopback, messageOf } from '../../config.js';
import { hostOf, transportTo } from '../../transport.js';
import { hasToken, readTokenFile } from '../../token-file.js';
import { configured } from './configured.js';

/** How a command that asks wallet-core reaches it, and with what it shows who asks. */
export interface ServerOptions {
  readonly address?: string | undefined;
  readonly tokenFile?: string;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly allowPlainTokenBeyondLoopback?: boolean;
}

const DEFAULT_ADDRESS = '127.0.0.1:50051';

/** The heading of these options in the help of a command. */
export const REACHED = 'How wallet-core is reached:';

/** Adds what says how wallet-core is reached to the options of a command. */
export function withServerOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--address <host:port>',
        `where wallet-core answers (default: as the configuration says, with its certificates; else ${DEFAULT_ADDRESS})`,
      )
        .env('WALLET_CORE_ADDRESS')
        .helpGroup(REACHED),
    )
    .addOption(
      new Option(
        '--token-file <file>',
        'a file with a token of the role operate (default, to this machine: operator.token in the data folder, if it is there)',
      )
        .env('WALLET_CORE_TOKEN_FILE')
        .helpGroup(REACHED),
    )
    .addOption(
      new Option('--ca <file>', 'speak TLS: who certifies wallet-core, PEM').env('WALLET_CORE_CA').helpGroup(REACHED),
    )
    .addOption(
      new Option('--cert <file>', 'with --ca: the certificate to show, PEM').env('WALLET_CORE_CERT').helpGroup(REACHED),
    )
    .addOption(new Option('--key <file>', 'with --cert: its key, PEM').env('WALLET_CORE_KEY').helpGroup(REACHED))
    .addOption(
      new Option(
        '--allow-plain-token-beyond-loopback',
        'without --ca, send the token to another machine although everybody on the way can read it',
      ).helpGroup(REACHED),
    );
}

/** What every client of the command line is made with. */
export type Connection = readonly [string, ChannelCredentials, ClientOptions];

/** The one place that says how the command line reaches wallet-core. Throws an Error for a person. */
export function connectionTo(given: ServerOptions): Connection {
  const known = configured();
  // Who says where to ask says also how: the certificates of this machine are those of its own wallet-core.
  const server = { ...(given.address === undefined ? known : undefined), ...given };
  const { address = DEFAULT_ADDRESS, ca, cert, key } = server;
  // Nor is its token for another: whoever has it may do everything here.
  const own = address === known?.address || isLoopback(hostOf(address)) ? known?.token : undefined;
  const token = tokenFor({ ...server, address }, own);
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
function tokenFor(
  { address, tokenFile, ca, allowPlainTokenBeyondLoopback }: ServerOptions & { readonly address: string },
  own: string | undefined,
): string | undefined {
  if (ca !== undefined || allowPlainTokenBeyondLoopback || isLoopback(hostOf(address))) {
    return tokenFile === undefined ? ownToken(own) : readToken(tokenFile);
  }
  if (tokenFile === undefined) return undefined;
  throw new Error(
    `--token-file: everybody on the way to ${address} could read the token; expected --ca with who certifies wallet-core; ` +
      '--allow-plain-token-beyond-loopback lifts that where the network itself lets nobody else in',
  );
}

/** What a wallet-core on this machine made for whoever may read its data folder; without a configuration there is none. */
function ownToken(file: string | undefined): string | undefined {
  return file !== undefined && existsSync(file) ? readToken(file) : undefined;
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
