import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import { startFlawedWallet, type FlawedWallet, type FlawedWalletOptions } from './flawed-wallet.js';
import type { Flaw } from './flawed/flaws.js';

const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const KEY = 'key-of-the-flawed-wallet';

type Ebet = NonNullable<FlawedWalletOptions['ebet']>;

describe('the wallet with planted bugs, while none is planted', () => {
  let wallet: FlawedWallet | undefined;
  let count = 0;
  afterEach(async () => {
    await wallet?.stop();
    wallet = undefined;
  });

  async function start(ebet: Partial<Ebet> = {}, flaws: Flaw[] = []): Promise<void> {
    wallet = await startFlawedWallet({
      flaws: new Set(flaws),
      ebet: { channelId: 1, currency: 'CNY', publicKey: KEYS.publicKey, ...ebet },
      apiV1: { key: KEY },
      players: { anna: 100_00n, poor: 0n, frozen: 100_00n },
      logins: { anna: { password: 'secret', accessToken: 'token-of-anna' } },
      frozen: ['frozen'],
    });
  }

  async function post(path: string, body: string, method = 'POST') {
    const answer = await fetch(`${wallet?.url}${path}`, method === 'GET' ? { method } : { method, body });
    return { http: answer.status, text: await answer.text() };
  }

  /** Signs the named fields as they are printed. */
  async function call(event: string, signed: string, fields: Record<string, unknown>) {
    const known = { channelId: 1, username: 'anna', currency: 'CNY', seqNo: `call-${++count}`, timestamp: Date.now() };
    const sent: Record<string, unknown> = { ...known, event, ...fields };
    const text = signed
      .split('+')
      .map((name) => String(sent[name]))
      .join('');
    const signature = sign('RSA-MD5', Buffer.from(text), KEYS.privateKey).toString('base64');
    const answer = await post(`/${event}`, JSON.stringify({ ...sent, signature }));
    return JSON.parse(answer.text) as Record<string, unknown>;
  }

  const credit = (type: number, money: number, more: Record<string, unknown> = {}) =>
    call('increaseCredit', 'seqNo+event+channelId+timestamp+username+money', { type, money, ...more });

  const bet = (seqNo: string, money: number) =>
    credit(1, money, { seqNo, detail: { roundCode: 'round', betList: [{ betMoney: -money }] } });
  /** A payout that takes the bet for failed. */
  const payout = (seqNo: string, money: number) =>
    credit(2, money, { detail: { roundCode: 'round', betList: [{ seqNo, betMoney: 0 }] } });

  it('tells apart what is no call of its protocols', async () => {
    await start();
    expect((await post('/nothing', '{}')).http).to.equal(404);
    expect((await post('/increaseCredit', '', 'GET')).http).to.equal(405);
    expect((await post('/increaseCredit', `"${'x'.repeat(2 ** 20)}"`)).http).to.equal(413);
    expect(await post('/increaseCredit', '[1]')).to.deep.equal({ http: 400, text: '{"status":4025}' });
    expect(await post('/api-v1/balance-check', '{')).to.deep.equal({
      http: 400,
      text: '{"status":2,"error_code":"OTHERS"}',
    });
    expect(await post('/netCheck', '')).to.deep.equal({ http: 200, text: '{"status":200}' });
  });

  it('keeps cents exact, with JavaScript numbers only if asked', async () => {
    for (const [flaws, seen] of [
      [[], 0.3],
      [['floats'], 0.1 + 0.2],
    ] as const) {
      await start({}, [...flaws]);
      await credit(6, 0.1, { username: 'poor' });
      expect(await credit(6, 0.2, { username: 'poor' })).to.include({ status: 200, money: seen });
      await wallet?.stop();
    }
  });

  it('takes no stakes in maintenance, and none of a frozen player', async () => {
    await start({ maintenanceChannelId: 2 });
    expect(await credit(1, -1, { channelId: 2 })).to.include({ status: 505, money: 100 });
    expect(await credit(2, 1, { channelId: 2 })).to.include({ status: 200, money: 101 });
    expect(await credit(1, -1)).to.include({ status: 200, money: 100 });
    expect(await credit(1, -1, { username: 'frozen' })).to.include({ status: 4029, money: 100 });
    expect(await credit(15, -1, { username: 'frozen' })).to.include({ status: 200, money: 99 });
  });

  it('ends sessions', async () => {
    await start();
    const signed = 'seqNo+event+channelId+timestamp+username+password';
    const wrong = await call('registerOrLogin', signed, { eventType: 1, password: 'wrong' });
    expect(wrong).to.include({ status: 401 });
    const { sessionToken } = await call('registerOrLogin', signed, { eventType: 1, password: 'secret' });
    expect(sessionToken).to.be.a('string');
    expect(await call('syncCredit', '', { sessionToken })).to.include({ status: 200, money: 100 });
    wallet?.endSessions('anna');
    expect(await call('syncCredit', '', { sessionToken })).to.include({ status: 410 });
  });

  it('leaves failed bets to refunds', async () => {
    await start();
    await bet('failed', -10);
    expect(await payout('failed', 1)).to.include({ status: 200, moneyBefore: 90, money: 91 });
  });

  it('refunds failed bets itself, if the channel does so', async () => {
    await start({ failedBets: 'self-refund' });
    await bet('failed', -10);
    expect(await payout('failed', 1)).to.include({ status: 200, moneyBefore: 100, money: 101 });
    await payout('late', 0);
    expect(await bet('late', -10)).to.include({ status: 209, money: 101 });
  });

  it('refuses payouts of failed bets, if the channel does so', async () => {
    await start({ failedBets: 'reject-payout' });
    await bet('failed', -10);
    expect(await payout('failed', 1)).to.include({ status: 4025, money: 90 });
    const refundList = [{ refundSeqNo: 'failed', username: 'anna', refundMoney: -10 }];
    const refunded = await call('refundSingleWallet', 'username+timestamp', { refundList });
    expect(refunded).to.include({ status: 200, moneyAfter: 100 });
    expect(await payout('failed', 1)).to.include({ status: 200, money: 101 });
  });

  it('speaks api-v1 with the same balances', async () => {
    await start();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const md5 = (text: string) => createHash('md5').update(`${text}${timestamp}${KEY}`).digest('hex');
    const update = `{"transaction_id":"T1","member_id":"anna","action_value":-820.50,"action_type":1,"timestamp":"${timestamp}","sign":"${md5('T1anna-820.501')}"}`;
    expect((await post('/api-v1/balance-update', update)).text).to.equal(
      '{"transaction_id":"T1","status":2,"balance":100.00,"error_code":"OUT_OF_BALANCE"}',
    );
    const check = `{"transaction_id":"T1","timestamp":"${timestamp}","sign":"${md5('T1')}"}`;
    expect((await post('/api-v1/transaction-check', check)).text).to.equal(
      '{"transaction_id":"T1","status":2,"error_code":"OUT_OF_BALANCE"}',
    );
    const balance = `{"member_id":"Anna","timestamp":"${timestamp}","sign":"${md5('Anna')}"}`;
    expect((await post('/api-v1/balance-check', balance)).text).to.equal('{"status":1,"balance":100.00}');
  });
});
