import { type Metadata, status } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Committer } from '../committer.js';
import type { Command } from '../domain/command.js';
import { faultOf, playerFault } from '../domain/validate.js';
import type { Outcome } from '../domain/outcome.js';
import { Hashing } from '../hashing.js';
import { formatMoney } from '../money.js';
import { checkPassword, hashPassword, PASSWORD_LENGTH_MAX } from '../password.js';
import type { Store } from '../storage/port.js';
import type { AccountServiceServer } from '../../proto/gen/wallet/v1/account.js';
import { newToken } from '../token.js';
import { grantOf } from './authentication.js';
import { busy, CallError, invalidArgument, notFound } from './call-error.js';
import { logIn, readLifetime } from './log-in.js';
import { operatorOf } from './operator.js';
import { unary } from './unary.js';

/** An act on an account is not urgent: it may wait behind a full queue of movements. */
const TIMEOUT_MS = 5_000;

/** AccountService: channels, accounts, freezes, credentials. */
export function accountService({ queries }: Store, committer: Committer, log: Logger): AccountServiceServer {
  /** What an act came to; those that happened are told apart by the caller. */
  async function submit(command: Command): Promise<Outcome> {
    const fault = faultOf(command);
    if (fault !== undefined) throw invalidArgument(fault);
    const outcome = await committer.submit({ command, request: new Uint8Array(0) }, TIMEOUT_MS);
    if (outcome.status === 'NO_PLAYER') throw notFound('player_id: the player has no account');
    if (outcome.status === 'NO_CHANNEL') throw notFound('channel: is not open; open it once with OpenChannel');
    if (outcome.status === 'NOT_APPLIED') {
      throw new CallError(status.UNAVAILABLE, `${outcome.reason}: nothing happened, send it again`);
    }
    return outcome;
  }

  /** Whether the act changed anything; what already holds is left as it is. */
  async function act(command: Command): Promise<boolean> {
    const outcome = await submit(command);
    if (outcome.status === 'DONE') return outcome.changed;
    throw unexpected(command, outcome);
  }

  const hashing = new Hashing();
  const answerLogIn = logIn(queries, committer, hashing);
  return {
    openChannel: unary(log, async ({ channel, by }, call) => ({
      opened: await act({ type: 'open-channel', channel, ...operatorOf(by, call.metadata) }),
    })),
    listChannels: unary(log, async () => ({
      channels: (await queries.channels()).map((view) => ({ ...view })),
    })),
    setMaintenance: unary(log, async ({ channel, maintenance, note, by }, call) => ({
      changed: await act({ type: 'maintenance', channel, maintenance, note, ...operatorOf(by, call.metadata) }),
    })),
    openAccount: unary(log, async ({ playerId: player, currency, by }, call) => ({
      opened: await act({ type: 'open-account', player, currency, ...operatorOf(by, call.metadata) }),
    })),
    getAccounts: unary(log, async ({ playerId }, call) => {
      const fault = playerFault(playerId);
      if (fault !== undefined) throw invalidArgument(fault);
      const { accounts, freezes } = await queries.accounts(playerId);
      if (accounts.length === 0) throw notFound(`player_id: ${playerId} has no account`);
      return {
        playerId,
        accounts: accounts.map(({ currency, balance, openedMs }) => ({
          currency,
          balance: formatMoney(balance, currency),
          openedMs,
        })),
        freezes: freezes.map(({ by, note, ...freeze }) =>
          hearsNotes(call.metadata) ? { ...freeze, note, ...(by && { by }) } : { ...freeze, note: '' },
        ),
      };
    }),
    freezePlayer: unary(log, async ({ playerId: player, reason, note, by }, call) => ({
      changed: await act({ type: 'freeze', player, reason, note, frozen: true, ...operatorOf(by, call.metadata) }),
    })),
    unfreezePlayer: unary(log, async ({ playerId: player, reason, note, by }, call) => ({
      changed: await act({ type: 'freeze', player, reason, note, frozen: false, ...operatorOf(by, call.metadata) }),
    })),
    setPassword: unary(log, async ({ playerId: player, password, by }, call) => {
      checkLength(password);
      await act({
        type: 'set-password',
        player,
        hash: await hashing.run('', tooMany, () => hashPassword(password)),
        ...operatorOf(by, call.metadata),
      });
      return {};
    }),
    checkPassword: unary(log, async ({ playerId, password }) => {
      checkLength(password);
      const check = async () => checkPassword(password, await queries.passwordHash(playerId));
      return { correct: await hashing.run('', tooMany, check) };
    }),
    issueAccessToken: unary(log, async ({ playerId: player, lifetimeS, oneTime }) => {
      const lifetimeMs = readLifetime('lifetime_s', lifetimeS);
      const { text, hash } = newToken();
      const command: Command = { type: 'issue-token', player, token: hash, lifetimeMs, oneTime };
      const outcome = await submit(command);
      if (outcome.status !== 'TOKEN_ISSUED') throw unexpected(command, outcome);
      return { accessToken: text, expiresMs: outcome.expiresMs };
    }),
    logIn: unary(log, (request, call) => answerLogIn(request, () => call.cancelled)),
    endSessions: unary(log, async ({ playerId: player, channel, by }, call) => {
      const command: Command = { type: 'end-sessions', player, channel, ...operatorOf(by, call.metadata) };
      const outcome = await submit(command);
      if (outcome.status !== 'SESSIONS_ENDED') throw unexpected(command, outcome);
      return { count: outcome.count };
    }),
  };
}

function tooMany(): CallError {
  return busy('too many passwords are being hashed: nothing happened, send it again');
}

function unexpected({ type }: Command, { status }: Outcome): Error {
  return new Error(`${type} came to ${status}`);
}

function checkLength(password: string): void {
  if (password.length < 1 || password.length > PASSWORD_LENGTH_MAX) {
    throw invalidArgument(`password: has ${password.length} characters; expected 1 to ${PASSWORD_LENGTH_MAX}`);
  }
}

/** What the operator's people noted is not for platforms that only post. */
function hearsNotes(shown: Metadata): boolean {
  const grant = grantOf(shown);
  return !grant || grant.roles.includes('read') || grant.roles.includes('operate');
}
