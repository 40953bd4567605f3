import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { Rates } from '../../gateway/rates.js';
import { ask } from '../secured.js';
import { System, type HttpAnswer } from '../system.js';
import { Ebet, expectAnswer, expectCredit, fresh, number, print, textOf, type Fields, type Target } from './ebet.js';

const HAS_IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

/** Both families where there are two: an IPv4 caller then is "::ffff:127.0.0.1" to the socket. */
const GATEWAY_LISTEN = HAS_IPV6 ? '[::]:0' : '127.0.0.1:0';

/** Somebody who calls the gateway at one of its addresses, with lines of X-Forwarded-For. */
class Caller implements Target {
  constructor(
    readonly system: System,
    readonly host: '127.0.0.1' | '[::1]' = '127.0.0.1',
    readonly forwardedFor: readonly string[] = [],
  ) {}

  get clients() {
    return this.system.clients;
  }

  sign(text: string): string {
    return this.system.sign(text);
  }

  async post(endpoint: string, body: string): Promise<HttpAnswer> {
    const { port, protocol } = new URL(this.system.url);
    const forwarded = this.forwardedFor.length > 0 ? { 'x-forwarded-for': [...this.forwardedFor] } : {};
    const call = ask(`${protocol}//${this.host}:${port}${endpoint}`, { method: 'POST', headers: forwarded });
    call.end(body);
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    const chunks = (await answer.toArray()) as Buffer[];
    const text = Buffer.concat(chunks).toString();
    return { http: answer.statusCode ?? 0, text, json: JSON.parse(text) as Record<string, unknown> };
  }

  /** A balance of nobody is asked for: 4037 if the caller is let in. Also the address that the log has if he is not. */
  async isAnswered(channelId: number): Promise<{ status: unknown; logged: string | undefined }> {
    const seqNo = fresh('from');
    const { json } = await new Ebet(this, channelId).stranger().syncCredit({ seqNo });
    return { status: json.status, logged: json.status === 4027 ? await addressOf(this.system, seqNo) : undefined };
  }
}

/** The address that the gateway's log has of a call. */
async function addressOf(system: System, seqNo: string): Promise<string | undefined> {
  await system.gateway.prints(`"reference":"${seqNo}"`);
  return new RegExp(`"address":"([^"]*)","player":"[^"]*","reference":"${seqNo}"`).exec(system.gateway.output)?.[1];
}

const LET_IN = { status: 4037, logged: undefined };
const keptOut = (logged: string) => ({ status: 4027, logged });

/** The calls that move no money by themselves, rightly signed, for a player of a channel. */
function calls(ebet: Ebet, name: string): Record<string, Fields> {
  const of = (event: string) => ({
    ...{ channelId: ebet.channelId, username: name, event, seqNo: fresh(event) },
    timestamp: Date.now(),
  });
  const signed = (fields: ReturnType<typeof of> & Fields, ...names: string[]): Fields => ({
    ...fields,
    signature: ebet.target.sign(names.map((field) => textOf(fields[field])).join('')),
  });
  const login = ['seqNo', 'event', 'channelId', 'timestamp', 'username'];
  return {
    registerOrLogin: signed({ ...of('registerOrLogin'), eventType: 1, password: 'wrong' }, ...login, 'password'),
    queryIncreaseCreditRecord: signed(
      { ...of('queryIncreaseCreditRecord'), querySeqNo: 'never-seen' },
      ...['username', 'timestamp'],
    ),
    autoBatchRefund: signed({ ...of('autoBatchRefund'), batchRefundList: [] }, 'timestamp'),
    syncCredit: of('syncCredit'),
  };
}

async function send(ebet: Ebet, event: string, fields: Fields | undefined): Promise<HttpAnswer> {
  return ebet.target.post(`/${event}`, print(fields ?? {}));
}

describe('a channel with allowFrom', () => {
  const [LOOPBACK_4, LOOPBACK_6, PROVIDER, ANYBODY, MAPPED] = [1, 2, 3, 4, 5];
  let system: System;

  before(async () => {
    const allowed: readonly (readonly [channelId: number, allowFrom?: readonly string[]])[] = [
      [LOOPBACK_4, ['127.0.0.1']],
      [LOOPBACK_6, ['2001:db8:ffff::1', '::1']],
      [PROVIDER, ['203.0.113.0/24', '2001:db8::/36']],
      [ANYBODY],
      [MAPPED, ['::ffff:127.0.0.0/104']],
    ];
    const channels = allowed.map(([channelId, allowFrom]) => ({
      ...{ channelId, currency: 'CNY' },
      ...(allowFrom ? { allowFrom } : { allowAnyAddress: true }),
    }));
    system = await System.start(channels, [], { GATEWAY_LISTEN }, ['127.0.0.1', '10.0.0.0/8']);
  });
  after(() => system.stop());

  it('answers a call from elsewhere 4027, without a balance, and the ledger hears nothing of it', async () => {
    const player = await new Ebet(new Caller(system), PROVIDER).player('1000.00');
    const bet = await player.increaseCredit(1, '-1');
    expectCredit(bet, 4027, '0');
    const sync = await player.syncCredit();
    expectAnswer(sync, { status: 4027, username: player.name, userName: player.name, money: number('0') });
    expectAnswer(await player.refund([player.line('a', '-1')]), { status: 4027, username: player.name });
    await player.expectLedger('1000.00');
    expect(await addressOf(system, textOf(bet.sent.seqNo))).to.equal('127.0.0.1');

    // Sent again from an address of the provider, the same bet is made.
    const provider = new Ebet(new Caller(system, '127.0.0.1', ['203.0.113.9']), PROVIDER);
    expectCredit(await provider.again(bet), 200, '999', '1000');
  });

  it('answers every call of eBET from elsewhere 4027', async () => {
    const ebet = new Ebet(new Caller(system), PROVIDER);
    for (const [event, fields] of Object.entries(calls(ebet, 'nobody'))) {
      const { http, json } = await send(ebet, event, fields);
      expect({ http, status: json.status, event: json.event, seqNo: json.seqNo }, event).to.deep.equal({
        ...{ http: 200, status: 4027 },
        ...{ event, seqNo: fields.seqNo },
      });
    }
  });

  it('is asked for after the channel, and before the fields', async () => {
    const [outside, inside] = [new Ebet(new Caller(system), PROVIDER), new Ebet(new Caller(system), LOOPBACK_4)];
    for (const event of ['increaseCredit', 'refundSingleWallet', ...Object.keys(calls(outside, 'nobody'))]) {
      const statuses = await Promise.all(
        [{ channelId: 99 }, {}, { channelId: PROVIDER }, { channelId: PROVIDER, username: 7, seqNo: 7 }].map(
          async (fields) => (await send(outside, event, fields)).json.status,
        ),
      );
      expect(statuses, event).to.deep.equal([202, 4025, 4027, 4027]);
      expect((await send(inside, event, { channelId: LOOPBACK_4 })).json.status, event).to.equal(4025);
    }
  });

  it('knows an IPv4 caller of a socket for both families by his IPv4 address, and by an entry written as IPv6', async () => {
    const caller = new Caller(system);
    expect(await caller.isAnswered(LOOPBACK_4)).to.deep.equal(LET_IN);
    expect(await caller.isAnswered(MAPPED)).to.deep.equal(LET_IN);
    expect(await caller.isAnswered(ANYBODY)).to.deep.equal(LET_IN);
    expect(await caller.isAnswered(LOOPBACK_6)).to.deep.equal(keptOut('127.0.0.1'));
  });

  if (HAS_IPV6) {
    it('knows an IPv6 caller, who is no trusted proxy here', async () => {
      for (const forwarded of [[], ['127.0.0.1'], ['203.0.113.9, 10.1.2.3']]) {
        const caller = new Caller(system, '[::1]', forwarded);
        expect(await caller.isAnswered(LOOPBACK_6)).to.deep.equal(LET_IN);
        for (const channel of [LOOPBACK_4, PROVIDER, MAPPED]) {
          expect(await caller.isAnswered(channel)).to.deep.equal(keptOut('::1'));
        }
      }
    });
  }

  describe('behind a trusted proxy', () => {
    const table: readonly (readonly [
      what: string,
      forwardedFor: readonly string[],
      expected: typeof LET_IN | object,
    ])[] = [
      ['lets in whom the proxy names', ['203.0.113.9'], LET_IN],
      ['lets in an IPv6 caller', ['2001:db8:0fff::7'], LET_IN],
      ['lets in an IPv4 caller written as IPv6', ['::FFFF:203.0.113.9'], LET_IN],
      ['lets in an IPv4 caller written as IPv6 in hexadecimal', ['::ffff:cb00:7109'], LET_IN],
      ['lets in whom the first of two proxies names', ['203.0.113.9 ,10.1.2.3'], LET_IN],
      ['reads several lines as one', ['203.0.113.9', '10.1.2.3,10.3.2.1'], LET_IN],
      ['lets in whoever lies about those before him', ['8.8.8.8, nonsense, 203.0.113.9'], LET_IN],
      ['keeps others out', ['198.51.100.1'], keptOut('198.51.100.1')],
      ['keeps an IPv6 caller out', ['2001:db8:1000::7'], keptOut('2001:db8:1000::7')],
      ['keeps out who names the provider', ['203.0.113.9, 198.51.100.1'], keptOut('198.51.100.1')],
      ['keeps out who names him in a line of its own', ['203.0.113.9', '198.51.100.1'], keptOut('198.51.100.1')],
      ['keeps out who names a proxy too', ['203.0.113.9, 10.1.2.3, 198.51.100.1'], keptOut('198.51.100.1')],
      ['keeps him out behind two', ['203.0.113.9, 198.51.100.1, 10.1.2.3'], keptOut('198.51.100.1')],
      ['takes a proxy that calls by itself for the caller', ['10.1.2.3'], keptOut('10.1.2.3')],
      ['takes the proxy for the caller if it names none', [], keptOut('127.0.0.1')],
      ['and if it names none in an empty line', [''], keptOut('127.0.0.1')],
      ['and if it names what is no address', ['203.0.113.9, unknown'], keptOut('127.0.0.1')],
      ['and if the last entry is empty', ['203.0.113.9,'], keptOut('127.0.0.1')],
      ['and if the entry has a port', ['203.0.113.9:4711'], keptOut('127.0.0.1')],
      ['and if the entry has brackets', ['[2001:db8::1]'], keptOut('127.0.0.1')],
      ['and if the entry has a zone', ['2001:db8::1%eth0'], keptOut('127.0.0.1')],
      ['reads no further than what is no address', ['203.0.113.9, unknown, 10.1.2.3'], keptOut('10.1.2.3')],
      ['reads no further than an empty entry', ['203.0.113.9,, 10.1.2.3'], keptOut('10.1.2.3')],
    ];
    for (const [what, forwardedFor, expected] of table) {
      it(`${what} (${forwardedFor.map((line) => `"${line}"`).join(' and ') || 'no header'})`, async () => {
        expect(await new Caller(system, '127.0.0.1', forwardedFor).isAnswered(PROVIDER)).to.deep.equal(expected);
      });
    }

    it('logs the caller of every call that it refuses, and of a body that cannot be read', async () => {
      const caller = new Caller(system, '127.0.0.1', ['203.0.113.77']);
      const player = new Ebet(caller, PROVIDER).stranger();
      const wrong = await player.increaseCredit(1, '-1', { signature: 'AAAA' });
      expectCredit(wrong, 4026, '0');
      expect(await addressOf(system, textOf(wrong.sent.seqNo))).to.equal('203.0.113.77');
      const lost = await player.increaseCredit(1, '-1', { channelId: 99 });
      expect(await addressOf(system, textOf(lost.sent.seqNo))).to.equal('203.0.113.77');
      expect((await new Caller(system, '127.0.0.1', ['203.0.113.78']).post('/increaseCredit', '{')).http).to.equal(400);
      await system.gateway.prints('"endpoint":"increaseCredit","channel":"","address":"203.0.113.78"');
    });
  });
});

describe('a channel with allowFrom, without trusted proxies, in production', () => {
  let system: System;

  before(async () => {
    // The keys of these tests have 512 bits: with allowFrom they are taken.
    const [own, other] = [['127.0.0.1'], ['203.0.113.9']];
    const channels = [own, other].map((allowFrom, index) => ({ channelId: index + 1, currency: 'CNY', allowFrom }));
    system = await System.start(channels, [], { NODE_ENV: 'production' });
  });
  after(() => system.stop());

  it('believes nobody who names another as the caller', async () => {
    for (const forwarded of ['203.0.113.9', '203.0.113.9, 127.0.0.1', '127.0.0.1, 203.0.113.9']) {
      const caller = new Caller(system, '127.0.0.1', [forwarded]);
      expect(await caller.isAnswered(2)).to.deep.equal(keptOut('127.0.0.1'));
      expect(await caller.isAnswered(1)).to.deep.equal(LET_IN);
    }
  });

  it('makes bets that come from its addresses', async () => {
    const player = await new Ebet(system).player();
    expectCredit(await player.increaseCredit(1, '-100'), 200, '900', '1000');
  });
});

describe('the rates of a channel', () => {
  let system: System;
  let channelId = 0;
  /** A channel that nothing was asked of yet. */
  let ebet: Ebet;

  before(async () => {
    const limits = { currency: 'CNY', loginsPerMinute: 2, queriesPerMinute: 3 };
    system = await System.start(Array.from({ length: 10 }, (_, index) => ({ channelId: index + 1, ...limits })));
  });
  after(() => system.stop());
  beforeEach(() => (ebet = new Ebet(system, ++channelId)));

  const statusesOf = async (count: number, call: () => Promise<HttpAnswer>): Promise<unknown[]> => {
    const statuses: unknown[] = [];
    while (statuses.length < count) statuses.push((await call()).json.status);
    return statuses;
  };
  const call = (event: string, name: string, changes: Fields = {}) =>
    send(ebet, event, { ...calls(ebet, name)[event], ...changes });
  const login = (name: string) => call('registerOrLogin', name);

  it('let so many queries through, of all its players together, and answer the next 4038', async () => {
    const [player, other] = [await ebet.player(), await ebet.player()];
    for (const asked of [player, other, player]) expect((await asked.syncCredit()).json.status).to.equal(200);
    const answered = await other.syncCredit();
    expectAnswer(answered, { status: 4038, username: other.name, userName: other.name, money: number('0') });
    // Balances, which anybody may ask for, use up none of them.
    const query = () => call('queryIncreaseCreditRecord', player.name);
    expect(await statusesOf(3, query)).to.deep.equal([200, 200, 200]);
    expect((await query()).json).to.deep.include({
      ...{ status: 4038, username: player.name },
      ...{ event: 'queryIncreaseCreditRecord', creditRecord: [] },
    });
    expect(await addressOf(system, textOf(answered.sent.seqNo))).to.equal('127.0.0.1');
    await system.gateway.prints('"why":"more queries than the channel takes in a minute"');
    const neighbour = new Ebet(system, ++channelId);
    expect((await neighbour.stranger().syncCredit()).json.status, 'another channel').to.equal(4037);
    expect((await login(player.name)).json.status, 'logins are counted apart').to.equal(401);
  });

  it('hold when many queries come at once', async () => {
    const player = ebet.stranger();
    const answers = await Promise.all(Array.from({ length: 50 }, () => player.syncCredit()));
    const statuses = answers.map(({ json }) => json.status);
    expect(statuses.sort()).to.deep.equal([...Array<number>(3).fill(4037), ...Array<number>(47).fill(4038)]);
  });

  it('let so many logins of each player through, in whatever letters he is written', async () => {
    expect(await statusesOf(1, () => login('alice'))).to.deep.equal([401]);
    expect(await statusesOf(1, () => login('ALICE'))).to.deep.equal([401]);
    const refused = await login('Alice');
    expect(refused.json).to.deep.include({ status: 4038, username: 'Alice', event: 'registerOrLogin' });
    expect(await statusesOf(3, () => login('bob'))).to.deep.equal([401, 401, 4038]);
  });

  it('count logins by token alone for each token', async () => {
    const byToken = (accessToken: string) => {
      const fields = { channelId: ebet.channelId, event: 'registerOrLogin', seqNo: fresh('login'), eventType: 4 };
      const timestamp = Date.now();
      const text = `${fields.seqNo}registerOrLogin${ebet.channelId}${timestamp}${accessToken}`;
      return send(ebet, 'registerOrLogin', { ...fields, timestamp, accessToken, signature: ebet.target.sign(text) });
    };
    expect(await statusesOf(3, () => byToken('token-1'))).to.deep.equal([410, 410, 4038]);
    expect(await statusesOf(3, () => byToken('token-2'))).to.deep.equal([410, 410, 4038]);
  });

  it('are not used up by calls that eBET did not sign, or that are malformed', async () => {
    expect(await statusesOf(5, () => call('registerOrLogin', 'carol', { signature: 'AAAA' }))).to.deep.equal(
      Array(5).fill(4026),
    );
    expect(await statusesOf(5, () => call('registerOrLogin', 'carol', { password: '' }))).to.deep.equal(
      Array(5).fill(4025),
    );
    expect(await statusesOf(3, () => login('carol'))).to.deep.equal([401, 401, 4038]);

    const forged = { signature: 'AAAA' };
    expect(await statusesOf(5, () => call('queryIncreaseCreditRecord', 'carol', forged))).to.deep.equal(
      Array(5).fill(4026),
    );
    expect(await statusesOf(5, () => call('syncCredit', 'carol', { event: 'increaseCredit' }))).to.deep.equal(
      Array(5).fill(4025),
    );
    expect(await statusesOf(5, () => call('syncCredit', 'carol', { username: 7 }))).to.deep.equal(Array(5).fill(4030));
    expect(await statusesOf(4, () => call('syncCredit', 'carol'))).to.deep.equal([4037, 4037, 4037, 4038]);
  });

  it('never stop what moves money', async () => {
    const player = await ebet.player();
    expect(await statusesOf(4, () => player.syncCredit())).to.deep.equal([200, 200, 200, 4038]);
    expect(await statusesOf(3, () => login(player.name))).to.deep.equal([401, 401, 4038]);
    expect(await statusesOf(20, () => player.increaseCredit(1, '-1'))).to.deep.equal(Array(20).fill(200));
    expect(await statusesOf(20, () => player.increaseCredit(2, '1'))).to.deep.equal(Array(20).fill(200));
    const bet = await player.makes(1, '-5');
    expect(await statusesOf(20, () => player.refund([player.line(bet, '-5')]))).to.deep.equal(Array(20).fill(200));
    const lines = { batchRefundList: [{ seqNo: bet, username: player.name, roundCode: player.round, refundMoney: 5 }] };
    expect(await statusesOf(20, () => call('autoBatchRefund', player.name, lines))).to.deep.equal(Array(20).fill(200));
  });
});

describe('the counters behind the rates', () => {
  const channel = () => ({ loginsPerMinute: 1, channelLoginsPerMinute: 1_000_000, queriesPerMinute: 1 });

  it('are no more than 16,384 for a channel, however many names players are given', async () => {
    const [rates, one] = [new Rates(), channel()];
    const names = Array.from({ length: 50_000 }, (_, index) => `player-${index}`);
    const taken = await Promise.all(names.map((name) => rates.take(one, 'logins', name)));
    // With one login for each counter, those that are let through are the counters.
    expect(taken.filter(Boolean).length).to.be.within(10_000, 16_384);
  });

  it('are of one channel, and of one rate', async () => {
    const [rates, one, other] = [new Rates(), channel(), channel()];
    expect(await rates.take(one, 'logins', 'demo')).to.equal(true);
    expect(await rates.take(one, 'logins', 'demo')).to.equal(false);
    expect(await rates.take(one, 'queries', 'demo')).to.equal(true);
    expect(await rates.take(one, 'queries', 'another')).to.equal(false);
    expect(await rates.take(other, 'logins', 'demo')).to.equal(true);
  });

  it('are of all logins of a channel, too, which who is over his own does not use up', async () => {
    const [rates, one] = [new Rates(), { ...channel(), channelLoginsPerMinute: 2 }];
    const taken: boolean[] = [];
    for (const name of ['demo', 'demo', 'demo', 'another']) taken.push(await rates.take(one, 'logins', name));
    expect(taken).to.deep.equal([true, false, false, true]);
    await rates.giveBack(one, 'logins', 'another');
    expect(await rates.take(one, 'logins', 'third')).to.equal(true);
    expect(await rates.take(one, 'logins', 'fourth')).to.equal(false);
  });

  it('begin anew when their time is over', async () => {
    const [rates, one] = [new Rates(1), channel()];
    expect(await rates.take(one, 'logins', 'demo')).to.equal(true);
    expect(await rates.take(one, 'logins', 'demo')).to.equal(false);
    while (!(await rates.take(one, 'logins', 'demo'))) await new Promise((resolve) => setImmediate(resolve));
    expect(await rates.take(one, 'logins', 'demo')).to.equal(false);
  });
});
