import { makeClientConstructor, status, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { service as healthDefinition } from 'grpc-health-check';
import path from 'node:path';
import type { CheckPasswordResponse, GetAccountsResponse } from '../../proto/gen/wallet/v1/account.js';
import { Kind, Outcome, Relation, type Movement } from '../../proto/gen/wallet/v1/movement.js';
import type { Command } from '../../proto/gen/wallet/v1/posting.js';
import type {
  GetMovementByReferenceResponse,
  GetMovementResponse,
  ListMovementsRequest,
  ListMovementsResponse,
} from '../../proto/gen/wallet/v1/query.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { clientAccess } from '../secured.js';
import { call } from '../system.js';
import { CHANNEL, deposit, failure, movements, refund, TestCore, words } from './core.js';

const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const REFERENCE = '1 to 128 printable ASCII characters';
const PLAYER = 'expected 1 to 64 characters in lower case, no control characters';
const EMPTY: ListMovementsRequest = {
  ...{ playerId: '', currency: '', channel: '', round: '', kinds: [], fromMs: 0n, toMs: 0n, pageSize: 0 },
  pageToken: '',
};

let core: TestCore;

function list(request: Partial<ListMovementsRequest>): Promise<ListMovementsResponse> {
  return call((done) => core.clients.queries.listMovements({ ...EMPTY, ...request }, done));
}

/** All pages of a list. */
async function pages(request: Partial<ListMovementsRequest>): Promise<Movement[][]> {
  const all: Movement[][] = [];
  let pageToken = '';
  do {
    const page = await list({ ...request, pageToken });
    all.push(page.movements);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return all;
}

const references = (list: readonly Movement[]) => list.map(({ reference }) => reference);
const byReference = (reference: string, channel = CHANNEL) =>
  call<GetMovementByReferenceResponse>((done) =>
    core.clients.queries.getMovementByReference({ channel, reference }, done),
  );
const getMovement = (movementId: string) =>
  call<GetMovementResponse>((done) => core.clients.queries.getMovement({ movementId }, done));
const getAccounts = (playerId: string) =>
  call<GetAccountsResponse>((done) => core.clients.accounts.getAccounts({ playerId }, done));
const freeze = (playerId: string, reason: string, note = '') =>
  call<{ changed: boolean }>((done) => core.clients.accounts.freezePlayer({ playerId, reason, note }, done));
const unfreeze = (playerId: string, reason: string) =>
  call<{ changed: boolean }>((done) => core.clients.accounts.unfreezePlayer({ playerId, reason, note: '' }, done));
const setPassword = (playerId: string, password: string) =>
  call<unknown>((done) => core.clients.accounts.setPassword({ playerId, password }, done));
const checkPassword = async (playerId: string, password: string) =>
  (await call<CheckPasswordResponse>((done) => core.clients.accounts.checkPassword({ playerId, password }, done)))
    .correct;

describe('wallet.v1 over gRPC', () => {
  before(async () => (core = await TestCore.start('10000.00')));
  after(() => core.stop());

  describe('a malformed item of a batch', () => {
    const named = (relation: Relation, reference = 'other', amount = '') => [{ relation, reference, amount }];
    const ITEMS: readonly (readonly [message: string, command: Command])[] = [
      ['body: is missing; expected movements, refund or check', { ...movements({}), body: undefined }],
      ['channel: is "eBET/1"; expected 1 to 64 of a-z 0-9 / . _ -', { ...movements({}), channel: 'eBET/1' }],
      ['timeout_ms: is 60001; expected at most 60000', { ...movements({}), timeoutMs: 60_001 }],
      ['request: is larger than 1 MiB and 128 KiB', { ...movements({}), request: Buffer.alloc(2 ** 20 + 2 ** 17 + 1) }],
      ['movements: is 0; expected 1 to 100 movements', movements()],
      ['movements: two of them have the same reference', movements({}, {})],
      ['movements[0].kind: is 0; expected one of Kind', movements({ kind: Kind.UNSPECIFIED })],
      ['movements[0].kind: is 99; expected one of Kind', movements({ kind: 99 as Kind })],
      ['movements[0].kind: REFUND is written by refunds only; expected another kind', movements({ kind: Kind.REFUND })],
      ['movements[0].amount: is "ten"; expected decimal text with the decimals of CNY', movements({ amount: 'ten' })],
      ['movements[0].amount: is ""; expected decimal text with the decimals of CNY', movements({ amount: '' })],
      [
        'movements[0].amount: is "-0.001"; expected decimal text with the decimals of CNY',
        movements({ amount: '-0.001' }),
      ],
      ['movements[0].amount: is positive; a BET takes an amount <= 0', movements({ amount: '80.00' })],
      [
        'movements[1].amount: is negative; a PAYOUT takes an amount >= 0',
        movements({}, { kind: Kind.PAYOUT, reference: 'bet-2' }),
      ],
      [`movements[0].player_id: is "Demo"; ${PLAYER}`, movements({ playerId: 'Demo' })],
      [`movements[0].player_id: is ""; ${PLAYER}`, movements({ playerId: '' })],
      ['movements[0].currency: is "cny"; expected an ISO 4217 code, such as "CNY"', movements({ currency: 'cny' })],
      [`movements[0].reference: is ""; expected ${REFERENCE}`, movements({ reference: '' })],
      [
        `movements[0].reference: is "${'r'.repeat(80)}…"; expected ${REFERENCE}`,
        movements({ reference: 'r'.repeat(129) }),
      ],
      [
        'movements[0].provider_type: is "a\\u0007"; expected no control characters',
        movements({ providerType: 'a\x07' }),
      ],
      ['movements[0].withholding: a TIP holds none; expected false', movements({ kind: Kind.TIP, withholding: true })],
      [
        'movements[0].names[0].relation: is 0; expected one of Relation',
        movements({ names: named(Relation.UNSPECIFIED) }),
      ],
      ['movements[0].names[0].relation: is 77; expected one of Relation', movements({ names: named(77 as Relation) })],
      ['movements[0].names[0].relation: a BET cannot name with SETTLE', movements({ names: named(Relation.SETTLE) })],
      ['movements[0].names[0].relation: a BET cannot name with REFUND', movements({ names: named(Relation.REFUND) })],
      [
        'movements[0].names[0].amount: is "1.2.3"; expected decimal text with the decimals of CNY',
        movements({ names: named(Relation.MENTION, 'other', '1.2.3') }),
      ],
      [
        'movements[0].names[0].amount: expected none with MENTION',
        movements({ names: named(Relation.MENTION, 'other', '1.00') }),
      ],
      [
        `movements[0].names[0].reference: is ""; expected ${REFERENCE}`,
        movements({ names: named(Relation.MENTION, '') }),
      ],
      ['lines: is 0; expected 1 to 1,000 lines', refund({ lines: [] })],
      [`reference: is ""; expected ${REFERENCE}`, refund({ reference: '' })],
      [`lines[1].reference: is ""; expected ${REFERENCE}`, refund({}, {}, { reference: '' })],
      [`lines[0].player_id: is ""; ${PLAYER}`, refund({ playerId: '' })],
      [`player_id: is "Demo"; ${PLAYER}`, refund({ playerId: 'Demo' }, { playerId: 'demo' })],
    ];
    for (const [index, [message, command]] of ITEMS.entries()) {
      it(message.length > 100 ? `${message.slice(0, 40)}…${message.slice(-40)}` : message, async () => {
        const good = ['before', 'after'].map((name) => movements({ reference: `${name}-${index}`, amount: '-0.01' }));
        const results = await core.postBatch(...good.slice(0, 1), command, ...good.slice(1));
        expect(results.map(words)).to.deep.equal(['APPLIED', 'INVALID MALFORMED', 'APPLIED']);
        expect(results[1]).to.deep.include({ message, timeMs: 0n, movements: [], refund: undefined });
      });
    }

    it('of a channel that has not been opened is named, beside a good one', async () => {
      const [good, bad] = await core.postBatch(movements({ reference: 'beside', amount: '0' }), {
        ...movements({}),
        channel: 'ebet/404',
      });
      expect([good, bad].map((result) => result && words(result))).to.deep.equal([
        'APPLIED',
        'INVALID CHANNEL_UNKNOWN',
      ]);
      expect(bad?.message).to.match(/^channel ebet\/404: not open in this ledger/);
    });

    it('alone is answered the same way by Post', async () => {
      expect(words(await core.post(movements({ amount: 'ten' })))).to.equal('INVALID MALFORMED');
    });
  });

  describe('a malformed call is INVALID_ARGUMENT and names the field', () => {
    const token = 'page_token: is none of ours; expected the next_page_token of the page before';
    const CALLS: readonly (readonly [message: string, run: () => Promise<unknown>])[] = [
      ['commands: has 0; expected 1 to 1000', () => core.postBatch()],
      ['commands: has 1001; expected 1 to 1000', () => core.postBatch(...times(1001).map(() => movements({})))],
      ['command: is missing', () => call((done) => core.clients.posting.post({ command: undefined }, done))],
      [`player_id: is "Demo"; ${PLAYER}`, () => core.clients.balance('Demo')],
      ['currency: is ""; expected an ISO 4217 code, such as "CNY"', () => core.clients.balance('demo', '')],
      ['movement_id: is "first"; expected "writer.entry.index" of this ledger', () => getMovement('first')],
      ['movement_id: is "2.1.0"; expected "writer.entry.index" of this ledger', () => getMovement('2.1.0')],
      ['movement_id: is "1.1.99999"; expected "writer.entry.index" of this ledger', () => getMovement('1.1.99999')],
      ['channel: is ""; expected 1 to 64 of a-z 0-9 / . _ -', () => byReference('bet-1', '')],
      [`reference: is ""; expected ${REFERENCE}`, () => byReference('')],
      ['page_size: is 1001; expected at most 1000', () => list({ pageSize: 1001 })],
      [token, () => list({ pageToken: 'NOT OURS' })],
      [token, () => list({ pageToken: '1-' })],
      [token, () => list({ pageToken: 'z'.repeat(13) })],
      [`player_id: is "Demo"; ${PLAYER}`, () => list({ playerId: 'Demo' })],
      ['currency: is "yuan"; expected an ISO 4217 code, such as "CNY"', () => list({ currency: 'yuan' })],
      ['channel: is "A"; expected 1 to 64 of a-z 0-9 / . _ -', () => list({ channel: 'A' })],
      ['channel: is missing; expected the channel of the round', () => list({ round: 'round-1' })],
      ['kinds: has 99; expected values of Kind', () => list({ kinds: [99 as Kind] })],
      ['from_ms: is -1; expected >= 0', () => list({ fromMs: -1n })],
      ['to_ms: is -1; expected >= 0', () => list({ toMs: -1n })],
      ['channel: is "A"; expected 1 to 64 of a-z 0-9 / . _ -', () => core.clients.openChannel('A')],
      [`player_id: is "Demo"; ${PLAYER}`, () => core.clients.open('Demo', 'CNY')],
      ['currency: is "CN"; expected an ISO 4217 code, such as "CNY"', () => core.clients.open('demo', 'CN')],
      [`player_id: is ""; ${PLAYER}`, () => getAccounts('')],
      ['reason: is "KYC"; expected 1 to 32 of a-z 0-9 - _', () => freeze('demo', 'KYC')],
      [`note: is "${'n'.repeat(80)}…"; expected at most 200 characters`, () => freeze('demo', 'kyc', 'n'.repeat(201))],
      ['password: has 0 characters; expected 1 to 128', () => setPassword('demo', '')],
      ['password: has 129 characters; expected 1 to 128', () => checkPassword('demo', 'p'.repeat(129))],
      [`player_id: is "Demo"; ${PLAYER}`, () => setPassword('Demo', 'secret')],
    ];
    for (const [message, run] of CALLS) {
      it(message.length > 100 ? `${message.slice(0, 30)}…${message.slice(-30)}` : message, async () => {
        expect(await failure(run())).to.equal(`INVALID_ARGUMENT: ${message}`);
      });
    }
  });

  for (const [what, movementId] of [
    ['of 100,000 letters', 'x'.repeat(100_000)],
    ['of 100,000 digits', '9'.repeat(100_000)],
    ['with an entry of 100,000 digits', `1.${'9'.repeat(100_000)}.0`],
    ['of 100,000 control characters', '\n'.repeat(100_000)],
    ['of 100,000 characters beyond ASCII', '荷'.repeat(100_000)],
  ] as const) {
    it(`a movement_id ${what} is INVALID_ARGUMENT in few words, and the connection goes on`, async () => {
      const [answer, beside] = await Promise.all([failure(getMovement(movementId)), core.clients.balance()]);
      expect(answer.slice(0, 200)).to.match(/^INVALID_ARGUMENT: movement_id: is /);
      expect(answer.length).to.be.below(400);
      expect(await core.clients.balance()).to.equal(beside);
    });
  }

  describe('what is not there is NOT_FOUND and names the field', () => {
    const ABSENT: readonly (readonly [message: string, run: () => Promise<unknown>])[] = [
      ['player_id: nobody has no account in CNY', () => core.clients.balance('nobody')],
      ['player_id: demo has no account in THB', () => core.clients.balance('demo', 'THB')],
      ['movement_id: there is no movement 1.999999999.0', () => getMovement('1.999999999.0')],
      ['movement_id: there is no movement 1.1.0', () => getMovement('1.1.0')],
      [`reference: no movement of ${CHANNEL} holds never-seen`, () => byReference('never-seen')],
      ['reference: no movement of ebet/404 holds bet-1', () => byReference('bet-1', 'ebet/404')],
      ['player_id: nobody has no account', () => getAccounts('nobody')],
      ['player_id: the player has no account', () => freeze('nobody', 'kyc')],
      ['player_id: the player has no account', () => unfreeze('nobody', 'kyc')],
      ['player_id: the player has no account', () => setPassword('nobody', 'secret')],
    ];
    for (const [message, run] of ABSENT) {
      it(message, async () => {
        expect(await failure(run())).to.equal(`NOT_FOUND: ${message}`);
      });
    }

    it('also for a player of whom the ledger knows refusals only', async () => {
      expect(words(await core.post(movements({ playerId: 'ghost', reference: 'ghost' })))).to.equal(
        'REFUSED NO_ACCOUNT',
      );
      expect(await failure(core.clients.balance('ghost'))).to.match(/^NOT_FOUND/);
      expect(await failure(getAccounts('ghost'))).to.match(/^NOT_FOUND/);
      expect(await failure(freeze('ghost', 'kyc'))).to.match(/^NOT_FOUND/);
    });

    it('also for the reference of a refused settlement, which holds none', async () => {
      const names = [{ reference: 'never-seen', relation: Relation.RETURN, amount: '1.00' }];
      const settlement = { kind: Kind.WITHHOLDING_RETURN, amount: '1.00', reference: 'refused-return', names };
      expect(words(await core.post(movements(settlement)))).to.equal('REFUSED DEBIT_UNKNOWN');
      expect(await failure(byReference('refused-return'))).to.match(/^NOT_FOUND/);
    });
  });

  describe('a movement', () => {
    it('is found by its id and by its reference, with the request that caused it', async () => {
      const request = Buffer.from('{"seqNo":"kept","money":-1.50}');
      const bet = movements({ reference: 'kept', amount: '-1.5', providerType: '1', withholding: true });
      const { movements: posted } = await core.post({ ...bet, request });
      const movementId = posted[0]?.movementId ?? '';
      const found = await byReference('kept');
      expect(found).to.deep.equal(await getMovement(movementId));
      expect(found.request.toString()).to.equal(request.toString());
      expect(found.movement).to.deep.include({
        ...{ movementId, channel: CHANNEL, playerId: 'demo', currency: 'CNY', kind: Kind.BET, amount: '-1.50' },
        ...{ outcome: Outcome.APPLIED, reference: 'kept', round: 'round-1', providerType: '1', withholding: true },
        ...{ outstanding: '1.50', refunded: false, names: [] },
        balanceBefore: posted[0]?.balanceBefore,
        balanceAfter: posted[0]?.balanceAfter,
      });
    });

    it('gets the request that belongs to it out of a batch', async () => {
      const commands = ['x', 'y', 'z'].map((name) => ({
        ...movements({ reference: `of-${name}`, amount: '0' }, { reference: `of-${name}${name}`, amount: '0' }),
        request: Buffer.from(name === 'y' ? '' : `request of ${name}`),
      }));
      await core.postBatch(...commands);
      const requestOf = async (reference: string) => (await byReference(reference)).request.toString();
      expect(await requestOf('of-x')).to.equal('request of x');
      expect(await requestOf('of-xx')).to.equal('request of x');
      expect(await requestOf('of-yy')).to.equal('');
      expect(await requestOf('of-zz')).to.equal('request of z');
    });

    it('shows what is outstanding of it and that it was refunded', async () => {
      await core.post(movements({ reference: 'back', amount: '-2.00' }));
      await core.post(refund({ reference: 'refund-back' }, { reference: 'back', amount: '2.00' }));
      expect((await byReference('back')).movement).to.include({ outstanding: '0.00', refunded: true });
    });

    it('that was refused says why, and kept its reference as a stake', async () => {
      await core.post(movements({ reference: 'too-much', amount: '-99999.00' }));
      const { movement } = await byReference('too-much');
      expect(movement && words(movement)).to.equal('REFUSED INSUFFICIENT_FUNDS');
      expect(movement).to.include({ amount: '-99999.00', outstanding: '' });
      expect(movement?.balanceBefore).to.equal(movement?.balanceAfter);
    });
  });

  describe('a list of movements', () => {
    it('of a player gives each once, newest first, over several pages', async () => {
      await core.player('paged', '100.00');
      for (const n of times(24)) {
        await core.post(movements({ playerId: 'paged', reference: `paged-${n}`, amount: '-0.01' }));
      }
      const all = await pages({ playerId: 'paged', pageSize: 7 });
      expect(all.map(({ length }) => length)).to.deep.equal([7, 7, 7, 4]);
      expect(references(all.flat())).to.deep.equal([...times(24).map((n) => `paged-${23 - n}`), 'deposit-paged-CNY']);
    });

    it('of a player with two currencies merges both by time, and can be of one', async () => {
      for (const currency of ['CNY', 'THB']) await core.player('rich', '100.00', currency);
      for (const n of times(6)) {
        const currency = n % 2 === 0 ? 'CNY' : 'THB';
        await core.post(movements({ playerId: 'rich', currency, reference: `rich-${n}`, amount: '-1.00' }));
      }
      const newest = [5, 4, 3, 2, 1, 0].map((n) => `rich-${n}`);
      const deposits = ['deposit-rich-THB', 'deposit-rich-CNY'];
      const merged = await pages({ playerId: 'rich', pageSize: 3 });
      expect(references(merged.flat())).to.deep.equal([...newest, ...deposits]);
      const baht = await pages({ playerId: 'rich', currency: 'THB', pageSize: 3 });
      expect(references(baht.flat())).to.deep.equal(['rich-5', 'rich-3', 'rich-1', 'deposit-rich-THB']);
    });

    it('is not changed by what is posted while it is read', async () => {
      await core.player('busy', '100.00');
      const post = (name: string) => core.post(movements({ playerId: 'busy', reference: name, amount: '-1.00' }));
      for (const name of ['busy-0', 'busy-1', 'busy-2']) await post(name);
      const first = await list({ playerId: 'busy', pageSize: 2 });
      await post('busy-3');
      const second = await list({ playerId: 'busy', pageSize: 2, pageToken: first.nextPageToken });
      expect(references([...first.movements, ...second.movements])).to.deep.equal([
        ...['busy-2', 'busy-1', 'busy-0', 'deposit-busy-CNY'],
      ]);
    });

    it('of a round gives what all players did in it on that channel', async () => {
      await core.player('eve', '100.00');
      await core.clients.openChannel('ebet/7');
      const bet = { round: 'shared', amount: '-1.00' };
      await core.post(movements({ ...bet, reference: 'shared-1' }));
      await core.post(movements({ ...bet, reference: 'shared-2', playerId: 'eve' }));
      await core.post({ ...movements({ ...bet, reference: 'shared-3' }), channel: 'ebet/7' });
      await core.post(movements({ ...bet, reference: 'shared-4', round: 'shared ' }));
      const all = await pages({ channel: CHANNEL, round: 'shared', pageSize: 1 });
      expect(references(all.flat())).to.deep.equal(['shared-2', 'shared-1']);
      const one = await list({ channel: CHANNEL, round: 'shared', playerId: 'eve' });
      expect(references(one.movements)).to.deep.equal(['shared-2']);
    });

    it('can be of some kinds', async () => {
      await core.player('kinds', '100.00');
      for (const [kind, amount] of [
        [Kind.TIP, '-1'],
        [Kind.BONUS, '1'],
        [Kind.BET, '-1'],
      ] as const) {
        await core.post(movements({ playerId: 'kinds', reference: `kinds-${kind}`, kind, amount }));
      }
      const { movements: some } = await list({ playerId: 'kinds', kinds: [Kind.TIP, Kind.BET] });
      expect(some.map(({ kind }) => kind)).to.deep.equal([Kind.BET, Kind.TIP]);
    });

    it('can be of a time: from it on, and before another', async () => {
      await core.player('timed', '100.00');
      for (const n of times(5)) {
        await core.post(movements({ playerId: 'timed', reference: `timed-${n}`, amount: '-1.00' }));
      }
      const { movements: all } = await list({ playerId: 'timed' });
      const at = all[2]?.timeMs ?? 0n;
      const from = await list({ playerId: 'timed', fromMs: at });
      expect(references(from.movements)).to.deep.equal(references(all.filter(({ timeMs }) => timeMs >= at)));
      const before = await list({ playerId: 'timed', toMs: at });
      expect(references(before.movements)).to.deep.equal(references(all.filter(({ timeMs }) => timeMs < at)));
      expect((await list({ playerId: 'timed', fromMs: 2n ** 60n })).movements).to.deep.equal([]);
    });

    it('of somebody or something unknown is empty', async () => {
      for (const filter of [{ playerId: 'nobody' }, { channel: CHANNEL, round: 'none' }, { channel: 'ebet/404' }]) {
        expect((await pages(filter)).flat()).to.deep.equal([]);
      }
    });

    it('by rare features reads a bounded part at a time, and goes on from an empty page', async () => {
      const rare = movements({ reference: 'rare', kind: Kind.ADJUSTMENT, amount: '0' });
      await core.post(rare);
      for (const n of times(3)) {
        await core.postBatch(...times(900).map((m) => movements({ reference: `common-${n}-${m}`, amount: '0' })));
      }
      for (const filter of [{ kinds: [Kind.ADJUSTMENT] }, { playerId: 'demo', kinds: [Kind.ADJUSTMENT] }]) {
        const first = await list(filter);
        expect(first.movements).to.deep.equal([]);
        expect(first.nextPageToken).to.not.equal('');
        expect(references((await pages(filter)).flat())).to.deep.equal(['rare']);
      }
    });

    it('of records that each name 1,000 bets gives a bounded part at a time, and each once', async () => {
      await core.player('namer', '0.00');
      await core.clients.openChannel('ebet/8');
      const names = times(1000).map((n) => ({
        reference: `n-${n}`.padEnd(128, '.'),
        relation: Relation.SETTLE,
        amount: '',
      }));
      const payout = { playerId: 'namer', kind: Kind.PAYOUT, amount: '0.01', round: 'named', names };
      for (const n of times(10)) {
        const batch = times(10).map((m) => ({
          ...movements({ ...payout, reference: `named-${n * 10 + m}` }),
          channel: 'ebet/8',
        }));
        expect(new Set((await core.postBatch(...batch)).map(words))).to.deep.equal(new Set(['APPLIED']));
      }
      const newest = times(100).map((n) => `named-${99 - n}`);
      for (const filter of [
        { playerId: 'namer', channel: 'ebet/8' },
        { channel: 'ebet/8', round: 'named' },
      ]) {
        const all = await pages({ ...filter, pageSize: 1000 });
        expect(references(all.flat())).to.deep.equal(newest);
        for (const page of all) expect(page.length).to.be.at.most(50);
      }
    });

    it('shows nothing of another player for a forged page token', async () => {
      await core.player('mallory', '100.00');
      await core.player('victim', '100.00');
      const ids = (await core.clients.movements({ playerId: 'victim' })).map(({ movementId }) => movementId);
      const [, entry = '', index = ''] = ids[0]?.split('.') ?? [];
      const pageToken = ((BigInt(entry) << 16n) | BigInt(index)).toString(36);
      expect((await list({ playerId: 'victim', pageToken })).movements.length, 'the token is of the victim').to.equal(
        1,
      );
      const forged = await list({ playerId: 'mallory', pageToken });
      expect(forged.movements).to.deep.equal([]);
      expect((await list({ playerId: 'mallory', pageToken: 'zzzzzzzzzzzz' })).movements).to.deep.equal([]);
    });
  });

  describe('accounts', () => {
    it('are opened once and told with their balances, by currency', async () => {
      const open = (currency: string) =>
        call<{ opened: boolean }>((done) => core.clients.accounts.openAccount({ playerId: 'anna', currency }, done));
      const before = BigInt(Date.now());
      expect([await open('THB'), await open('CNY'), await open('THB')].map(({ opened }) => opened)).to.deep.equal([
        ...[true, true, false],
      ]);
      await core.post(deposit('5.00', 'anna', 'anna', 'THB'));
      const { accounts, freezes } = await getAccounts('anna');
      expect(accounts.map(({ currency, balance }) => [currency, balance])).to.deep.equal([
        ['CNY', '0.00'],
        ['THB', '5.00'],
      ]);
      for (const { openedMs } of accounts) expect(openedMs >= before && openedMs <= BigInt(Date.now())).to.equal(true);
      expect(freezes).to.deep.equal([]);
    });

    it('print the decimals of their currency', async () => {
      await core.player('yoko', '7', 'JPY');
      expect(await core.clients.balance('yoko', 'JPY')).to.equal('7');
    });

    it('are opened in a channel that was opened once', async () => {
      const open = () => call<{ opened: boolean }>((done) => core.clients.accounts.openChannel({ channel: 'a' }, done));
      expect([await open(), await open()].map(({ opened }) => opened)).to.deep.equal([true, false]);
    });

    it('are frozen for several reasons, each told with its note and lifted on its own', async () => {
      await core.player('ivan', '10.00');
      expect((await freeze('ivan', 'kyc', 'papers missing')).changed).to.equal(true);
      expect((await freeze('ivan', 'fraud')).changed).to.equal(true);
      expect((await freeze('ivan', 'kyc', 'again')).changed).to.equal(false);
      const { freezes } = await getAccounts('ivan');
      expect(freezes.map(({ reason, note }) => [reason, note])).to.deep.equal([
        ['fraud', ''],
        ['kyc', 'papers missing'],
      ]);
      expect(freezes.every(({ sinceMs }) => sinceMs > 1_600_000_000_000n)).to.equal(true);
      const bet = (reference: string) => core.post(movements({ playerId: 'ivan', reference, amount: '-1.00' }));
      expect((await unfreeze('ivan', 'kyc')).changed).to.equal(true);
      expect(words(await bet('ivan-1'))).to.equal('REFUSED FROZEN');
      expect((await unfreeze('ivan', 'fraud')).changed).to.equal(true);
      expect((await unfreeze('ivan', 'fraud')).changed).to.equal(false);
      expect(words(await bet('ivan-2'))).to.equal('APPLIED');
      expect((await getAccounts('ivan')).freezes).to.deep.equal([]);
    });

    it('have a password that is right or wrong', async () => {
      await core.player('pia', '1.00');
      expect(await checkPassword('pia', 'secret'), 'none set').to.equal(false);
      await setPassword('pia', 'secret');
      expect(await checkPassword('pia', 'secret')).to.equal(true);
      expect(await checkPassword('pia', 'Secret')).to.equal(false);
      await setPassword('pia', 'pässwörd');
      expect(await checkPassword('pia', 'secret'), 'the old one').to.equal(false);
      expect(await checkPassword('pia', 'pa\u0308sswo\u0308rd'), 'typed on another keyboard').to.equal(true);
    });

    it('of an unknown player have no password', async () => {
      expect(await checkPassword('nobody', 'secret')).to.equal(false);
      expect(await checkPassword('nobody', ' ')).to.equal(false);
    });
  });
});

describe('wallet-core', () => {
  type Check = (
    request: { service: string },
    done: (error: ServiceError | null, answer: { status: string }) => void,
  ) => unknown;
  type Watch = (request: { service: string }) => ClientReadableStream<{ status: string }>;

  beforeEach(async () => (core = await TestCore.start()));
  afterEach(() => core.stop());

  function health() {
    const Health = makeClientConstructor(healthDefinition, 'Health');
    const client = new Health(core.clients.address, ...clientAccess(core.clients.address));
    return {
      check: (service: string) =>
        call<{ status: string }>((done) => (client['check'] as Check | undefined)?.call(client, { service }, done)),
      watch: (service: string) => (client['watch'] as Watch).call(client, { service }),
      close: () => client.close(),
    };
  }

  it('says for itself and each service that it serves', async () => {
    const client = health();
    for (const service of ['', 'wallet.v1.PostingService', 'wallet.v1.QueryService', 'wallet.v1.AccountService']) {
      expect((await client.check(service)).status, service).to.equal('SERVING');
    }
    expect(await failure(client.check('wallet.v1.Nothing'))).to.match(/^NOT_FOUND/);
    client.close();
  });

  it('tells those who watch that it serves no more, before it ends', async () => {
    const client = health();
    const watch = client.watch('');
    const seen: string[] = [];
    const told = new Promise<void>((resolve) =>
      watch.on('data', ({ status }: { status: string }) => {
        seen.push(status);
        if (status === 'SERVING') core.process.child.kill('SIGTERM');
        else resolve();
      }),
    );
    watch.on('error', () => {});
    await told;
    watch.cancel();
    client.close();
    core.clients.close();
    expect(seen).to.deep.equal(['SERVING', 'NOT_SERVING']);
    expect(await core.process.ended).to.equal(0);
  });

  it('logs an unexpected error and tells the caller nothing of it', async () => {
    await core.player('demo', '1.00');
    const damage = new SQLite(path.join(core.data, 'ledger.db'));
    damage.exec('DROP TABLE freeze');
    damage.close();
    expect(await failure(getAccounts('demo'))).to.equal(
      'INTERNAL: unexpected fault of wallet-core; its log has the details',
    );
    expect(words(await core.post(movements({})))).to.equal('NOT_APPLIED FAULT');
    expect((await core.post(movements({}))).message).to.equal('');
    await core.process.prints('no such table');
  });

  it('answers a method that it does not have as unimplemented', async () => {
    const { posting } = core.clients;
    const same = (bytes: Buffer) => bytes;
    const run = call((done) =>
      posting.makeUnaryRequest('/wallet.v1.PostingService/Nothing', same, same, Buffer.alloc(0), (error, answer) =>
        done(error, answer),
      ),
    );
    expect(await failure(run)).to.match(new RegExp(`^${status[status.UNIMPLEMENTED]}`));
  });
});
