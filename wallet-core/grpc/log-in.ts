import { status } from '@grpc/grpc-js';
import type { Committer } from '../committer.js';
import type { Credential, LogInCommand } from '../domain/command.js';
import type { Outcome } from '../domain/outcome.js';
import type { LogInRefusal } from '../domain/reasons.js';
import { logInFault } from '../domain/validate.js';
import { checkPassword, PASSWORD_LENGTH_MAX } from '../password.js';
import type { Hashing } from '../hashing.js';
import { hashToken, newToken } from '../token.js';
import type { Queries } from '../storage/port.js';
import { LogInOutcome, type LogInRequest, type LogInResponse } from '../../proto/gen/wallet/v1/account.js';
import { CallError, invalidArgument } from './call-error.js';

const TIMEOUT_MS = 5_000;
const LIFETIME_S_DEFAULT = 86_400;
const LIFETIME_S_MAX = 31_536_000;

/** Whose credential it is, and what of it is decided upon. */
interface Known {
  readonly player: string;
  readonly credential: Credential;
}

/**
 * AccountService.LogIn. The slow half is done here: whose credential it is, and whether the password fits. The half that
 * must be atomic (one-time use, a password that was changed meanwhile) is decided with the commit.
 */
export function logIn(queries: Queries, committer: Committer, hashing: Hashing) {
  async function knownByPassword(player: string, password: string): Promise<Known | LogInRefusal> {
    // A longer one is nobody's, and hashing 30 MB of it would take a core for a second.
    const possible = password.length <= PASSWORD_LENGTH_MAX;
    const hash = possible ? await queries.passwordHash(player) : undefined;
    const fits = await checkPassword(possible ? password : '', hash);
    return fits && hash !== undefined ? { player, credential: { type: 'password', hash } } : 'WRONG_PASSWORD';
  }

  async function knownByToken(text: string, named: string): Promise<Known | LogInRefusal> {
    const hash = hashToken(text);
    const player = await queries.tokenOwner(hash);
    if (player === undefined || (named !== '' && named !== player)) return 'INVALID_TOKEN';
    return { player, credential: { type: 'token', hash } };
  }

  return async (request: LogInRequest, abandoned: () => boolean): Promise<LogInResponse> => {
    const { channel, reference, currency, credential, rotateAccessToken, accessTokenLifetimeS } = request;
    if (!credential) throw invalidArgument('credential: is missing; expected password or access_token');
    const { $case, value } = credential;
    // A name that nobody can have is not looked at: it takes as long as one that nobody has.
    const fault = logInFault({ channel, reference, currency });
    if (fault !== undefined) throw invalidArgument(fault);
    const lifetimeMs = readLifetime('access_token_lifetime_s', accessTokenLifetimeS);

    const known =
      $case === 'password'
        ? await hashing.run(channel, tooMany, () => knownByPassword(value.playerId, value.password))
        : await knownByToken(value.accessToken, value.playerId);
    if (typeof known === 'string') return refused(known);
    const session = newToken();
    const fresh = $case === 'password' || rotateAccessToken ? newToken() : undefined;
    const command: LogInCommand = {
      type: 'log-in',
      channel,
      reference,
      currency,
      ...known,
      session: session.hash,
      newToken: fresh?.hash ?? null,
      lifetimeMs,
    };
    const outcome = await committer.submit({ command, request: new Uint8Array(0) }, TIMEOUT_MS, abandoned);
    if (outcome.status !== 'LOGGED_IN') return refused(refusalOf(outcome));
    const accessToken = fresh?.text ?? ($case === 'accessToken' ? value.accessToken : '');
    return {
      outcome: LogInOutcome.LOGGED_IN,
      playerId: known.player,
      accessToken,
      sessionToken: session.text,
    };
  };
}

/** How long a token is to be valid. */
export function readLifetime(field: string, seconds: number): bigint {
  if (seconds > LIFETIME_S_MAX) throw invalidArgument(`${field}: is ${seconds}; expected at most ${LIFETIME_S_MAX}`);
  return BigInt(seconds === 0 ? LIFETIME_S_DEFAULT : seconds) * 1000n;
}

function refusalOf(outcome: Outcome): LogInRefusal | 'CHANNEL_UNKNOWN' {
  if (outcome.status === 'NOT_LOGGED_IN') return outcome.reason;
  if (outcome.status === 'INVALID' && outcome.reason === 'CHANNEL_UNKNOWN') return outcome.reason;
  if (outcome.status === 'NOT_APPLIED' && outcome.reason !== 'FAULT') throw unavailable(outcome.reason);
  throw new Error(`a login came to ${outcome.status}`);
}

function refused(reason: LogInRefusal | 'CHANNEL_UNKNOWN'): LogInResponse {
  return { outcome: LogInOutcome[reason], playerId: '', accessToken: '', sessionToken: '' };
}

function tooMany(): CallError {
  return unavailable('too many passwords are being checked');
}

function unavailable(why: string): CallError {
  return new CallError(status.UNAVAILABLE, `${why}: nothing happened, send it again`);
}
