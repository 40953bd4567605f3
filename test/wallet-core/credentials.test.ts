import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import {
  LogInOutcome,
  type EndSessionsResponse,
  type IssueAccessTokenRequest,
  type IssueAccessTokenResponse,
  type LogInRequest,
  type LogInResponse,
} from '../../proto/gen/wallet/v1/account.js';
import type { GetBalanceResponse } from '../../proto/gen/wallet/v1/query.js';
import { call } from '../system.js';
import { CHANNEL, failure, inLedger, TestCore } from './core.js';

const FIRST_SCHEMA = path.join(import.meta.dirname, '../../../test/fixtures/ledger-v1/ledger.db.gz');
const YEAR_S = 31_536_000;

let core: TestCore;
let count = 0;

const issue = (playerId: string, more: Partial<IssueAccessTokenRequest> = {}) =>
  call<IssueAccessTokenResponse>((done) =>
    core.clients.accounts.issueAccessToken({ playerId, lifetimeS: 0, oneTime: false, ...more }, done),
  );
const tokenOf = async (playerId: string, oneTime = false) => (await issue(playerId, { oneTime })).accessToken;
const setPassword = (playerId: string, password: string) =>
  call<unknown>((done) => core.clients.accounts.setPassword({ playerId, password }, done));
const freeze = (playerId: string) =>
  call<unknown>((done) => core.clients.accounts.freezePlayer({ playerId, reason: 'kyc', note: '' }, done));
const endSessions = async (playerId: string, channel = '') =>
  (await call<EndSessionsResponse>((done) => core.clients.accounts.endSessions({ playerId, channel }, done))).count;

/** A login on platform/test in CNY, each with a reference of its own, unless told otherwise. */
function logIn(change: Partial<LogInRequest>): Promise<LogInResponse> {
  const request: LogInRequest = {
    ...{ channel: CHANNEL, reference: `login-${++count}`, currency: 'CNY', credential: undefined },
    ...{ rotateAccessToken: false, accessTokenLifetimeS: 0, ...change },
  };
  return call((done) => core.clients.accounts.logIn(request, done));
}

const byPassword = (playerId: string, password: string, more: Partial<LogInRequest> = {}) =>
  logIn({ credential: { $case: 'password', value: { playerId, password } }, ...more });
const byToken = (accessToken: string, more: Partial<LogInRequest> = {}, playerId = '') =>
  logIn({ credential: { $case: 'accessToken', value: { accessToken, playerId } }, ...more });
const word = async (answer: Promise<LogInResponse>) => LogInOutcome[(await answer).outcome];

async function isEnded(playerId: string, sessionToken: string): Promise<boolean> {
  const request = { playerId, currency: 'CNY', sessionToken };
  return (await call<GetBalanceResponse>((done) => core.clients.queries.getBalance(request, done))).sessionEnded;
}

describe('credentials', () => {
  before(async () => (core = await TestCore.start('100.00')));
  after(() => core.stop());

  describe('an access token', () => {
    it('is 256 random bits in base64url, another each time, and valid for a day unless told otherwise', async () => {
      const before = BigInt(Date.now());
      const issued = [
        await issue('demo'),
        await issue('demo', { lifetimeS: 60 }),
        await issue('demo', { lifetimeS: YEAR_S }),
      ];
      const after = BigInt(Date.now());
      for (const { accessToken } of issued) expect(Buffer.from(accessToken, 'base64url').length).to.equal(32);
      expect(new Set(issued.map(({ accessToken }) => accessToken)).size).to.equal(3);
      for (const [index, lifetimeS] of [86_400, 60, YEAR_S].entries()) {
        const issuedMs = (issued[index]?.expiresMs ?? 0n) - BigInt(lifetimeS) * 1000n;
        expect(issuedMs >= before && issuedMs <= after).to.equal(true);
      }
    });

    it('logs its player in, by his name or without', async () => {
      const accessToken = await tokenOf('demo');
      for (const name of ['', 'demo']) {
        const answer = await byToken(accessToken, {}, name);
        expect(answer).to.include({ outcome: LogInOutcome.LOGGED_IN, playerId: 'demo', accessToken });
        expect(answer.sessionToken).to.match(/^[\w-]{43}$/);
      }
    });

    it('of a player is nothing under another name', async () => {
      await core.player('anna', '1.00');
      const accessToken = await tokenOf('demo');
      for (const name of ['anna', 'nobody', 'Demo', 'x'.repeat(1000)]) {
        const refused = { playerId: '', accessToken: '', sessionToken: '' };
        expect(await byToken(accessToken, {}, name)).to.deep.equal({ outcome: LogInOutcome.INVALID_TOKEN, ...refused });
      }
    });

    it('that is for one time serves one of twenty logins at the same moment', async () => {
      const accessToken = await tokenOf('demo', true);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => word(byToken(accessToken, { rotateAccessToken: n % 2 === 0 }))),
      );
      expect(answers.sort()).to.deep.equal([...Array<string>(19).fill('INVALID_TOKEN'), 'LOGGED_IN']);
    });

    it('serves all copies of the login that uses it up, each with a session of its own', async () => {
      const accessToken = await tokenOf('demo', true);
      const copies = await Promise.all(Array.from({ length: 20 }, () => byToken(accessToken, { reference: 'copied' })));
      expect(new Set(copies.map(({ outcome }) => outcome))).to.deep.equal(new Set([LogInOutcome.LOGGED_IN]));
      expect(new Set(copies.map(({ sessionToken }) => sessionToken)).size).to.equal(20);
    });

    it('that replaces another is valid for as long as the login says', async () => {
      const answer = await byToken(await tokenOf('demo'), { rotateAccessToken: true, accessTokenLifetimeS: 1 });
      const { accessToken } = answer;
      expect(await word(byToken(accessToken))).to.equal('LOGGED_IN');
      let last = '';
      do last = String(await word(byToken(accessToken)));
      while (last === 'LOGGED_IN');
      expect(last).to.equal('INVALID_TOKEN');
    });

    it('is of no use for a frozen player, in another currency, or on a channel that is not open', async () => {
      await core.player('ivan', '1.00');
      const accessToken = await tokenOf('ivan', true);
      expect(await word(byToken(accessToken, { currency: 'THB' }))).to.equal('NO_ACCOUNT');
      expect(await word(byToken(accessToken, { channel: 'ebet/404' }))).to.equal('CHANNEL_UNKNOWN');
      await freeze('ivan');
      expect(await word(byToken(accessToken))).to.equal('FROZEN');
      await call((done) => core.clients.accounts.unfreezePlayer({ playerId: 'ivan', reason: 'kyc', note: '' }, done));
      expect(await word(byToken(accessToken)), 'it was not used up').to.equal('LOGGED_IN');
    });
  });

  describe('a password', () => {
    it('logs in with a new access token and a session', async () => {
      await core.player('pia', '1.00');
      await setPassword('pia', 'secret');
      const answer = await byPassword('pia', 'secret');
      expect(answer).to.include({ outcome: LogInOutcome.LOGGED_IN, playerId: 'pia' });
      expect(await word(byToken(answer.accessToken, {}, 'pia'))).to.equal('LOGGED_IN');
      expect(await word(byToken(answer.sessionToken))).to.equal('INVALID_TOKEN');
      expect(await word(byPassword('pia', 'Secret'))).to.equal('WRONG_PASSWORD');
    });

    it('is wrong for whoever has none, whatever the name', async () => {
      const names = ['demo', 'nobody', 'Pia', '', 'x'.repeat(1000), 'a\0b'].map((name) => [name, 'secret'] as const);
      const passwords = ['', 'p'.repeat(1000)].map((password) => ['pia', password] as const);
      for (const [name, password] of [...names, ...passwords]) {
        expect(await word(byPassword(name, password)), name).to.equal('WRONG_PASSWORD');
      }
    });

    it('that is new ends the old one and the access tokens from before, not the sessions', async () => {
      await core.player('rosa', '1.00');
      await setPassword('rosa', 'old');
      const { accessToken, sessionToken } = await byPassword('rosa', 'old');
      await setPassword('rosa', 'new');
      expect(await word(byPassword('rosa', 'old'))).to.equal('WRONG_PASSWORD');
      expect(await word(byToken(accessToken))).to.equal('INVALID_TOKEN');
      expect(await isEnded('rosa', sessionToken)).to.equal(false);
      expect(await word(byToken((await byPassword('rosa', 'new')).accessToken))).to.equal('LOGGED_IN');
    });

    it('is not checked for more logins at once than can be answered in time: the others may be sent again', async () => {
      await core.player('crowd', '1.00');
      await setPassword('crowd', 'secret');
      const answers = await Promise.all(Array.from({ length: 100 }, () => failure(byPassword('crowd', 'secret'))));
      const turnedAway = 'UNAVAILABLE: too many passwords are being checked: nothing happened, send it again';
      expect(new Set(answers)).to.deep.equal(new Set(['OK', turnedAway]));
      expect(await word(byPassword('crowd', 'secret'))).to.equal('LOGGED_IN');
    });

    it('is checked for a login while another channel, and checks without one, have all that they may', async () => {
      await core.player('guest', '1.00');
      await setPassword('guest', 'secret');
      await core.clients.openChannel('platform/other');
      const { accounts } = core.clients;
      const check = { playerId: 'guest', password: 'wrong' };
      const flood = [
        ...Array.from({ length: 20 }, () => failure(call((done) => accounts.checkPassword(check, done)))),
        ...Array.from({ length: 30 }, () => failure(byPassword('guest', 'wrong', { channel: 'platform/other' }))),
      ];
      const guest = word(byPassword('guest', 'secret'));
      expect(await guest).to.equal('LOGGED_IN');
      expect(new Set(await Promise.all(flood)).size, 'some of both were turned away').to.equal(3);
    });

    it('is not set or checked for more calls at once than that: the others may be sent again', async () => {
      await core.player('herd', '1.00');
      const { accounts } = core.clients;
      const check = { playerId: 'herd', password: 'secret' };
      const answers = await Promise.all([
        ...Array.from({ length: 30 }, () => failure(setPassword('herd', 'secret'))),
        ...Array.from({ length: 30 }, () => failure(call((done) => accounts.checkPassword(check, done)))),
      ]);
      const turnedAway = 'RESOURCE_EXHAUSTED: too many passwords are being hashed: nothing happened, send it again';
      expect(new Set(answers)).to.deep.equal(new Set(['OK', turnedAway]));
      expect(answers.filter((answer) => answer === 'OK')).to.have.length.within(12, 59);
    });
  });

  describe('a session', () => {
    it('is ended with all others of its player, or with those on its channel', async () => {
      await core.player('sam', '1.00');
      await core.clients.openChannel('ebet/1');
      const accessToken = await tokenOf('sam');
      const sessionOn = async (channel: string) => (await byToken(accessToken, { channel })).sessionToken;
      const [a, b, c] = [await sessionOn('ebet/1'), await sessionOn(CHANNEL), await sessionOn('ebet/1')];
      const ended = () => Promise.all([a, b, c].map((session) => isEnded('sam', session)));
      expect(await ended()).to.deep.equal([false, false, false]);
      expect(await endSessions('sam', 'ebet/1')).to.equal(2);
      expect(await ended()).to.deep.equal([true, false, true]);
      expect(await endSessions('sam', 'ebet/1')).to.equal(0);
      expect(await endSessions('sam')).to.equal(1);
      expect(await ended()).to.deep.equal([true, true, true]);
      expect(await endSessions('sam')).to.equal(0);
      expect(await isEnded('sam', await sessionOn('ebet/1')), 'a later one').to.equal(false);
    });

    it('is ended for its own player only, and one that is unknown is not', async () => {
      const { sessionToken } = await byToken(await tokenOf('demo'));
      await endSessions('demo');
      expect(await isEnded('demo', sessionToken)).to.equal(true);
      expect(await isEnded('anna', sessionToken)).to.equal(false);
      for (const unknown of ['', 'unknown', sessionToken.toUpperCase()]) {
        expect(await isEnded('demo', unknown)).to.equal(false);
      }
    });

    it('has ended when the answer says so, also of logins at the same moment', async () => {
      const accessToken = await tokenOf('demo');
      await endSessions('demo');
      const logins = Promise.all(Array.from({ length: 20 }, () => byToken(accessToken)));
      const ended = [await endSessions('demo')];
      const sessions = await logins;
      ended.push(await endSessions('demo'));
      expect(ended[0] ?? 0).to.be.at.most(20);
      expect((ended[0] ?? 0) + (ended[1] ?? 0)).to.equal(20);
      for (const { sessionToken } of sessions) expect(await isEnded('demo', sessionToken)).to.equal(true);
    });
  });

  describe('a call that is malformed or about nobody', () => {
    const CALLS: readonly (readonly [message: string, run: () => Promise<unknown>])[] = [
      ['INVALID_ARGUMENT: credential: is missing; expected password or access_token', () => logIn({})],
      [
        'INVALID_ARGUMENT: channel: is ""; expected 1 to 64 of a-z 0-9 / . _ -',
        () => byPassword('demo', 'secret', { channel: '' }),
      ],
      [
        'INVALID_ARGUMENT: reference: is ""; expected 1 to 128 printable ASCII characters',
        () => byToken('token', { reference: '' }),
      ],
      [
        'INVALID_ARGUMENT: currency: is "cny"; expected an ISO 4217 code, such as "CNY"',
        () => byToken('token', { currency: 'cny' }),
      ],
      [
        `INVALID_ARGUMENT: access_token_lifetime_s: is ${YEAR_S + 1}; expected at most ${YEAR_S}`,
        () => byToken('token', { accessTokenLifetimeS: YEAR_S + 1 }),
      ],
      [
        `INVALID_ARGUMENT: lifetime_s: is ${YEAR_S + 1}; expected at most ${YEAR_S}`,
        () => issue('demo', { lifetimeS: YEAR_S + 1 }),
      ],
      [
        'INVALID_ARGUMENT: player_id: is "Demo"; expected 1 to 64 characters in lower case, no control characters',
        () => issue('Demo'),
      ],
      [
        'INVALID_ARGUMENT: player_id: is "Demo"; expected 1 to 64 characters in lower case, no control characters',
        () => endSessions('Demo'),
      ],
      ['INVALID_ARGUMENT: channel: is "A"; expected 1 to 64 of a-z 0-9 / . _ -', () => endSessions('demo', 'A')],
      ['NOT_FOUND: player_id: the player has no account', () => issue('nobody')],
      ['NOT_FOUND: player_id: the player has no account', () => endSessions('nobody')],
    ];
    for (const [index, [message, run]] of CALLS.entries()) {
      it(`${index + 1}: ${message.slice(0, 60)}`, async () => expect(await failure(run())).to.equal(message));
    }
  });
});

describe('credentials on disk', () => {
  beforeEach(async () => (core = await TestCore.start('100.00')));
  afterEach(() => core.stop());

  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    it(`are what they were after ${signal}: valid, used up, replaced, ended`, async () => {
      await setPassword('demo', 'secret');
      const [kept, once, old] = [await tokenOf('demo'), await tokenOf('demo', true), await tokenOf('demo')];
      const used = { reference: 'the-login' };
      const { sessionToken: ended } = await byToken(once, used);
      const { accessToken: replacement } = await byToken(old, { rotateAccessToken: true });
      expect(await endSessions('demo')).to.equal(2);
      const { sessionToken: open } = await byToken(kept);
      await core.restart(signal);
      expect(await word(byPassword('demo', 'secret'))).to.equal('LOGGED_IN');
      for (const token of [kept, replacement]) expect(await word(byToken(token))).to.equal('LOGGED_IN');
      for (const token of [once, old]) expect(await word(byToken(token))).to.equal('INVALID_TOKEN');
      expect(await word(byToken(once, used)), 'its answer was lost').to.equal('LOGGED_IN');
      expect([await isEnded('demo', ended), await isEnded('demo', open)]).to.deep.equal([true, false]);
    });
  }

  it('are hashes only, of tokens and of sessions', async () => {
    await setPassword('demo', 'the-password');
    const first = await byPassword('demo', 'the-password');
    const second = await byToken(first.accessToken, { rotateAccessToken: true });
    const issued = await tokenOf('demo', true);
    await byToken(issued);
    await endSessions('demo');
    const tokens = [first, second].flatMap(({ accessToken, sessionToken }) => [accessToken, sessionToken]);
    const secrets = [...tokens, issued].flatMap((token) => {
      const bits = Buffer.from(token, 'base64url');
      return [token, bits.toString('latin1'), bits.toString('hex'), bits.toString('base64')];
    });
    expect(await core.end()).to.equal(0);
    for (const name of readdirSync(core.data)) {
      const text = readFileSync(path.join(core.data, name), 'latin1');
      for (const secret of ['the-password', ...secrets]) expect(text.includes(secret), name).to.equal(false);
    }
    inLedger(core.data, (db) => {
      for (const [table, rows] of [
        ['token', 3],
        ['session', 3],
        ['token_use', 2],
        ['session_end', 1],
      ] as const) {
        expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(), table).to.equal(BigInt(rows));
      }
    });
  });
});

describe('a ledger of the first schema', () => {
  before(async () => (core = await TestCore.on(gunzipSync(readFileSync(FIRST_SCHEMA)))));
  after(() => core.stop());

  it('lets its players log in with the passwords that they had', async () => {
    const { accessToken, sessionToken } = await byPassword('demo', 'secret', { channel: 'ebet/1' });
    await core.restart('SIGKILL');
    expect(await word(byToken(accessToken, { channel: 'ebet/1' }))).to.equal('LOGGED_IN');
    expect(await endSessions('demo')).to.equal(2);
    expect(await isEnded('demo', sessionToken)).to.equal(true);
  });
});
