import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { CheckPasswordResponse, GetAccountsResponse } from '../../proto/gen/wallet/v1/account.js';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import { PostRequest, PostResponse, type Command, type Result } from '../../proto/gen/wallet/v1/posting.js';
import type { FindMovementsResponse, GetMovementByReferenceResponse } from '../../proto/gen/wallet/v1/query.js';
import { call } from '../system.js';
import { check, inLedger, lineWords, movements, refund, TestCore, words } from './core.js';
import { expectUnbrokenChain, type Row } from './journal-format.js';

const FIXTURE = path.join(import.meta.dirname, '../../../test/fixtures/ledger-v1');

interface FirstCall {
  readonly what: string;
  readonly command: Command;
  readonly answer: Result;
}

/** The calls that made the ledger of the fixture, with the answers that they got then. */
function firstCalls(): FirstCall[] {
  const calls = JSON.parse(readFileSync(path.join(FIXTURE, 'calls.json'), 'utf8')) as Record<string, string>[];
  return calls.map(({ what = '', request = '', response = '' }) => {
    const { command } = PostRequest.decode(Buffer.from(request, 'hex'));
    const { result } = PostResponse.decode(Buffer.from(response, 'hex'));
    if (!command || !result) throw new Error(`${what}: the fixture is damaged`);
    return { what, command, answer: result };
  });
}

/** An answer with the fields that there were at first: the amounts of refunded lines came later. */
function asAtFirst(result: Result): Result {
  const { refund: answered } = result;
  if (!answered) return result;
  return { ...result, refund: { ...answered, lines: answered.lines.map((line) => ({ ...line, amount: '' })) } };
}

const ebet = (command: Command): Command => ({ ...command, channel: 'ebet/1' });

describe('a ledger of the first schema', () => {
  const calls = firstCalls();
  const ledger = gunzipSync(readFileSync(path.join(FIXTURE, 'ledger.db.gz')));
  let core: TestCore;

  const held = (reference: string, channel = 'ebet/1') =>
    call<GetMovementByReferenceResponse>((done) =>
      core.clients.queries.getMovementByReference({ channel, reference }, done),
    );

  let old: Row[];

  /** Migrated by the first start, checked while it is closed, and opened again. */
  before(async () => {
    core = await TestCore.on(ledger);
    await core.end();
    old = inLedger(core.data, expectUnbrokenChain);
    await core.start();
  });
  after(() => core.stop());

  it('is what the fixture has', () => {
    expect(ledger.readUInt32BE(60), 'the user_version in the head of the file').to.equal(1);
    expect(ledger.includes(old.at(-1)?.['hash'] as Buffer), 'the hash of the last entry stands in it').to.equal(true);
  });

  it('keeps the balances of all accounts', async () => {
    const { clients } = core;
    const balances = [
      await clients.balance('demo', 'CNY'),
      await clients.balance('eve', 'CNY'),
      await clients.balance('eve', 'THB'),
      await clients.balance('yoko', 'JPY'),
    ];
    expect(balances).to.deep.equal(['1032.09', '500.00', '40.00', '700']);
  });

  for (const { what, command, answer } of calls) {
    it(`gives the first answer again: ${what}`, async () => {
      expect(asAtFirst(await core.post(command))).to.deep.equal(asAtFirst(answer));
    });
  }

  it('records nothing for repeats', async () => {
    const count = () => core.clients.movements().then(({ length }) => length);
    const before = await count();
    for (const { command } of calls) await core.post(command);
    expect(await count()).to.equal(before);
  });

  it('says in the answer to a repeated refund what the debits gave back', async () => {
    const { command } = calls.find(({ what }) => what.startsWith('a refund with')) ?? {};
    if (!command) throw new Error('the fixture has no such call');
    const { refund: repeated } = await core.post(command);
    expect(repeated?.lines.map(({ amount }) => amount)).to.deep.equal([
      ...['7.00', '0.00', '0.00', '7.00', '0.00', '0.00'],
    ]);
  });

  it('knows its references: another request under one is a conflict', async () => {
    const other = ebet(movements({ reference: 'bet-1', amount: '-81.00', providerType: '1' }));
    expect(words(await core.post(other))).to.equal('INVALID REFERENCE_CONFLICT');
    expect(words(await core.post(ebet(refund({ reference: 'refund-1' }))))).to.equal('INVALID REFERENCE_CONFLICT');
  });

  it('keeps what was refunded, settled and returned', async () => {
    const lines = [
      { reference: 'bet-3', amount: '7.00' },
      { reference: 'bet-1', amount: '80.00' },
      { reference: 'tip-1', amount: '1.00' },
      { reference: 'held-1', amount: '50.00' },
    ];
    const later = await core.post(ebet(refund({ reference: 'refund-9', refuseSettled: true }, ...lines)));
    expect(lineWords(later)).to.deep.equal(['ALREADY_REFUNDED', 'SETTLED', 'REFUNDED', 'AMOUNT_DIFFERS']);
    expect((await held('held-1')).movement).to.include({ outstanding: '5.00', withholding: true, wager: false });
    const rest = { kind: Kind.WITHHOLDING_RETURN, reference: 'back-9', providerType: '28' };
    const give = (amount: string) =>
      core.post(
        ebet(movements({ ...rest, amount, names: [{ reference: 'held-1', relation: Relation.RETURN, amount }] })),
      );
    expect(words(await give('5.01'))).to.equal('REFUSED EXCEEDS_OUTSTANDING');
    expect(words(await give('5.00'))).to.equal('APPLIED');
  });

  it('keeps its blocks, each for its player', async () => {
    const late = { reference: 'late-2', amount: '-5.00', playerId: 'eve' };
    expect(words(await core.post(ebet(movements(late))))).to.equal('REFUSED BLOCKED');
    const again = await core.post(ebet(refund({ reference: 'refund-8' }, { reference: 'late-1', amount: '9.00' })));
    expect(lineWords(again)).to.deep.equal(['UNKNOWN']);
  });

  it('keeps freezes, those that were lifted, and passwords', async () => {
    const { accounts } = core.clients;
    const of = (playerId: string) => call<GetAccountsResponse>((done) => accounts.getAccounts({ playerId }, done));
    expect((await of('yoko')).freezes.map(({ reason, note }) => [reason, note])).to.deep.equal([
      ['kyc', 'papers – 护照'],
    ]);
    expect((await of('eve')).freezes).to.deep.equal([]);
    const known = await call<CheckPasswordResponse>((done) =>
      accounts.checkPassword({ playerId: 'demo', password: 'secret' }, done),
    );
    expect(known.correct).to.equal(true);
  });

  it('keeps the requests of the provider', async () => {
    expect((await held('bet|2')).request.toString()).to.equal('{"seqNo":"bet|2"}');
  });

  it('lists the rounds of old as those of now', async () => {
    const { movements: asked } = await call<{ movements: { reference: string }[] }>((done) =>
      core.clients.queries.listMovements(
        {
          ...{ playerId: 'demo', currency: '', channel: 'ebet/1', round: ' 25号', kinds: [] },
          ...{ fromMs: 0n, toMs: 0n, pageSize: 0, pageToken: '' },
        },
        done,
      ),
    );
    expect(asked.map(({ reference }) => reference)).to.deep.equal(['bet|2']);
  });

  it('finds its refused attempts by the index that came later', async () => {
    const { movements: found } = await call<FindMovementsResponse>((done) =>
      core.clients.queries.findMovements({ channel: 'ebet/1', references: ['back-2'], playerId: '' }, done),
    );
    expect(found.map(words)).to.deep.equal(['REFUSED DEBIT_UNKNOWN']);
    const attempts = (await core.clients.movements()).filter(({ reference }) => reference === 'back-2');
    expect(found[0]?.movementId, 'the newest').to.equal(attempts.at(-1)?.movementId);
    expect(attempts.length).to.equal(2);
  });

  it('has an unbroken chain, which new records continue', async () => {
    const before = await core.clients.movements();
    await core.post(ebet(movements({ reference: 'new-1', amount: '-1.00', wager: true })));
    await core.post(ebet(check('new-2')));
    const { accounts } = core.clients;
    await call((done) => accounts.setMaintenance({ channel: 'ebet/1', maintenance: true, note: 'moves' }, done));
    expect((await core.clients.movements()).length).to.equal(before.length + 1);
    await core.end();
    const entries = inLedger(core.data, expectUnbrokenChain);
    expect(entries.slice(0, old.length)).to.deep.equal(old);
    expect(entries.length).to.be.at.least(old.length + 3);
  });

  it('is sound as a file, and of the newest schema', () => {
    const pragma = (name: string) => inLedger(core.data, (db) => db.pragma(name, { simple: true }));
    expect(pragma('integrity_check')).to.equal('ok');
    expect(pragma('foreign_key_check')).to.equal(undefined);
    expect(Number(pragma('user_version'))).to.be.greaterThan(1);
  });
});
