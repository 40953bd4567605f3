import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type {
  EndSessionsResponse,
  IssueAccessTokenRequest,
  IssueAccessTokenResponse,
} from '../../proto/gen/wallet/v1/account.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { call, System } from '../system.js';
import {
  Ebet,
  expectAnswer,
  expectCredit,
  fresh,
  number,
  print,
  textOf,
  type Answered,
  type Fields,
  type Player,
} from './ebet.js';

const [PASSWORD, TOKEN] = [1, 4];

describe('eBET logs a player in', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start(
      [
        // These tests log in more often than a player does.
        { channelId: 1, currency: 'CNY', loginsPerMinute: 1_000_000 },
        { channelId: 2, currency: 'CNY', rotateAccessToken: true },
        { channelId: 3, currency: 'THB' },
        { channelId: 4, currency: 'CNY' },
      ],
      [4],
    );
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  /** A player with the password "secret". */
  async function playerWithPassword(): Promise<Player> {
    const player = await ebet.player('0.00');
    await setPassword(player, 'secret');
    return player;
  }

  function setPassword({ name: playerId }: Player, password: string): Promise<unknown> {
    return call((done) => system.clients.accounts.setPassword({ playerId, password }, done));
  }

  /** An access token that the platform has for its player. */
  async function tokenOf({ name: playerId }: Player, { oneTime = false } = {}): Promise<string> {
    return (await issue({ playerId, lifetimeS: 0, oneTime })).accessToken;
  }

  function issue(request: IssueAccessTokenRequest): Promise<IssueAccessTokenResponse> {
    return call((done) => system.clients.accounts.issueAccessToken(request, done));
  }

  async function endSessions({ name: playerId }: Player, channel = ''): Promise<number> {
    const request = { playerId, channel };
    return (await call<EndSessionsResponse>((done) => system.clients.accounts.endSessions(request, done))).count;
  }

  /** The fields of a login, all but the signature. */
  function login(eventType: number, fields: Fields): Fields {
    const seqNo = fresh('login');
    return { channelId: 1, eventType, seqNo, event: 'registerOrLogin', timestamp: Date.now(), ...fields };
  }

  const logIn = (eventType: number, fields: Fields) => ebet.send('/registerOrLogin', login(eventType, fields));
  const byPassword = (player: Player, more: Fields = {}) =>
    logIn(PASSWORD, { username: player.name, password: 'secret', ...more });
  const byToken = (accessToken: string, more: Fields = {}) => logIn(TOKEN, { accessToken, ...more });
  const statusOf = async (answer: Promise<Answered>) => (await answer).json.status;
  const textIn = ({ json }: Answered, member: string) => String(json[member]);

  /** A login that succeeded; what is random in its answer is one of ours. */
  function expectLogin(answered: Answered, username: string, accessToken = textIn(answered, 'accessToken')): void {
    const sessionToken = textIn(answered, 'sessionToken');
    for (const token of [accessToken, sessionToken]) expect(token).to.match(/^[\w-]{43}$/);
    expectAnswer(answered, {
      ...{ status: 200, subChannelId: 0, accessToken, username, nickname: username, sessionToken, currency: 'CNY' },
    });
  }

  describe('with 200', () => {
    for (const eventType of [1, 3]) {
      it(`by name and password, eventType ${eventType}: a new access token and a session`, async () => {
        const player = await playerWithPassword();
        const answered = await logIn(eventType, { username: player.name, password: 'secret', currency: 'CNY' });
        expectLogin(answered, player.name);
        expect(Object.keys(answered.json)).to.deep.equal([
          ...['status', 'subChannelId', 'accessToken', 'username', 'nickname', 'sessionToken', 'currency'],
          ...['event', 'seqNo', 'timestamp'],
        ]);
        expectLogin(await byToken(textIn(answered, 'accessToken')), player.name);
      });
    }

    it('by an access token of the platform, without a name: the token is kept and its player told', async () => {
      const player = await ebet.player('0.00');
      const accessToken = await tokenOf(player);
      for (const username of [undefined, null, '']) {
        expectLogin(await byToken(accessToken, { username, password: null }), player.name, accessToken);
      }
    });

    it('by an access token with its name, which is looked up in lower case and echoed as sent', async () => {
      const player = await playerWithPassword();
      const username = player.name.toUpperCase();
      const accessToken = await tokenOf(player);
      expectLogin(await byToken(accessToken, { username }), username, accessToken);
      expectLogin(await byPassword(player, { username }), username);
    });

    it('each time with another session, and by password with another access token', async () => {
      const player = await playerWithPassword();
      const [first, second] = [await byPassword(player), await byPassword(player)];
      for (const member of ['sessionToken', 'accessToken']) {
        expect(textIn(first, member)).to.not.equal(textIn(second, member));
        expect(textIn(first, member)).to.not.equal(
          textIn(first, member === 'accessToken' ? 'sessionToken' : 'accessToken'),
        );
      }
    });

    it('with numbers written otherwise, and null for what the way of the login does not need', async () => {
      const player = await playerWithPassword();
      const more = { eventType: number('1.0'), timestamp: number('1637308132650.0'), accessToken: null };
      expectLogin(await byPassword(player, more), player.name);
    });

    it('with a password beyond ASCII, in either form of Unicode', async () => {
      const player = await playerWithPassword();
      await setPassword(player, 'pässwörd 密码');
      expectLogin(await byPassword(player, { password: 'pässwörd 密码' }), player.name);
      expectLogin(await byPassword(player, { password: 'pa\u0308sswo\u0308rd 密码' }), player.name);
    });

    it('again when the answer was lost, though the token was used up by it', async () => {
      const accessToken = await tokenOf(await ebet.player('0.00'), { oneTime: true });
      const first = await byToken(accessToken);
      const again = await ebet.again(first);
      expect([first, again].map(({ json }) => json.status)).to.deep.equal([200, 200]);
      expect(await statusOf(byToken(accessToken)), 'under another seqNo').to.equal(410);
      expect(
        await statusOf(byToken(accessToken, { seqNo: first.sent.seqNo, channelId: 2 })),
        'on another channel',
      ).to.equal(410);
      expect((await ebet.again(first)).json.status).to.equal(200);
    });
  });

  describe('on a channel that replaces access tokens', () => {
    it('by a token: the new one is valid, the old one no more', async () => {
      const player = await ebet.player('0.00');
      const old = await tokenOf(player);
      const answered = await byToken(old, { channelId: 2 });
      expectLogin(answered, player.name);
      const replacement = textIn(answered, 'accessToken');
      expect(replacement).to.not.equal(old);
      expect(await statusOf(byToken(old, { channelId: 2 }))).to.equal(410);
      expect(await statusOf(byToken(old, { channelId: 1 }))).to.equal(410);
      expect(await statusOf(byToken(replacement, { channelId: 2 }))).to.equal(200);
    });

    it('again when the answer was lost: with yet another token, and both are valid', async () => {
      const first = await byToken(await tokenOf(await ebet.player('0.00')), { channelId: 2 });
      const again = await ebet.again(first);
      expect(again.json.status).to.equal(200);
      expect(textIn(again, 'accessToken')).to.not.equal(textIn(first, 'accessToken'));
      for (const answered of [first, again]) {
        expect(await statusOf(byToken(textIn(answered, 'accessToken')))).to.equal(200);
      }
    });
  });

  it('once of twenty logins at the same moment with a one-time token', async () => {
    for (const channelId of [1, 2]) {
      const accessToken = await tokenOf(await ebet.player('0.00'), { oneTime: true });
      const answers = await Promise.all(Array.from({ length: 20 }, () => byToken(accessToken, { channelId })));
      const statuses = answers.map(({ json }) => json.status).sort();
      expect(statuses).to.deep.equal([200, ...Array<number>(19).fill(410)]);
    }
  });

  describe('not, but answers', () => {
    /** What is not known is left out. */
    function expectRefusal(answered: Answered, status: number, username?: string): void {
      expectAnswer(answered, { status, username });
    }

    it('401 for a wrong password, no password, or an unknown name', async () => {
      const player = await playerWithPassword();
      expectRefusal(await byPassword(player, { password: 'Secret' }), 401, player.name);
      expectRefusal(await byPassword(player, { password: 'secret '.repeat(100) }), 401, player.name);
      const without = await ebet.player('0.00');
      expectRefusal(await byPassword(without), 401, without.name);
      for (const username of ['nobody', 'İ'.repeat(64), player.name.padEnd(64, ' ')]) {
        expectRefusal(await byPassword(player, { username }), 401, username);
      }
    });

    it('401 for the old password as soon as there is a new one, and 410 for the access tokens from before', async () => {
      const player = await playerWithPassword();
      const tokens = [textIn(await byPassword(player), 'accessToken'), await tokenOf(player)];
      await setPassword(player, 'another');
      expectRefusal(await byPassword(player), 401, player.name);
      for (const token of tokens) expectRefusal(await byToken(token), 410);
      expectLogin(await byPassword(player, { password: 'another' }), player.name);
      expectLogin(await byToken(await tokenOf(player)), player.name);
    });

    it("410 for an unknown token, another player's, or a session in its place", async () => {
      const [player, other] = [await playerWithPassword(), await ebet.player('0.00')];
      const accessToken = await tokenOf(player, { oneTime: true });
      expectRefusal(await byToken('no-token-of-ours'), 410);
      expectRefusal(await byToken(accessToken.toUpperCase()), 410);
      expectRefusal(await byToken('x'.repeat(60_000)), 410);
      for (const username of [other.name, 'nobody']) {
        expectRefusal(await byToken(accessToken, { username }), 410, username);
      }
      expectRefusal(await byToken(textIn(await byPassword(player), 'sessionToken')), 410);
      expectLogin(await byToken(accessToken), player.name, accessToken);
    });

    it('410 for a token when its time is over, also to a repeat', async () => {
      const { name: playerId } = await ebet.player('0.00');
      const { accessToken, expiresMs } = await issue({ playerId, lifetimeS: 1, oneTime: false });
      const first = await byToken(accessToken);
      expectLogin(first, playerId, accessToken);
      while (Date.now() < expiresMs) await pause(Number(expiresMs) - Date.now());
      expectRefusal(await byToken(accessToken), 410);
      expectRefusal(await ebet.again(first), 410);
    });

    it("4037 for the right credentials of one without an account in the channel's currency, and uses up nothing", async () => {
      const player = await playerWithPassword();
      const [accessToken, channelId] = [await tokenOf(player, { oneTime: true }), 3];
      expectRefusal(await byPassword(player, { channelId }), 4037, player.name);
      expectRefusal(await byToken(accessToken, { channelId }), 4037);
      expectRefusal(await byPassword(player, { channelId, password: 'wrong' }), 401, player.name);
      expectLogin(await byToken(accessToken), player.name, accessToken);
    });

    it('4029 for the right credentials of a frozen player, and uses up nothing', async () => {
      const player = await playerWithPassword();
      const accessToken = await tokenOf(player, { oneTime: true });
      await player.isFrozen();
      expectRefusal(await byPassword(player), 4029, player.name);
      expectRefusal(await byPassword(player, { password: 'wrong' }), 401, player.name);
      expectRefusal(await byToken(accessToken, { username: player.name }), 4029, player.name);
      await player.isUnfrozen();
      expectLogin(await byToken(accessToken), player.name, accessToken);
    });

    it('4029 for an eventType that is unknown, signed either way', async () => {
      const player = await playerWithPassword();
      for (const eventType of [0, 2, 5, 11, -1]) {
        expectRefusal(await byPassword(player, { eventType }), 4029, player.name);
        expectRefusal(await byToken('a-token', { eventType }), 4029);
        expectRefusal(await byPassword(player, { eventType, signature: 'AAAA' }), 4026, player.name);
      }
    });

    it('500 on a channel that is not open in the ledger', async () => {
      const player = await playerWithPassword();
      expectRefusal(await byPassword(player, { channelId: 4 }), 500, player.name);
    });

    const FAULTS: readonly (readonly [what: string, status: number, eventType: number, fields: Fields])[] = [
      ['an unknown channel', 202, PASSWORD, { channelId: 99 }],
      ['no channel', 4025, PASSWORD, { channelId: undefined }],
      ['no eventType', 4025, PASSWORD, { eventType: undefined }],
      ['a text for eventType', 4030, PASSWORD, { eventType: '1' }],
      ['no password', 4025, PASSWORD, { password: undefined }],
      ['an empty password', 4025, PASSWORD, { password: '' }],
      ['a number for a password', 4030, PASSWORD, { password: 1 }],
      ['an access token where a password must be', 4025, PASSWORD, { password: undefined, accessToken: 'a-token' }],
      ['no access token', 4025, TOKEN, { password: undefined }],
      ['a password where an access token must be', 4025, TOKEN, {}],
      ['a list for an access token', 4030, TOKEN, { password: undefined, accessToken: [] }],
      ['no seqNo', 4025, PASSWORD, { seqNo: undefined }],
      ['a seqNo of 129 characters', 4025, PASSWORD, { seqNo: 'x'.repeat(129) }],
      ['no timestamp', 4025, PASSWORD, { timestamp: undefined }],
      ['a timestamp in seconds', 4025, PASSWORD, { timestamp: 1637308132 }],
      ['no signature', 4025, PASSWORD, { signature: null }],
      ['another signature', 4026, PASSWORD, { signature: 'AAAA' }],
      ['another event', 4025, PASSWORD, { event: 'increaseCredit' }],
      ['another currency', 4025, PASSWORD, { currency: 'THB' }],
      ['another event before an unknown eventType', 4025, PASSWORD, { event: 'login', eventType: 2 }],
      ['an unknown eventType before another currency', 4029, PASSWORD, { currency: 'THB', eventType: 2 }],
      ['a missing field before a wrong signature', 4025, PASSWORD, { password: undefined, signature: 'AAAA' }],
    ];
    for (const [what, status, eventType, fields] of FAULTS) {
      it(`${status} for ${what}`, async () => {
        const player = ebet.stranger();
        expectRefusal(
          await logIn(eventType, { username: player.name, password: 'secret', ...fields }),
          status,
          player.name,
        );
      });
    }

    it('4025 without a name by password, and for a name that cannot be', async () => {
      const player = await playerWithPassword();
      for (const username of [undefined, null, '']) expectRefusal(await byPassword(player, { username }), 4025);
      expectRefusal(await byPassword(player, { username: 'a\nb' }), 4025, 'a\nb');
      expectRefusal(await byToken('a-token', { username: 'x'.repeat(65) }), 4025, 'x'.repeat(65));
    });

    it('4026 if one way to log in was signed and the other is asked for', async () => {
      const player = await playerWithPassword();
      const accessToken = await tokenOf(player);
      const byName = login(PASSWORD, { username: player.name, password: 'secret' });
      const { signature } = ebet.signed('/registerOrLogin', { ...byName, password: undefined, accessToken });
      expectRefusal(await ebet.send('/registerOrLogin', { ...byName, accessToken, signature }), 4026, player.name);
      const named = login(TOKEN, { username: player.name, accessToken });
      const other = ebet.signed('/registerOrLogin', { ...named, accessToken: undefined, password: 'secret' });
      const swapped = { ...named, password: 'secret', signature: other.signature };
      expectRefusal(await ebet.send('/registerOrLogin', swapped), 4026, player.name);
    });

    it('4026 for another seqNo, event, channel, timestamp, name or password than was signed', async () => {
      const [player, other] = [await playerWithPassword(), await playerWithPassword()];
      const sent = ebet.signed('/registerOrLogin', login(PASSWORD, { username: player.name, password: 'secret' }));
      for (const change of [
        { seqNo: fresh('login') },
        { event: 'increaseCredit' },
        { channelId: 2 },
        { timestamp: Number(sent.timestamp) + 1 },
        { username: other.name },
        { password: 'secret2' },
      ]) {
        const answered = await ebet.send('/registerOrLogin', { ...sent, ...change });
        expect(answered.json.status).to.equal(4026);
      }
      expectLogin(await ebet.send('/registerOrLogin', { ...sent, currency: 'CNY' }), player.name);
    });

    it('HTTP 405, 413 and 400 as the other calls do', async () => {
      expect((await fetch(`${system.url}/registerOrLogin`)).status).to.equal(405);
      const large = print(ebet.signed('/registerOrLogin', login(TOKEN, { accessToken: 'x'.repeat(2 ** 16) })));
      expect((await system.post('/registerOrLogin', large)).http).to.equal(413);
      expect(await system.post('/registerOrLogin', '[]')).to.include({ http: 400, text: '{"status":4025}' });
    });
  });

  it('and what was signed for it is good for no payment: the event stands in it', async () => {
    const player = await ebet.player('10.00');
    await setPassword(player, '500');
    const sent = ebet.signed('/registerOrLogin', login(PASSWORD, { username: player.name, password: '500' }));
    const payout = { type: 2, money: number('500'), detail: { roundCode: player.round } };
    expectCredit(await ebet.send('/increaseCredit', { ...sent, ...payout }), 4025, '10');
    const forged = { ...sent, ...payout, event: 'increaseCredit' };
    expectCredit(await ebet.send('/increaseCredit', forged), 4026, '0');
    await player.expectLedger('10.00');
    expectLogin(await ebet.send('/registerOrLogin', sent), player.name);
  });

  it('and a password that has a payment in it makes none of what is signed for its login', async () => {
    const [player, timestamp] = [await ebet.player('1000.00'), Date.now()];
    const password = `increaseCredit1${timestamp}${player.name}500000`;
    const signedLogin = login(PASSWORD, { username: 'anybody', password, timestamp });
    const signature = system.sign(ebet.signedText('/registerOrLogin', signedLogin));
    const seqNo = `${textOf(signedLogin.seqNo)}registerOrLogin1${timestamp}anybody`;
    expectCredit(await player.increaseCredit(6, '500000', { seqNo, timestamp, signature }), 4025, '0');
    await player.expectLedger('1000.00');
  });

  it('nor if the login is signed with its numbers as doubles', async () => {
    const [player, timestamp] = [await ebet.player('1000.00'), Date.now()];
    const password = `increaseCredit1${timestamp}${player.name}500000`;
    const more = { username: 'anybody', password, timestamp: number(`${timestamp}.0`), channelId: number('1.0') };
    const signedLogin = login(PASSWORD, more);
    const signature = system.sign(ebet.signedText('/registerOrLogin', signedLogin));
    const seqNo = `${textOf(signedLogin.seqNo)}registerOrLogin1.0${timestamp}.0anybody`;
    expectCredit(await player.increaseCredit(6, '500000', { seqNo, timestamp, signature }), 4025, '0');
    await player.expectLedger('1000.00');
  });

  it('and a name that has a payment in it makes none of what is signed for its bets', async () => {
    const [player, timestamp] = [await ebet.player('1000.00'), Date.now()];
    const rogue = ebet.named(`xincreaseCredit1${timestamp}${player.name}`);
    const fields = rogue.movement(2, '5000', { timestamp });
    const signature = system.sign(ebet.signedText('/increaseCredit', fields));
    const seqNo = `${textOf(fields.seqNo)}increaseCredit1${timestamp}x`;
    expectCredit(await player.increaseCredit(2, '5000', { seqNo, timestamp, signature }), 4025, '0');
    await player.expectLedger('1000.00');
  });

  it('and a bet signed for increaseCredit is no login', async () => {
    const player = await playerWithPassword();
    await setPassword(player, '-5');
    const bet = ebet.signed('/increaseCredit', player.movement(1, '-5', { eventType: 1, password: '-5' }));
    expectAnswer(await ebet.send('/registerOrLogin', bet), { status: 4025, username: player.name });
  });

  describe('into a session:', () => {
    const sync = async (player: Player, answered: Answered, more: Fields = {}) =>
      player.syncCredit({ sessionToken: textIn(answered, 'sessionToken'), ...more });

    it('syncCredit answers 410 once the platform has ended it, and eBET logs the player out', async () => {
      const player = await playerWithPassword();
      await player.deposits('5.00');
      const answered = await byPassword(player);
      expect((await sync(player, answered)).json).to.include({ status: 200, money: 5 });
      expect(await endSessions(player)).to.equal(1);
      const username = player.name;
      const members = { status: 410, username, userName: username, money: 0, currency: 'CNY' };
      expectAnswer(await sync(player, answered), members);
      await system.gateway.prints('"outcome":"410","why":"the session was ended"');

      // Sessions never matter for movements.
      const sessionToken = textIn(answered, 'sessionToken');
      expectCredit(await player.increaseCredit(1, '-1', { sessionToken }), 200, '4', '5');
      const next = await byPassword(player);
      expect((await sync(player, next)).json).to.include({ status: 200, money: 4 });
      expect(await endSessions(player)).to.equal(1);
      expect(await endSessions(player)).to.equal(0);
    });

    it('those of one channel can be ended alone', async () => {
      const player = await playerWithPassword();
      const [one, two] = [await byPassword(player), await byPassword(player, { channelId: 2 })];
      expect(await endSessions(player, 'ebet/2')).to.equal(1);
      expect((await sync(player, one)).json.status).to.equal(200);
      expect((await sync(player, two, { channelId: 2 })).json.status).to.equal(410);
      expect(await endSessions(player, 'ebet/404')).to.equal(0);
      expect(await endSessions(player)).to.equal(1);
    });

    it('a session that is not ours, or of another player, is not taken for an ended one', async () => {
      const [player, other] = [await playerWithPassword(), await playerWithPassword()];
      const ended = await byPassword(other);
      expect(await endSessions(other)).to.equal(1);
      expect((await sync(player, ended)).json.status).to.equal(200);
      for (const sessionToken of ['of-another-wallet', '', null, 7, ['x'], undefined]) {
        expect((await player.syncCredit({ sessionToken })).json.status).to.equal(200);
      }
    });

    it('an unknown player is told before an ended session', async () => {
      const player = await playerWithPassword();
      const answered = await byPassword(player);
      await endSessions(player);
      expect((await sync(player, answered, { channelId: 3, currency: 'THB' })).json.status).to.equal(4037);
    });
  });
});

describe('a login at eBET', () => {
  let system: System;
  let ebet: Ebet;

  beforeEach(async () => {
    system = await System.start();
    ebet = new Ebet(system);
  });
  afterEach(() => system.stop());

  it('is answered 4003 while wallet-core is away, and succeeds when it is back, with a token used before', async () => {
    const player = await ebet.player('0.00');
    const issue = { playerId: player.name, lifetimeS: 0, oneTime: true };
    const { accessToken } = await call<IssueAccessTokenResponse>((done) =>
      system.clients.accounts.issueAccessToken(issue, done),
    );
    const login = { channelId: 1, eventType: TOKEN, event: 'registerOrLogin', timestamp: Date.now(), accessToken };
    const first = await ebet.send('/registerOrLogin', { ...login, seqNo: 'login-1' });
    expect(first.json.status).to.equal(200);
    await system.core.stop('SIGKILL');
    expectAnswer(await ebet.again(first), { status: 4003 });
    await system.startCore(system.clients.address);
    while ((await system.post('/netCheck', '{}')).json.status !== 200);
    expect((await ebet.again(first)).json.status).to.equal(200);
    expect((await ebet.send('/registerOrLogin', { ...login, seqNo: 'login-2' })).json.status).to.equal(410);
  });

  it('is answered 4003 when too many passwords come at once, and succeeds when it is sent again', async () => {
    const player = await ebet.player('0.00');
    const password = 'the-password-of-the-player';
    await call((done) => system.clients.accounts.setPassword({ playerId: player.name, password }, done));
    const logins = Array.from({ length: 100 }, async (_, index) => {
      // Each under a name of its own, for the logins of one player are counted.
      const username = index === 0 ? player.name : fresh('nobody');
      const common = { channelId: 1, seqNo: fresh('login'), event: 'registerOrLogin', timestamp: Date.now() };
      return ebet.send('/registerOrLogin', { ...common, eventType: PASSWORD, username, password });
    });
    const bet = player.increaseCredit(1, '0');
    const answers = await Promise.all(logins);
    const turnedAway = answers.filter(({ json }) => json.status === 4003);
    expect(turnedAway).to.not.have.length(0);
    for (const { json } of answers) expect(json.status).to.be.oneOf([200, 401, 4003]);
    expectCredit(await bet, 200, '0');
    for (const answered of [answers[0], ...turnedAway.slice(0, 3)]) {
      if (!answered) throw new Error('no login was answered');
      let again = await ebet.again(answered);
      // Some of those that were given up are still being checked.
      while (again.json.status === 4003) again = await ebet.again(answered);
      expect(again.json.status).to.equal(again.sent.username === player.name ? 200 : 401);
    }
  });

  it('is answered 500 when wallet-core fails at it, and its log does not have the password', async () => {
    const player = await ebet.player('0.00');
    const password = 'the-password-of-the-player';
    await call((done) => system.clients.accounts.setPassword({ playerId: player.name, password }, done));
    const damage = new SQLite(path.join(system.folder, 'data', 'ledger.db'));
    damage.exec('DROP TABLE session');
    damage.close();
    const common = { channelId: 1, seqNo: 'login-1', event: 'registerOrLogin', timestamp: Date.now() };
    const login = { ...common, eventType: PASSWORD, username: player.name, password };
    const answered = await ebet.send('/registerOrLogin', login);
    expectAnswer(answered, { status: 500, username: player.name });
    await system.core.prints('no such table');
    await system.gateway.prints('a fault of ours');
    for (const { output } of [system.core, system.gateway]) {
      expect(output).to.contain('login-1');
      expect(output).to.not.contain(password);
    }
  });

  it('leaves its secrets neither in the log nor in any file', async () => {
    const player = await ebet.player('5.00');
    const password = 'the-password-of-the-player';
    await call((done) => system.clients.accounts.setPassword({ playerId: player.name, password }, done));
    const login = (fields: Fields) => {
      const common = { channelId: 1, seqNo: fresh('login'), event: 'registerOrLogin', timestamp: Date.now() };
      return ebet.send('/registerOrLogin', { ...common, username: player.name, ...fields });
    };
    const first = await login({ eventType: PASSWORD, password });
    const { accessToken, sessionToken } = first.json as Record<string, string>;
    const second = await login({ eventType: TOKEN, accessToken });
    await player.syncCredit({ sessionToken });
    const bet = await player.makes(1, '-1', { sessionToken, accessToken, password });
    // What is refused is logged.
    for (const fields of [
      { eventType: PASSWORD, password: `${password}!` },
      { eventType: PASSWORD, password, signature: 'AAAA' },
      { eventType: 2, password },
      { eventType: TOKEN, accessToken: `${accessToken}!` },
      { eventType: TOKEN, accessToken, currency: 'THB' },
    ]) {
      expect((await login(fields)).json.status).to.not.equal(200);
    }
    const secrets = [password, accessToken, sessionToken, second.json.sessionToken].map(String);
    for (const token of secrets.slice(1)) {
      expect(token).to.match(/^[\w-]{43}$/);
      secrets.push(Buffer.from(token, 'base64url').toString('latin1'), Buffer.from(token, 'base64url').toString('hex'));
    }
    await system.gateway.prints('registerOrLogin');

    const data = path.join(system.folder, 'data');
    const expectNoSecret = (text: string, where: string) => {
      for (const secret of secrets) expect(text.includes(secret), where).to.equal(false);
    };
    // It is compressed in the ledger's file.
    const { request } = await ebet.held(bet);
    expect(request).to.contain('"sessionToken":""').and.contain('"accessToken":""').and.contain('"password":""');
    expectNoSecret(request, 'the request that is kept');
    const files = () => readdirSync(data).filter((name) => name.startsWith('ledger.db'));
    for (const name of files()) expectNoSecret(readFileSync(path.join(data, name), 'latin1'), name);
    expect(await system.gateway.stop()).to.equal(0);
    expect(await system.core.stop()).to.equal(0);
    expect(files()).to.include('ledger.db');
    for (const name of files()) expectNoSecret(readFileSync(path.join(data, name), 'latin1'), name);
    expectNoSecret(system.gateway.output, "the gateway's log");
    expectNoSecret(system.core.output, "wallet-core's log");
    expect(system.gateway.output).to.contain(player.name);
  });
});
