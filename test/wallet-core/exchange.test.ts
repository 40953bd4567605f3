import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ClientDuplexStream, type StatusObject, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { pino } from 'pino';
import {
  type ExchangeRequest,
  type ExchangeResponse,
  ExchangeServiceClient,
} from '../../proto/gen/wallet/v1/exchange.js';
import type { Command } from '../../proto/gen/wallet/v1/posting.js';
import { startCore, type Core } from '../../wallet-core/core.js';
import { clientAccess } from '../secured.js';
import { Clients } from '../system.js';
import { CHANNEL, deposit, movements, words } from './core.js';

/** An answer in words: "APPLIED, REFUSED FROZEN", "10.00", "NOT_FOUND". */
function said({ body }: ExchangeResponse): string {
  switch (body?.$case) {
    case 'post':
      return body.value.results.map(words).join(', ');
    case 'balance':
      return body.value.balance;
    case 'failure':
      return `${status[body.value.code]}: ${body.value.message}`;
    case undefined:
      return 'nothing';
  }
}

/** One call, whose answers are taken as they come. */
class Exchange {
  readonly call: ClientDuplexStream<ExchangeRequest, ExchangeResponse>;
  readonly status: Promise<string>;
  readonly #answers: AsyncIterator<ExchangeResponse, undefined>;

  constructor(client: ExchangeServiceClient) {
    this.call = client.exchange();
    this.status = new Promise((resolve) => {
      this.call.once('status', ({ code }: StatusObject) => resolve(status[code]));
    });
    // It comes with a status.
    this.call.on('error', () => {});
    this.#answers = this.call[Symbol.asyncIterator]() as AsyncIterator<ExchangeResponse, undefined>;
  }

  post(id: number, ...commands: readonly Command[]): void {
    this.call.write({ id, body: { $case: 'post', value: { commands: [...commands] } } });
  }

  balance(id: number, playerId = 'demo'): void {
    this.call.write({ id, body: { $case: 'balance', value: { playerId, currency: 'CNY' } } });
  }

  /** The next answer, as "id: words". */
  async next(): Promise<string> {
    const next: IteratorResult<ExchangeResponse, undefined> = await this.#answers.next();
    return next.done === true ? 'closed' : `${next.value.id}: ${said(next.value)}`;
  }
}

describe('an exchange', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'exchange-'));
  const hold = path.join(folder, 'hold');
  const heldUp = () => movements({ reference: 'held-up', round: hold, amount: '0' });
  let core: Core;
  let clients: Clients;
  let client: ExchangeServiceClient;

  beforeEach(async () => {
    core = await startCore({
      data: path.join(folder, 'data'),
      listen: { host: '127.0.0.1', port: 0 },
      log: pino({ level: 'silent' }),
      onFatal: (error) => {
        throw error;
      },
      rules: new URL('../gateway/waiting-rules.js', import.meta.url),
    });
    clients = new Clients(`127.0.0.1:${core.port}`);
    client = new ExchangeServiceClient(clients.address, ...clientAccess(clients.address));
    await clients.openChannel(CHANNEL);
    await clients.open('demo', 'CNY');
  });
  afterEach(async () => {
    rmSync(hold, { force: true });
    client.close();
    clients.close();
    await core.stop();
    rmSync(path.join(folder, 'data'), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true }));

  it('answers each request by its number, as soon as it is decided', async () => {
    const exchange = new Exchange(client);
    exchange.post(7, deposit('10.00', 'deposit-1'), movements({ amount: '-4.00' }), movements({ amount: '-4.00' }));
    expect(await exchange.next()).to.equal('7: APPLIED, APPLIED, APPLIED');
    writeFileSync(hold, '');
    exchange.post(8, heldUp());
    exchange.balance(9);
    expect(await exchange.next()).to.equal('9: 6.00');
    rmSync(hold);
    expect(await exchange.next()).to.equal('8: APPLIED');
    exchange.call.end();
    expect(await exchange.next()).to.equal('closed');
    expect(await exchange.status).to.equal('OK');
  });

  it('goes on after a request that fails', async () => {
    const exchange = new Exchange(client);
    exchange.call.write({ id: 1, body: undefined });
    expect(await exchange.next()).to.equal('1: INVALID_ARGUMENT: body: is missing; expected post or balance');
    exchange.post(2);
    expect(await exchange.next()).to.equal('2: INVALID_ARGUMENT: commands: has 0; expected 1 to 1000');
    exchange.balance(3, 'nobody');
    expect(await exchange.next()).to.equal('3: NOT_FOUND: player_id: nobody has no account in CNY');
    exchange.balance(4);
    expect(await exchange.next()).to.equal('4: 0.00');
    exchange.call.cancel();
  });

  it('that is cancelled takes back what has not been begun', async () => {
    writeFileSync(hold, '');
    const exchange = new Exchange(client);
    exchange.post(1, heldUp());
    exchange.post(2, deposit('10.00', 'deposit-1'));
    exchange.balance(3);
    // Both are read by then, and the first is with the writer.
    expect(await exchange.next()).to.equal('3: 0.00');
    exchange.call.cancel();
    expect(await exchange.status).to.equal('CANCELLED');
    // It is heard of, like a call after it.
    await clients.balance();
    rmSync(hold);
    await clients.post({ reference: 'bet-2', amount: '0' });
    const references = (await clients.movements()).map(({ reference }) => reference);
    expect(references).to.deep.equal(['held-up', 'bet-2']);
  });

  it('is closed by a wallet-core that stops, once it has answered what it has read', async () => {
    writeFileSync(hold, '');
    const [busy, idle] = [new Exchange(client), new Exchange(client)];
    idle.balance(1);
    expect(await idle.next()).to.equal('1: 0.00');
    busy.post(2, heldUp());
    busy.balance(3);
    expect(await busy.next()).to.equal('3: 0.00');
    const stopped = core.stop();
    expect(await idle.next()).to.equal('closed');
    rmSync(hold);
    expect([await busy.next(), await busy.next()]).to.deep.equal(['2: APPLIED', 'closed']);
    expect([await idle.status, await busy.status]).to.deep.equal(['OK', 'OK']);
    await stopped;
  });

  it('answers all also to somebody who reads his answers late', async () => {
    const exchange = new Exchange(client);
    const asked = 2_000;
    for (let id = 1; id <= asked; id += 1) exchange.balance(id);
    exchange.call.end();
    let answered = 0;
    while ((await exchange.next()) !== 'closed') answered += 1;
    expect(answered).to.equal(asked);
  });
});
