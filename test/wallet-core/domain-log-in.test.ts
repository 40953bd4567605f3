import { expect } from 'chai';
import type { Command, LogInCommand } from '../../wallet-core/domain/command.js';
import { CHANNEL, freeze, given, type Scenario } from './scenario.js';

const setPassword = (hash: string): Command => ({ type: 'set-password', player: 'demo', hash });
const endSessions = (channel = ''): Command => ({ type: 'end-sessions', player: 'demo', channel });
const issue = (token: string, lifetimeMs = 1000n, oneTime = false): Command => {
  return { type: 'issue-token', player: 'demo', token, lifetimeMs, oneTime };
};

let sessions = 0;

/** Demo's login in CNY, unless told otherwise. */
function logIn(type: 'password' | 'token', hash: string, more: Partial<LogInCommand> = {}): LogInCommand {
  return {
    type: 'log-in',
    channel: CHANNEL,
    reference: 'login-1',
    player: 'demo',
    currency: 'CNY',
    credential: { type, hash },
    session: `session-${++sessions}`,
    newToken: type === 'password' ? `token-of-session-${sessions}` : null,
    lifetimeMs: 1000n,
    ...more,
  };
}

/** LOGGED_IN, or why not. */
function word(scenario: Scenario, command: Command): string {
  const outcome = scenario.when(command);
  return outcome.status === 'NOT_LOGGED_IN' ? outcome.reason : outcome.status;
}

/** What a command left behind. */
function recordsOf(scenario: Scenario, command: Command): string[] {
  const before = scenario.records.length;
  scenario.when(command);
  return scenario.records.slice(before).map(({ type }) => type);
}

describe('a login', () => {
  it('by password leaves a session and a token, with ids one after the other', () => {
    const scenario = given(setPassword('hash'));
    const first = BigInt(scenario.records.length);
    expect(recordsOf(scenario, logIn('password', 'hash'))).to.deep.equal(['token', 'session']);
    expect(scenario.records.slice(-2).map(({ id }) => id)).to.deep.equal([first, first + 1n]);
    expect(scenario.records.at(-2)).to.deep.include({ player: 'demo', oneTime: false });
  });

  it('gives a token that holds for its lifetime, counted from the login', () => {
    const scenario = given(setPassword('hash'));
    const loggedInAt = 1000n + BigInt(scenario.records.length);
    scenario.when(logIn('password', 'hash', { newToken: 'new', lifetimeMs: 3n }));
    expect(scenario.records.at(-2)).to.include({ type: 'token', hash: 'new', expiresMs: loggedInAt + 3n });
    // The scenario's clock goes by one with each record, two of which the login left.
    expect(word(scenario, logIn('token', 'new'))).to.equal('LOGGED_IN');
    expect(word(scenario, logIn('token', 'new'))).to.equal('INVALID_TOKEN');
  });

  it('by password of a player who has none is refused', () => {
    expect(word(given(), logIn('password', 'hash'))).to.equal('WRONG_PASSWORD');
  });

  it('by token leaves what became of the token', () => {
    const scenario = given(issue('kept'), issue('once', 1000n, true), issue('replaced'), issue('both', 1000n, true));
    expect(recordsOf(scenario, logIn('token', 'kept'))).to.deep.equal(['session']);
    expect(recordsOf(scenario, logIn('token', 'once'))).to.deep.equal(['token-use', 'session']);
    const newToken = 'new';
    expect(recordsOf(scenario, logIn('token', 'replaced', { newToken }))).to.deep.equal([
      ...['token-use', 'token', 'session'],
    ]);
    const both = logIn('token', 'both', { newToken: 'newer' });
    expect(recordsOf(scenario, both)).to.deep.equal(['token-use', 'token', 'session']);
    const again = { ...both, session: 'another', newToken: 'newest' };
    expect(recordsOf(scenario, again), 'repeated').to.deep.equal(['token', 'session']);
  });

  it('that is refused leaves nothing', () => {
    const scenario = given(setPassword('hash'), issue('token'), freeze('kyc'));
    const before = scenario.records.length;
    expect(word(scenario, logIn('password', 'hash'))).to.equal('FROZEN');
    expect(word(scenario, logIn('password', 'other'))).to.equal('WRONG_PASSWORD');
    expect(word(scenario, logIn('token', 'other'))).to.equal('INVALID_TOKEN');
    expect(word(scenario, logIn('token', 'token', { currency: 'THB' }))).to.equal('NO_ACCOUNT');
    expect(word(scenario, logIn('token', 'token', { channel: 'ebet/404' }))).to.equal('INVALID');
    expect(scenario.records.length).to.equal(before);
  });

  it('by a password that was changed after it was found right is refused', () => {
    const scenario = given(setPassword('old'));
    const found = logIn('password', 'old');
    scenario.when(setPassword('new'));
    expect(word(scenario, found)).to.equal('WRONG_PASSWORD');
    expect(word(scenario, logIn('password', 'new'))).to.equal('LOGGED_IN');
  });

  it('by a token from before the newest password is refused', () => {
    const scenario = given(issue('before'), setPassword('hash'), issue('after'));
    expect(word(scenario, logIn('token', 'before'))).to.equal('INVALID_TOKEN');
    expect(word(scenario, logIn('token', 'after'))).to.equal('LOGGED_IN');
  });

  it("by another player's token is refused", () => {
    const scenario = given({ type: 'open-account', player: 'eve', currency: 'CNY' }, issue('token'));
    expect(word(scenario, logIn('token', 'token', { player: 'eve' }))).to.equal('INVALID_TOKEN');
  });

  it('by token succeeds until the millisecond in which its time is over', () => {
    const scenario = given();
    // The scenario's clock goes by one with each record; each of these logins leaves one.
    const issuedAt = 1000n + BigInt(scenario.records.length);
    expect(scenario.when(issue('token', 3n))).to.deep.equal({ status: 'TOKEN_ISSUED', expiresMs: issuedAt + 3n });
    const words = [1, 2, 3].map(() => word(scenario, logIn('token', 'token')));
    expect(words).to.deep.equal(['LOGGED_IN', 'LOGGED_IN', 'INVALID_TOKEN']);
  });

  it('uses a one-time token up for every other login, not for itself', () => {
    const scenario = given({ type: 'open-channel', channel: 'ebet/2' }, issue('once', 1000n, true));
    expect(word(scenario, logIn('token', 'once'))).to.equal('LOGGED_IN');
    expect(word(scenario, logIn('token', 'once', { reference: 'login-2' }))).to.equal('INVALID_TOKEN');
    expect(word(scenario, logIn('token', 'once', { channel: 'ebet/2' }))).to.equal('INVALID_TOKEN');
    expect(word(scenario, logIn('token', 'once'))).to.equal('LOGGED_IN');
  });
});

describe('what was not loaded of passwords, tokens and sessions', () => {
  it('stays absent, whatever happens to it', () => {
    const { state } = given();
    const base = { id: 9n, player: 'demo', channel: CHANNEL, reference: 'login-1' };
    state.apply({ ...base, type: 'token-use', hash: 'token' });
    state.apply({ ...base, type: 'session', hash: 'session' });
    for (const channel of [CHANNEL, '']) state.apply({ ...base, type: 'session-end', channel });
    expect([...state.credentials.tokens, ...state.credentials.openSessions]).to.deep.equal([]);
  });
});

describe('the end of sessions', () => {
  it('counts those that are open, also of the same group, and leaves one record', () => {
    const scenario = given({ type: 'open-channel', channel: 'ebet/2' }, issue('token'));
    // What a store loads for it.
    scenario.state.credentials.openSessions.set('demo', new Map([[CHANNEL, 2]]));
    scenario.when(logIn('token', 'token'));
    scenario.when(logIn('token', 'token', { channel: 'ebet/2' }));
    const before = scenario.records.length;
    expect(scenario.when(endSessions('ebet/2'))).to.deep.equal({ status: 'SESSIONS_ENDED', count: 1 });
    expect(scenario.when(endSessions('ebet/404'))).to.deep.equal({ status: 'SESSIONS_ENDED', count: 0 });
    expect(scenario.when(endSessions())).to.deep.equal({ status: 'SESSIONS_ENDED', count: 3 });
    expect(scenario.when(endSessions())).to.deep.equal({ status: 'SESSIONS_ENDED', count: 0 });
    expect(scenario.records.length).to.equal(before + 2);
  });

  it('of nobody is NO_PLAYER', () => {
    expect(word(given(), { type: 'end-sessions', player: 'nobody', channel: '' })).to.equal('NO_PLAYER');
    expect(word(given(), { ...issue('token'), player: 'nobody' } as Command)).to.equal('NO_PLAYER');
  });
});
