import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { pino } from 'pino';
import { Batches, type Ask, type Asker } from '../../gateway/batches.js';
import { Exchange } from '../../gateway/exchange.js';
import { ExchangeServiceClient } from '../../proto/gen/wallet/v1/exchange.js';
import { Outcome } from '../../proto/gen/wallet/v1/movement.js';
import type { Result } from '../../proto/gen/wallet/v1/posting.js';
import { startCore, type Core } from '../../wallet-core/core.js';
import { clientAccess } from '../secured.js';
import { Clients, MOVEMENT } from '../system.js';

/** How many callbacks make a batch that goes beside another. */
const BESIDE_MIN = 32;
/** How many are in a batch at most. */
const BATCH_MAX = 64;
/** What may wait in all, and what a batch takes of it. */
const WAITING_MEGABYTES = 64;
const BATCH_MEGABYTES = 8;
const CHANNEL = 'platform/test';
const log = pino({ level: 'silent' });
const NOTHING = Buffer.alloc(0);
const MEGABYTE = Buffer.alloc(2 ** 20);

function zero(reference: string, request = NOTHING, round = ''): Ask {
  const value = { movements: [{ ...MOVEMENT, amount: '0', reference, round }] };
  return { channel: CHANNEL, request, body: { $case: 'movements', value } };
}

function within(ms: number): Asker {
  return { deadline: performance.now() + ms, traceId: '', walletCoreMs: 0, failedWith: undefined };
}

const outcomesOf = (results: readonly (Result | undefined)[]) => results.map((result) => result?.outcome);
const applied = (count: number) => Array.from({ length: count }, () => Outcome.APPLIED);
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

describe('batches of callbacks', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'batches-'));
  const hold = path.join(folder, 'hold');
  let core: Core;
  let clients: Clients;
  let exchange: Exchange;
  let batches: Batches;
  let exchanges: ExchangeServiceClient;
  /** The references of each batch that went to wallet-core. */
  let sent: string[][];
  const sizes = () => sent.map(({ length }) => length);

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
    exchanges = new ExchangeServiceClient(clients.address, ...clientAccess(clients.address));
    exchange = new Exchange(exchanges, clients.posting, clients.queries);
  });
  beforeEach(() => {
    sent = [];
    const postBatch: Exchange['postBatch'] = (request, ...rest) => {
      const movements = request.commands.flatMap(({ body }) =>
        body?.$case === 'movements' ? body.value.movements : [],
      );
      sent.push(movements.map(({ reference }) => reference));
      exchange.postBatch(request, ...rest);
    };
    batches = new Batches({ postBatch }, log);
    writeFileSync(hold, '');
  });
  // What a failed test has left held up would keep wallet-core from ending.
  afterEach(() => rmSync(hold, { force: true }));
  after(async () => {
    exchange.end();
    exchanges.close();
    clients.close();
    await core.stop();
    rmSync(folder, { recursive: true });
  });

  /** Decided only when the hold is gone. */
  const heldUp = (reference: string) => zero(reference, NOTHING, hold);
  const recorded = async (start: string) => {
    const references = (await clients.movements()).map(({ reference }) => reference);
    return references.filter((reference) => reference.startsWith(start)).sort();
  };

  it('go one after the other, two more beside the first once 32 callbacks wait, with 64 at most', async () => {
    const asker = within(60_000);
    let posted = 0;
    const post = (count: number) => times(count, () => batches.post(zero(`beside-${posted++}`), asker));
    const all = [batches.post(heldUp('held-up'), asker)];
    expect(sizes()).to.deep.equal([1]);
    all.push(...post(BESIDE_MIN - 1));
    expect(sizes()).to.deep.equal([1]);
    all.push(...post(1));
    expect(sizes()).to.deep.equal([1, BESIDE_MIN]);
    all.push(...post(BESIDE_MIN));
    expect(sizes()).to.deep.equal([1, BESIDE_MIN, BESIDE_MIN]);
    all.push(...post(BATCH_MAX + 10));
    expect(sizes()).to.deep.equal([1, BESIDE_MIN, BESIDE_MIN]);

    rmSync(hold);
    expect(outcomesOf(await Promise.all(all))).to.deep.equal(applied(all.length));
    expect(sizes()).to.deep.equal([1, BESIDE_MIN, BESIDE_MIN, BATCH_MAX, 10]);
  });

  it('are sent again when the time of one of two is over, but for who has none left; nothing is doubled', async () => {
    const asker = within(60_000);
    const late = batches.post(heldUp('held-up-late'), within(400));
    const others = times(BESIDE_MIN, (n) => batches.post(zero(`late-${n}`), asker));
    expect(sizes()).to.deep.equal([1, BESIDE_MIN]);
    expect(await late, 'the answer to who has no time left').to.equal(undefined);
    expect(asker.failedWith).to.equal(status.DEADLINE_EXCEEDED);
    expect(sizes()).to.deep.equal([1, BESIDE_MIN, BESIDE_MIN]);

    rmSync(hold);
    expect(outcomesOf(await Promise.all(others))).to.deep.equal(applied(BESIDE_MIN));
    // wallet-core had begun with it: a repeat finds out.
    const repeat = await batches.post(heldUp('held-up-late'), within(60_000));
    expect(repeat?.outcome).to.equal(Outcome.APPLIED);
    expect(await recorded('held-up-late')).to.deep.equal(['held-up-late']);
    expect(await recorded('late-')).to.deep.equal(times(BESIDE_MIN, (n) => `late-${n}`).sort());
  });

  it('have the same answer for a reference that is in both', async () => {
    const asker = within(60_000);
    const first = batches.post(heldUp('held-up-twice'), asker);
    const others = times(BESIDE_MIN - 1, (n) => batches.post(zero(`twice-${n}`), asker));
    const second = batches.post(heldUp('held-up-twice'), asker);
    expect(sizes()).to.deep.equal([1, BESIDE_MIN]);
    expect(sent.map((references) => references.includes('held-up-twice'))).to.deep.equal([true, true]);

    rmSync(hold);
    expect((await first)?.outcome).to.equal(Outcome.APPLIED);
    expect(await second).to.deep.equal(await first);
    expect(outcomesOf(await Promise.all(others))).to.deep.equal(applied(BESIDE_MIN - 1));
    expect(await recorded('held-up-twice')).to.deep.equal(['held-up-twice']);
  });

  it('turn away at once what is more than 64 MiB that wait, until there is room', async () => {
    const asker = within(60_000);
    const all = [batches.post(heldUp('held-up-full'), asker)];
    const full = WAITING_MEGABYTES + 2 * BATCH_MEGABYTES;
    all.push(...times(full, (n) => batches.post(zero(`full-${n}`, MEGABYTE), asker)));
    expect(sizes()).to.deep.equal([1, BATCH_MEGABYTES, BATCH_MEGABYTES]);
    expect(await batches.post(zero('beyond', Buffer.alloc(1)), asker)).to.equal(undefined);
    all.push(batches.post(zero('without-a-request'), asker));

    rmSync(hold);
    expect(outcomesOf(await Promise.all(all))).to.deep.equal(applied(all.length));
    expect(await recorded('beyond')).to.deep.equal([]);
    expect((await batches.post(zero('beyond', Buffer.alloc(1)), asker))?.outcome).to.equal(Outcome.APPLIED);
  });

  it('have nobody in them whose time was over while he waited', async () => {
    const first = batches.post(heldUp('held-up-before'), within(60_000));
    expect(await batches.post(zero('expired'), within(200))).to.equal(undefined);
    const next = batches.post(zero('in-time'), within(60_000));

    rmSync(hold);
    expect(outcomesOf(await Promise.all([first, next]))).to.deep.equal(applied(2));
    expect(sent).to.deep.equal([['held-up-before'], ['in-time']]);
    expect(await recorded('expired')).to.deep.equal([]);
  });

  it('stay under way beside a balance check that had no time left when it was asked', async () => {
    const bet = batches.post(heldUp('held-up-beside'), within(60_000));
    const failure = await new Promise((resolve) => {
      exchange.getBalance({ playerId: 'demo', currency: 'CNY' }, within(0), resolve);
      // The answer cannot come before that time is over.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    });
    rmSync(hold);
    expect((await bet)?.outcome).to.equal(Outcome.APPLIED);
    expect(failure).to.include({ code: status.DEADLINE_EXCEEDED });
    expect(sent).to.deep.equal([['held-up-beside']]);
  });
});
