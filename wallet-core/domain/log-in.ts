import type { EndSessionsCommand, IssueTokenCommand, LogInCommand } from './command.js';
import type { Token } from './credentials.js';
import type { Decision, Moment } from './decision.js';
import type { LogInRefusal } from './reasons.js';
import type { CommandRecord } from './record.js';
import type { State } from './state.js';

export function issueToken(state: State, command: IssueTokenCommand, { timeMs, firstId: id }: Moment): Decision {
  const { player, token: hash, lifetimeMs, oneTime } = command;
  if (!state.players.has(player)) return { outcome: { status: 'NO_PLAYER' }, records: [] };
  const expiresMs = timeMs + lifetimeMs;
  return {
    outcome: { status: 'TOKEN_ISSUED', expiresMs },
    records: [{ type: 'token', id, player, hash, expiresMs, oneTime }],
  };
}

/**
 * Logs a player in, or says why not, which leaves nothing behind. What a login is repeated for is that its answer was
 * lost: it succeeds again although it has used its token up, with a session and perhaps a token of its own, for nobody
 * knows the first ones any more.
 */
export function logIn(state: State, command: LogInCommand, moment: Moment): Decision {
  const { channel, reference, player, credential, session, newToken, lifetimeMs } = command;
  const refusal = refusalOf(state, command, moment);
  if (refusal !== undefined) return { outcome: { status: 'NOT_LOGGED_IN', reason: refusal }, records: [] };

  const records: CommandRecord[] = [];
  const nextId = () => moment.firstId + BigInt(records.length);
  if (credential.type === 'token') {
    const token = state.credentials.tokens.get(credential.hash);
    const ends = token?.usedBy === null && (token.oneTime || newToken !== null);
    const { hash } = credential;
    if (ends) records.push({ type: 'token-use', id: nextId(), player, hash, channel, reference });
  }
  if (newToken !== null) {
    const expiresMs = moment.timeMs + lifetimeMs;
    records.push({ type: 'token', id: nextId(), player, hash: newToken, expiresMs, oneTime: false });
  }
  records.push({ type: 'session', id: nextId(), player, channel, reference, hash: session });
  return { outcome: { status: 'LOGGED_IN' }, records };
}

/** The credentials come first: to whom they are not right, nothing is told of the player. */
function refusalOf(state: State, command: LogInCommand, { timeMs }: Moment): LogInRefusal | undefined {
  const { player, currency, credential } = command;
  const password = state.credentials.passwords.get(player);
  if (credential.type === 'password') {
    // It was found right outside the commit, which is slow; since then another may have been set.
    if (password?.hash !== credential.hash) return 'WRONG_PASSWORD';
  } else {
    const token = state.credentials.tokens.get(credential.hash);
    const older = password !== undefined && token !== undefined && token.id < password.id;
    if (!token || token.player !== player || older || token.expiresMs <= timeMs) return 'INVALID_TOKEN';
    if (isUsedByAnother(token, command)) return 'INVALID_TOKEN';
  }
  if (!state.account(player, currency).open) return 'NO_ACCOUNT';
  return state.isFrozen(player) ? 'FROZEN' : undefined;
}

function isUsedByAnother({ usedBy }: Token, { channel, reference }: LogInCommand): boolean {
  return usedBy !== null && (usedBy.channel !== channel || usedBy.reference !== reference);
}

export function endSessions(state: State, { player, channel }: EndSessionsCommand, { firstId: id }: Moment): Decision {
  if (!state.players.has(player)) return { outcome: { status: 'NO_PLAYER' }, records: [] };
  const open = state.credentials.openSessions.get(player) ?? new Map<string, number>();
  const count = channel === '' ? [...open.values()].reduce((sum, each) => sum + each, 0) : (open.get(channel) ?? 0);
  return {
    outcome: { status: 'SESSIONS_ENDED', count },
    records: count === 0 ? [] : [{ type: 'session-end', id, player, channel }],
  };
}
