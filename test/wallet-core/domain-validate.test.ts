import { expect } from 'chai';
import type { Command, LogInCommand, NewMovement } from '../../wallet-core/domain/command.js';
import { faultOf } from '../../wallet-core/domain/validate.js';
import { freeze, move, moveOn, openAccount, refund } from './scenario.js';

const named = { reference: 'bet-1', relation: 'RETURN', amount: 1000n } as const;
const give = (...names: NewMovement['names']) => move({ kind: 'WITHHOLDING_RETURN', amount: 1000n, names });
const password = (player: string): Command => ({ type: 'set-password', player, hash: 'x' });
const capped = { reference: 'bet-1', relation: 'RETURN_CAPPED', amount: 1n } as const;

function issueToken(player: string): Command {
  return { type: 'issue-token', player, token: 'x', lifetimeMs: 1n, oneTime: false };
}

function logIn(change: Partial<LogInCommand>): Command {
  return {
    ...{ type: 'log-in', channel: 'ebet/1', reference: 'login-1', player: 'demo', currency: 'CNY' },
    ...{ credential: { type: 'token', hash: 'x' }, session: 'x', newToken: null, lifetimeMs: 1n },
    ...change,
  };
}

function endSessions(player: string, channel: string) {
  return { type: 'end-sessions', player, channel } as const;
}

describe('faultOf', () => {
  const REFERENCE = 'expected 1 to 128 printable ASCII characters';
  const PLAYER = 'expected 1 to 64 characters in lower case, no control characters';
  const CHANNEL = 'expected 1 to 64 of a-z 0-9 / . _ -';
  const CURRENCY = 'expected an ISO 4217 code, such as "CNY"';
  const long = (length: number) => 'a'.repeat(length);
  const shown = `"${long(80)}…"`;

  const FAULTS: readonly (readonly [message: string, command: Command])[] = [
    [`channel: is ""; ${CHANNEL}`, moveOn('', {})],
    [`channel: is "eBET/1"; ${CHANNEL}`, moveOn('eBET/1', {})],
    [`channel: is "/1"; ${CHANNEL}`, { type: 'open-channel', channel: '/1' }],
    [`channel: is "${long(65)}"; ${CHANNEL}`, { ...refund(), channel: long(65) }],
    ['movements: is 0; expected 1 to 100 movements', move()],
    [
      'movements: is 101; expected 1 to 100 movements',
      move(...Array.from({ length: 101 }, (_, index) => ({ reference: `${index}` }))),
    ],
    ['movements: two of them have the same reference', move({}, {})],
    [`movements[0].player_id: is ""; ${PLAYER}`, move({ player: '' })],
    [`movements[0].player_id: is "Demo"; ${PLAYER}`, move({ player: 'Demo' })],
    [`movements[0].player_id: is "${long(65)}"; ${PLAYER}`, move({ player: long(65) })],
    [`movements[0].player_id: is "de\\nmo"; ${PLAYER}`, move({ player: 'de\nmo' })],
    [`movements[0].player_id: is "\\ud800"; ${PLAYER}`, move({ player: '\ud800' })],
    [`movements[1].player_id: is "Demo"; ${PLAYER}`, move({}, { reference: 'bet-2', player: 'Demo' })],
    [`movements[0].currency: is "cny"; ${CURRENCY}`, move({ currency: 'cny' })],
    [`movements[0].reference: is ""; ${REFERENCE}`, move({ reference: '' })],
    [`movements[0].reference: is ${shown}; ${REFERENCE}`, move({ reference: long(129) })],
    [`movements[0].reference: is "bét"; ${REFERENCE}`, move({ reference: 'bét' })],
    [`movements[0].reference: is "a\\n"; ${REFERENCE}`, move({ reference: 'a\n' })],
    [`movements[0].round: is ${shown}; expected at most 128 characters`, move({ round: long(129) })],
    ['movements[0].round: is "a\\u0000"; expected no control characters', move({ round: 'a\0' })],
    [`movements[0].provider_type: is "${long(33)}"; expected at most 32 characters`, move({ providerType: long(33) })],
    ['movements[0].amount: has more than 18 digits of minor units', move({ amount: -(10n ** 18n) })],
    ['movements[0].withholding: a TIP holds none; expected false', move({ kind: 'TIP', withholding: true })],
    [
      'movements[0].names: is 1001; expected at most 1,000',
      move({ names: Array.from({ length: 1001 }, () => ({ ...named, relation: 'MENTION' as const, amount: 0n })) }),
    ],
    [`movements[0].names[0].reference: is ""; ${REFERENCE}`, give({ ...named, reference: '' })],
    ['movements[0].names[1].amount: expected >= 0', give(named, { ...named, amount: -1n })],
    [
      'movements[0].names[1].amount: expected none with MENTION',
      give(named, { ...named, relation: 'MENTION', amount: 1n }),
    ],
    [
      'movements[0].names: the amounts to RETURN must sum to the amount of the movement',
      give({ ...named, amount: 999n }),
    ],
    ['movements[0].names: the amounts to RETURN must sum to the amount of the movement', give()],
    ['lines: is 0; expected 1 to 1,000 lines', { ...refund(), lines: [] }],
    ['lines: is 1001; expected 1 to 1,000 lines', refund({}, ...Array.from({ length: 1001 }, () => ({})))],
    [`lines[1].reference: is ""; ${REFERENCE}`, refund({}, {}, { reference: '' })],
    [`lines[0].player_id: is ""; ${PLAYER}`, refund({ player: '' }, { player: '' })],
    [`lines[0].player_id: is "Eve"; ${PLAYER}`, refund({}, { player: 'Eve' })],
    [`reference: is ""; ${REFERENCE}`, refund({ reference: '' })],
    [`player_id: is "Demo"; ${PLAYER}`, refund({ player: 'Demo' })],
    [`currency: is ""; ${CURRENCY}`, refund({ currency: '' })],
    [`player_id: is "Demo"; ${PLAYER}`, openAccount('Demo')],
    [`currency: is "yuan"; ${CURRENCY}`, openAccount('demo', 'yuan')],
    [`player_id: is ""; ${PLAYER}`, freeze('kyc', '')],
    ['reason: is "KYC"; expected 1 to 32 of a-z 0-9 - _', freeze('KYC')],
    [`reason: is "${long(33)}"; expected 1 to 32 of a-z 0-9 - _`, freeze(long(33))],
    [
      `note: is ${shown}; expected at most 200 characters`,
      { type: 'freeze', player: 'demo', reason: 'kyc', note: long(201), frozen: true },
    ],
    [`player_id: is "Demo"; ${PLAYER}`, password('Demo')],
    [`player_id: is "Demo"; ${PLAYER}`, issueToken('Demo')],
    [`channel: is "eBET"; ${CHANNEL}`, logIn({ channel: 'eBET', reference: '', currency: '', player: '' })],
    [`reference: is ""; ${REFERENCE}`, logIn({ reference: '', currency: '', player: '' })],
    [`currency: is "cny"; ${CURRENCY}`, logIn({ currency: 'cny', player: '' })],
    [`player_id: is "Demo"; ${PLAYER}`, logIn({ player: 'Demo' })],
    [`player_id: is "Demo"; ${PLAYER}`, endSessions('Demo', '')],
    [`channel: is "eBET"; ${CHANNEL}`, endSessions('demo', 'eBET')],
    [
      'operator.name: is ""; expected who asks, 1 to 64 characters',
      { ...endSessions('demo', ''), by: { name: '', reason: 'why' } },
    ],
    ['movements[0].wager: a TIP has none; expected false', move({ kind: 'TIP', wager: true })],
    [
      'movements[0].names[0].amount: expected >= 0',
      move({ kind: 'PAYOUT', amount: 1n, names: [{ ...capped, amount: -1n }] }),
    ],
    [`player_id: is "${'A'.repeat(80)}"; ${PLAYER}`, openAccount('A'.repeat(80))],
  ];
  for (const [message, command] of FAULTS) {
    it(`${command.type}: ${message.length > 120 ? `${message.slice(0, 40)}…${message.slice(-60)}` : message}`, () => {
      expect(faultOf(command)).to.equal(message);
    });
  }

  const GOOD: readonly (readonly [what: string, command: Command])[] = [
    ['a bet', move({})],
    ['a reference with | and spaces, never trimmed', move({ reference: ' a|b ' })],
    ['a round with a leading space', move({ round: ' round' })],
    ['names at their longest', move({ player: long(64), reference: long(128), round: long(128) })],
    ['a player in another alphabet', move({ player: '玩家' })],
    ['a hundred movements', move(...Array.from({ length: 100 }, (_, index) => ({ reference: `${index}` })))],
    ['a bet that includes a withholding', move({ withholding: true })],
    ['18 digits', move({ amount: 1n - 10n ** 18n })],
    ['a return in two parts', give({ ...named, amount: 400n }, { ...named, amount: 600n })],
    ['a refund', refund()],
    ['a refund of lines of several players', refund({ player: '' }, {}, { player: 'eve' })],
    ['a refund line without an amount', refund({}, { amount: null })],
    ['a channel', { type: 'open-channel', channel: 'platform/cash-desk_1.eu' }],
    ['an account', openAccount()],
    ['a freeze', freeze('self-exclusion')],
    ['a password', password('demo')],
    ['a token', issueToken('demo')],
    ['a login', logIn({})],
    ['the end of sessions on a channel', endSessions('demo', 'ebet/1')],
    ['the end of sessions on all channels', endSessions('demo', '')],
    ['a bet with a wager', move({ wager: true })],
    ['a payout that draws on a debit', move({ kind: 'PAYOUT', amount: 1n, names: [capped] })],
    [
      'a thousand names',
      move({ names: Array.from({ length: 1000 }, () => ({ ...named, relation: 'MENTION' as const, amount: 0n })) }),
    ],
    ['a refund of a thousand lines', refund({}, ...Array.from({ length: 1000 }, () => ({})))],
  ];
  for (const [what, command] of GOOD) {
    it(`finds nothing wrong with ${what}`, () => {
      expect(faultOf(command)).to.equal(undefined);
    });
  }
});
