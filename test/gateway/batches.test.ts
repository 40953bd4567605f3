import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import { expect } from 'chai';
import { pino } from 'pino';
import { Batches, type Ask } from '../../gateway/batches.js';
import { Outcome } from '../../proto/gen/wallet/v1/movement.js';
import { PostingServiceClient, type PostBatchRequest } from '../../proto/gen/wallet/v1/posting.js';
import { startCore, type Core } from '../../wallet-core/core.js';
import { clientAccess } from '../secured.js';
import { Clients, MOVEMENT } from '../system.js';

/** How many callbacks make a batch that goes beside another. */
const BESIDE_MIN = 24;
const CHANNEL = 'platform/test';
const log = pino({ level: 'silent' });

function zero(reference: string, round = ''): Ask {
  const value = { movements: [{ ...MOVEMENT, amount: '0', reference, round }] };
  return { channel: CHANNEL, request: Buffer.alloc(0), body: { $case: 'movements', value } };
}

describe('batches of callbacks', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'batches-'));
  const hold = path.join(folder, 'hold');
  let core: Core;
  let clients: Clients;

  before(async () => {
    const onFatal = (error: Error) => {
      throw error;
    };
    const listen = { host: '127.0.0.1', port: 0 };
    const rules = new URL('./waiting-rules.js', import.meta.url);
    core = await startCore({ data: path.join(folder, 'data'), listen, log, onFatal, rules });
    clients = new Clients(`127.0.0.1:${core.port}`);
    await clients.openChannel(CHANNEL);
    await clients.open('demo', 'CNY');
  });

  after(async () => {
    clients.close();
    await core.stop();
    rmSync(folder, { recursive: true });
  });

  it('go one after the other, a second beside the first once 24 callbacks wait, and no third', async () => {
    writeFileSync(hold, '');
    const sizes: number[] = [];
    const noting: Interceptor = (options, nextCall) =>
      new InterceptingCall(nextCall(options), {
        sendMessage: (message: PostBatchRequest, next) => {
          sizes.push(message.commands.length);
          next(message);
        },
      });
    const [credentials] = clientAccess(clients.address);
    const client = new PostingServiceClient(clients.address, credentials, { interceptors: [noting] });
    const batches = new Batches(client, log);
    const asker = { deadline: performance.now() + 60_000, traceId: '', walletCoreMs: 0, failedWith: undefined };
    let posted = 0;
    const post = (count: number) =>
      Array.from({ length: count }, () => batches.post(zero(`zero-${(posted += 1)}`), asker));

    const all = [batches.post(zero('held-up', hold), asker)];
    expect(sizes).to.deep.equal([1]);
    all.push(...post(BESIDE_MIN - 1));
    expect(sizes).to.deep.equal([1]);
    all.push(...post(1));
    expect(sizes).to.deep.equal([1, BESIDE_MIN]);
    all.push(...post(2 * BESIDE_MIN));
    expect(sizes).to.deep.equal([1, BESIDE_MIN]);

    rmSync(hold);
    const outcomes = (await Promise.all(all)).map((result) => result?.outcome);
    expect(outcomes).to.deep.equal(outcomes.map(() => Outcome.APPLIED));
    expect(sizes).to.deep.equal([1, BESIDE_MIN, 2 * BESIDE_MIN]);
    client.close();
  });
});
