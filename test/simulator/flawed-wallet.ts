import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { balanceCheck, balanceUpdate, transactionCheck, type ApiV1Answer, type ApiV1Channel } from './flawed/api-v1.js';
import { ebetEndpoints, nameOf, type EbetOptions } from './flawed/ebet.js';
import type { Endpoint } from './flawed/endpoint.js';
import type { Flaw } from './flawed/flaws.js';
import { readJson, writeJson, type JsonObject } from './flawed/json.js';
import { Ledger } from './flawed/ledger.js';
import { Logins, type Login } from './flawed/logins.js';

export interface FlawedWalletOptions {
  readonly flaws?: ReadonlySet<Flaw>;
  readonly ebet?: EbetOptions;
  readonly apiV1?: { readonly key: string };
  /** What they have, in cents. */
  readonly players: Readonly<Record<string, bigint>>;
  readonly logins?: Readonly<Record<string, Login>>;
  readonly frozen?: readonly string[];
}

export interface FlawedWallet {
  readonly url: string;
  readonly endSessions: (player: string) => void;
  readonly stop: () => Promise<void>;
}

/**
 * A wallet as an operator writes it by hand from both protocol pages, in one process and in memory, with the mistakes
 * that are asked for. It shares no code with the product, nor with what tests it.
 */
export async function startFlawedWallet(options: FlawedWalletOptions): Promise<FlawedWallet> {
  const flawed = (flaw: Flaw) => options.flaws?.has(flaw) ?? false;
  const { failedBets = 'await-refund', maintenanceChannelId } = options.ebet ?? {};
  const maintained = nameOf(maintenanceChannelId);
  const ledger = new Ledger({ flawed, failedBets, maintained, frozen: options.frozen ?? [] }, options.players);
  const logins = new Logins(options.logins ?? {});
  const endpoints = new Map<string, Endpoint>([
    ...ebetEndpoints(options.ebet, ledger, logins, flawed),
    ...apiV1Endpoints(options.apiV1, ledger, flawed),
  ]);

  const server = createServer((request, response) => {
    serve(request, response, endpoints).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, endSessions: (player) => logins.endAll(player), stop };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  endpoints: ReadonlyMap<string, Endpoint>,
): Promise<void> {
  const endpoint = endpoints.get(request.url ?? '');
  const bytes = await bodyOf(request);
  if (!endpoint) response.writeHead(404).end();
  else if (request.method !== 'POST') response.writeHead(405, { allow: 'POST' }).end();
  else if (!bytes) response.writeHead(413, { connection: 'close' }).end();
  else {
    const { http, body } = endpoint(bytes);
    response.writeHead(http, { 'content-type': 'application/json' }).end(writeJson(body));
  }
}

const BYTES_MAX = 2 ** 20;

/** Undefined if it is too large; empty if the caller has gone. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      // The rest of a body that is too large is read all the same, or its sender would not see the answer.
      if (size <= BYTES_MAX) chunks.push(chunk);
    }
  } catch {
    return new Uint8Array();
  }
  return size > BYTES_MAX ? undefined : Buffer.concat(chunks);
}

function apiV1Endpoints(
  options: FlawedWalletOptions['apiV1'],
  ledger: Ledger,
  flawed: ApiV1Channel['flawed'],
): [string, Endpoint][] {
  if (!options) return [];
  const channel: ApiV1Channel = { key: options.key, name: 'apiv1', ledger, flawed };
  const on = (answer: (body: JsonObject, channel: ApiV1Channel) => ApiV1Answer) => (bytes: Uint8Array) => {
    const read = readJson(bytes);
    if (!read || !(read.value instanceof Map)) return { http: 400, body: { status: 2, error_code: 'OTHERS' } };
    const isTwofold = read.duplicateKey && !flawed('duplicate-keys-accepted');
    return { http: 200, body: isTwofold ? { status: 2, error_code: 'OTHERS' } : answer(read.value, channel) };
  };
  return [
    ['/api-v1/balance-check', on(balanceCheck)],
    ['/api-v1/balance-update', on(balanceUpdate)],
    ['/api-v1/transaction-check', on(transactionCheck)],
  ];
}
