import { expect } from 'chai';
import type { Command, LogInCommand } from '../../wallet-core/domain/command.js';
import { needsOf, type Needs } from '../../wallet-core/domain/needs.js';
import { CHANNEL, check, freeze, maintenance, move, openAccount, refund } from './scenario.js';

const NOTHING: Needs = {
  channel: undefined,
  accounts: [],
  players: [],
  references: [],
  attempts: [],
  debits: [],
  blocks: [],
  settlements: [],
  refund: undefined,
  passwords: [],
  tokens: [],
  sessions: [],
};
const DEMO = { player: 'demo', currency: 'CNY' };
const mustExist = (player = 'demo') => [{ player, mustExist: true }];
const freezes = (player = 'demo') => [{ player, mustExist: false }];

const RETURN = move({
  kind: 'WITHHOLDING_RETURN',
  amount: 1n,
  names: [
    { reference: 'held', relation: 'RETURN', amount: 1n },
    { reference: 'nothing-of-it', relation: 'RETURN', amount: 0n },
    { reference: 'told', relation: 'MENTION', amount: 0n },
  ],
});

function logIn(type: 'password' | 'token'): LogInCommand {
  return {
    ...{ type: 'log-in', channel: CHANNEL, reference: 'login-1', player: 'demo', currency: 'CNY' },
    ...{ credential: { type, hash: 'hash' }, session: 'session', newToken: null, lifetimeMs: 1n },
  };
}

describe('what a command needs of the ledger, and no more', () => {
  const NEEDS: readonly (readonly [of: string, command: Command, needs: Partial<Needs>])[] = [
    [
      'a bet',
      move({}),
      {
        channel: CHANNEL,
        accounts: [DEMO],
        players: freezes(),
        references: ['bet-1'],
        blocks: [{ reference: 'bet-1', player: 'demo' }],
      },
    ],
    [
      'a bet of zero, which no block stops',
      move({ amount: 0n }),
      { channel: CHANNEL, accounts: [DEMO], players: freezes(), references: ['bet-1'] },
    ],
    [
      'a payout, which no freeze stops',
      move({ kind: 'PAYOUT', amount: 1n, names: [{ reference: 'bet-2', relation: 'SETTLE', amount: 0n }] }),
      { channel: CHANNEL, accounts: [DEMO], references: ['bet-1'] },
    ],
    [
      'a return, of the debits that it draws on',
      RETURN,
      { channel: CHANNEL, accounts: [DEMO], references: ['bet-1'], debits: ['held'] },
    ],
    [
      'two movements',
      move({}, { kind: 'BONUS', amount: 1n, reference: 'bonus-1', player: 'eve', currency: 'THB' }),
      {
        channel: CHANNEL,
        accounts: [DEMO, { player: 'eve', currency: 'THB' }],
        players: freezes(),
        references: ['bet-1', 'bonus-1'],
        blocks: [{ reference: 'bet-1', player: 'demo' }],
      },
    ],
    [
      'a refund',
      refund(),
      {
        channel: CHANNEL,
        accounts: [DEMO, DEMO],
        debits: ['bet-1'],
        blocks: [{ reference: 'bet-1', player: 'demo' }],
        refund: 'refund-1',
      },
    ],
    [
      'a refund of no one player that minds settlements',
      refund({ player: '', refuseSettled: true }, {}, { reference: 'bet-2', player: 'eve' }),
      {
        channel: CHANNEL,
        accounts: [DEMO, { player: 'eve', currency: 'CNY' }],
        debits: ['bet-1', 'bet-2'],
        blocks: [
          { reference: 'bet-1', player: 'demo' },
          { reference: 'bet-2', player: 'eve' },
        ],
        settlements: [
          { reference: 'bet-1', ...DEMO },
          { reference: 'bet-2', player: 'eve', currency: 'CNY' },
        ],
        refund: 'refund-1',
      },
    ],
    [
      'a check',
      check(),
      {
        channel: CHANNEL,
        references: ['bet-1'],
        attempts: ['bet-1'],
        blocks: [{ reference: 'bet-1', player: '' }],
      },
    ],
    ['the opening of a channel', { type: 'open-channel', channel: CHANNEL }, { channel: CHANNEL }],
    ['maintenance', maintenance(true), { channel: CHANNEL }],
    ['the opening of an account', openAccount(), { accounts: [DEMO] }],
    ['a freeze', freeze('kyc'), { players: mustExist() }],
    ['a new password', { type: 'set-password', player: 'demo', hash: 'hash' }, { players: mustExist() }],
    [
      'a new token',
      { type: 'issue-token', player: 'demo', token: 'hash', lifetimeMs: 1n, oneTime: false },
      { players: mustExist() },
    ],
    [
      'a login by password',
      logIn('password'),
      { channel: CHANNEL, accounts: [DEMO], players: freezes(), passwords: ['demo'] },
    ],
    [
      'a login by token',
      logIn('token'),
      { channel: CHANNEL, accounts: [DEMO], players: freezes(), passwords: ['demo'], tokens: ['hash'] },
    ],
    [
      'the end of sessions',
      { type: 'end-sessions', player: 'demo', channel: CHANNEL },
      { players: mustExist(), sessions: ['demo'] },
    ],
  ];
  for (const [of, command, needs] of NEEDS) {
    it(of, () => {
      expect(needsOf(command)).to.deep.equal({ ...NOTHING, ...needs });
    });
  }
});
