import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync, gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import { formatDigest, parseDigest } from '../../wallet-core/journal/digest.js';
import { formatId } from '../../wallet-core/journal/position.js';
import { eraKey, referenceKey } from '../../wallet-core/storage/sqlite/keys.js';
import { SQLite } from '../../wallet-core/storage/sqlite/library.js';
import { verifyFile } from '../../wallet-core/storage/sqlite/verifier.js';
import { call } from '../system.js';
import { commandAccess } from '../secured.js';
import { check, deposit, failure, inLedger, movements, refund, TestCore } from './core.js';
import { hashAnew } from './journal-format.js';
import { mixedLoad } from './mixed-load.js';
import { Forger } from './tampering.js';
import { told, verify } from './verify.js';

const FIXTURE = path.join(import.meta.dirname, '../../../test/fixtures/ledger-v1/ledger.db.gz');

describe('verify, of a ledger that nobody touched', () => {
  let core: TestCore;

  afterEach(() => core.stop());

  it('proves an empty one', async () => {
    core = await TestCore.start();
    expect((await verify(core.clients)).findings.map(told)).to.deep.equal([]);
  });

  it('proves one with records of every kind, before and after a restart, and that it contains its past', async () => {
    core = await TestCore.start('1000.00');
    await core.post(movements({}));
    const { digest: past } = await verify(core.clients);
    await mixedLoad(core);
    const now = await verify(core.clients, past);
    expect(now.findings.map(told)).to.deep.equal([]);
    expect(now).to.include({ clean: true, findingsCount: 0n });
    await core.restart('SIGKILL');
    const after = await verify(core.clients, now.digest);
    expect(after).to.deep.equal(now);
    const counted = inLedger(core.data, (db) => db.prepare('SELECT count(*) FROM movement').pluck().get());
    expect(after.movements, 'of all movements').to.equal(counted);
  });

  it('proves the ledger of the first schema', async () => {
    core = await TestCore.on(gunzipSync(readFileSync(FIXTURE)));
    const first = await verify(core.clients);
    expect(first.findings.map(told)).to.deep.equal([]);
    expect(first.movements > 10n).to.equal(true);
    await core.post(deposit('1.00', 'new-1'));
    expect((await verify(core.clients, first.digest)).findings.map(told)).to.deep.equal([]);
  });

  it('proves one that is written meanwhile, again and again', async () => {
    core = await TestCore.start('100000.00');
    let running = true;
    let posted = 0;
    const write = async (writer: number) => {
      for (let n = 0; running; n += 1) {
        const reference = `${writer}-${n}`;
        const results = await core.postBatch(
          movements({ reference: `bet-${reference}`, amount: '-2.00', wager: true }),
          movements({ reference: `held-${reference}`, amount: '-3.00', kind: Kind.WITHHOLDING }),
          movements({
            ...{ reference: `back-${reference}`, amount: '1.00', kind: Kind.WITHHOLDING_RETURN },
            names: [{ reference: `held-${reference}`, relation: Relation.RETURN, amount: '1.00' }],
          }),
          refund(
            { reference: `refund-${reference}` },
            { reference: `bet-${reference}`, amount: '2.00' },
            { reference: `no-${reference}` },
          ),
          movements({ reference: `much-${reference}`, amount: '-900000.00' }),
        );
        posted += results.length;
      }
    };
    const writers = Promise.all([1, 2, 3, 4].map(write));
    let digest = '';
    for (let round = 0; round < 5; round += 1) {
      const before = posted;
      const verification = await verify(core.clients, digest);
      expect(verification.findings.map(told)).to.deep.equal([]);
      ({ digest } = verification);
      while (posted < before + 200) await new Promise((resolve) => setImmediate(resolve));
    }
    running = false;
    await writers;
  });
});

describe('verify, asked wrongly', () => {
  let core: TestCore;

  before(async () => {
    core = await TestCore.start('1000.00');
  });
  after(() => core.stop());

  it('refuses a digest that is none', async () => {
    expect(await failure(verify(core.clients, 'yesterday'))).to.match(
      /^INVALID_ARGUMENT: against: is "yesterday"; expected/,
    );
  });

  it('runs one at a time', async () => {
    const first = verify(core.clients);
    expect(await failure(verify(core.clients))).to.match(/^RESOURCE_EXHAUSTED: a verification is under way/);
    expect((await first).clean).to.equal(true);
    expect((await verify(core.clients)).clean).to.equal(true);
  });

  it('says that a filed digest is of another ledger, or of entries that this one has not', async () => {
    const { digest } = await verify(core.clients);
    const [writer = '', seq = '', hash = ''] = digest.split(':');
    const of = async (against: string) => (await verify(core.clients, against)).findings.map(told);
    const other = 'ab'.repeat(32);
    expect(await of(`${writer}:${seq}:${other}`)).to.deep.equal([
      `CHAIN 1.${seq}.0 filed digest: ${other}, not ${hash}`,
    ]);
    const more = Number(seq) + 1;
    expect(await of(`${writer}:${more}:${other}`)).to.deep.equal([
      `CHAIN filed digest: entry ${more}, not a journal that ends at entry ${seq}`,
    ]);
    expect(await of(`2:${seq}:${hash}`)).to.deep.equal([
      'CHAIN filed digest: a journal of writer 2, not one of writer 1',
    ]);
  });
});

/** What a ledger must be held against at least. */
const KINDS = [
  ...(['amount', 'balance', 'kind', 'deleted row', 'row moved to another account', 'swapped rows'] as const),
  ...(['reference', 'provider request', 'second refund', 'removed block', 'inserted row', 'truncated tail'] as const),
];

/** All that is found where the forger made everything fit. */
const ONLY_THE_DIGEST = ['CHAIN filed digest'];

interface Tampering {
  readonly what: string;
  readonly kind?: (typeof KINDS)[number];
  readonly tamper: (forger: Forger) => void;
  /** What verify must say: check, record or account, subject; "@bet-1" stands for the record that holds the reference. */
  readonly finds: readonly string[];
  /** The forger computes all hashes anew. */
  readonly hashed?: true;
}

const TAMPERINGS: readonly Tampering[] = [
  {
    what: 'an amount',
    kind: 'amount',
    tamper: (forger) =>
      forger.run(
        "UPDATE movement SET amount = amount + 100, balance_after = balance_after + 100 WHERE reference = 'bet-1'",
      ),
    finds: [
      'CHAIN @bet-1 hash of the entry',
      'ACCOUNTS @bet-2 demo CNY balance before',
      'HOUSE platform/test CNY GAME amount of the house',
    ],
  },
  {
    what: 'an amount, with all balances and hashes made to fit',
    kind: 'amount',
    tamper: (forger) => forger.changeAmount('payout-1', 10_000n),
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'a balance',
    kind: 'balance',
    tamper: (forger) => forger.run("UPDATE account SET balance = balance + 1 WHERE player = 'anna'"),
    finds: ['ACCOUNTS @deposit-anna-CNY anna CNY stored balance'],
  },
  {
    what: 'the balance of a house account',
    kind: 'balance',
    tamper: (forger) => forger.run("UPDATE house SET balance = balance - 1 WHERE purpose = 'CASH'"),
    finds: ['HOUSE platform/test CNY CASH stored balance'],
  },
  {
    what: 'two balances, so that the sum stays',
    kind: 'balance',
    tamper: (forger) => {
      forger.run("UPDATE account SET balance = balance + 500 WHERE player = 'anna'");
      forger.run("UPDATE account SET balance = balance - 500 WHERE player = 'demo'");
    },
    finds: ['ACCOUNTS @deposit-anna-CNY anna CNY stored balance', 'ACCOUNTS @last demo CNY stored balance'],
  },
  {
    what: 'a kind, with the hashes made to fit',
    kind: 'kind',
    tamper: (forger) => forger.run("UPDATE movement SET kind = 'TIP' WHERE reference = 'bet-1'"),
    finds: ['RULES @bet-1 demo CNY purpose of a TIP', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a kind for another of the same purpose',
    kind: 'kind',
    tamper: (forger) => forger.run("UPDATE movement SET kind = 'WITHHOLDING' WHERE reference = 'bet-1'"),
    finds: ['CHAIN @bet-1 hash of the entry'],
  },
  {
    what: 'a kind for another that all the rest fits, with the hashes made to fit',
    kind: 'kind',
    tamper: (forger) => forger.run("UPDATE movement SET kind = 'WITHHOLDING' WHERE reference = 'last'"),
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'a deleted row',
    kind: 'deleted row',
    tamper: (forger) => {
      const id = forger.id('bet-1');
      forger.run('DELETE FROM movement WHERE id = ?', id);
      forger.run('DELETE FROM reference WHERE movement_id = ?', id);
    },
    finds: [
      'CHAIN @bet-1 count of records',
      'ACCOUNTS @bet-2 demo CNY movement before',
      'HOUSE platform/test CNY GAME amount of the house',
    ],
  },
  {
    what: 'a deleted row, with the hashes made to fit',
    kind: 'deleted row',
    tamper: (forger) => forger.run("DELETE FROM movement WHERE reference = 'payout-1'"),
    finds: ['REFERENCES @payout-1 reference in the table', 'CHAIN @payout-1 row of no record', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a deleted entry in the middle',
    kind: 'deleted row',
    tamper: (forger) => forger.run('DELETE FROM entry WHERE seq = ?', forger.id('bet-1') >> 16n),
    finds: ['CHAIN @bet-1 row of no record', 'CHAIN @bet-2 entry number', 'CHAIN @bet-2 hash of the entry'],
  },
  {
    what: 'a deleted row, with all places, balances and hashes made to fit',
    kind: 'deleted row',
    tamper: (forger) => {
      const id = forger.id('twin-1');
      forger.run('DELETE FROM movement WHERE id = ?', id);
      forger.closeGap(id);
    },
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'a row moved to another account',
    kind: 'row moved to another account',
    tamper: (forger) =>
      forger.run(
        "UPDATE movement SET account_id = (SELECT id FROM account WHERE player = 'anna') WHERE reference = 'bet-1'",
      ),
    finds: [
      'CHAIN @bet-1 hash of the entry',
      'ACCOUNTS @bet-1 anna CNY balance before',
      'ACCOUNTS @bet-2 demo CNY movement before',
    ],
  },
  {
    what: 'a row moved to another account, with the hashes made to fit',
    kind: 'row moved to another account',
    tamper: (forger) =>
      forger.run(
        "UPDATE movement SET account_id = (SELECT id FROM account WHERE player = 'anna') WHERE reference = 'last'",
      ),
    finds: ['ACCOUNTS @last anna CNY movement before', 'ACCOUNTS @much demo CNY last movement', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a row moved to another account, with all balances and hashes made to fit',
    kind: 'row moved to another account',
    tamper: (forger) => {
      const anna = forger.account('anna')['id'] as bigint;
      forger.run("UPDATE movement SET account_id = ? WHERE reference = 'twin-1'", anna);
      forger.fit();
    },
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'swapped rows',
    kind: 'swapped rows',
    tamper: (forger) => {
      const [one, two] = [forger.id('bet-1'), forger.id('bet-2')];
      forger.run('UPDATE movement SET previous_id = NULL, id = -1 WHERE id = ?', one);
      forger.run('UPDATE movement SET previous_id = NULL, id = ? WHERE id = ?', one, two);
      forger.run('UPDATE movement SET id = ? WHERE id = -1', two);
    },
    finds: [
      'CHAIN @bet-1 hash of the entry',
      'CHAIN @bet-2 hash of the entry',
      'REFERENCES @bet-2 holder of reference bet-1',
    ],
  },
  {
    what: 'swapped rows, with all balances and hashes made to fit',
    kind: 'swapped rows',
    tamper: (forger) => {
      const [one, two] = [forger.id('twin-1'), forger.id('twin-2')];
      forger.run('UPDATE movement SET previous_id = NULL, id = -1 WHERE id = ?', one);
      forger.run('UPDATE movement SET previous_id = NULL, id = ? WHERE id = ?', one, two);
      forger.run('UPDATE movement SET id = ? WHERE id = -1', two);
      forger.fit();
    },
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'a reference, with the hashes made to fit',
    kind: 'reference',
    tamper: (forger) => forger.run("UPDATE movement SET reference = 'bet-0' WHERE reference = 'bet-1'"),
    finds: [
      'REFERENCES @bet-0 reference in the table',
      'REFERENCES @bet-0 holder of reference bet-0',
      'CHAIN filed digest',
    ],
    hashed: true,
  },
  {
    what: 'a reference, in the table of references too, with the hashes made to fit',
    kind: 'reference',
    tamper: (forger) => {
      forger.run("UPDATE movement SET reference = 'first' WHERE reference = 'last'");
      forger.fit();
    },
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'a reference set free in the table of references, so that it could be used again',
    tamper: (forger) => forger.run('DELETE FROM reference WHERE movement_id = ?', forger.id('bet-1')),
    finds: ['REFERENCES @bet-1 holder of reference bet-1'],
  },
  {
    what: 'a reference taken that nothing holds',
    tamper: (forger) =>
      forger.run(
        'INSERT INTO reference VALUES (?, ?)',
        eraKey(0, referenceKey('platform/test', 'next')),
        forger.id('bet-1'),
      ),
    finds: ['REFERENCES @bet-1 reference in the table'],
  },
  {
    what: "a provider's request",
    kind: 'provider request',
    tamper: (forger) => forger.run('UPDATE request SET body = ?', deflateRawSync('another')),
    finds: ['CHAIN @bet-1 kept requests'],
  },
  {
    what: "a provider's request, with its hash and all others made to fit",
    kind: 'provider request',
    tamper: (forger) => {
      forger.run('UPDATE request SET body = ?', deflateRawSync(''));
      const empty = Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex');
      forger.run('UPDATE entry SET requests_hash = ? WHERE length(requests_hash) > 0', empty);
    },
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'a second refund, with the hashes made to fit',
    kind: 'second refund',
    tamper: (forger) => {
      forger.db.exec('DROP INDEX name_refund');
      const id = forger.insert('demo', 'REFUND', 700n, 'refund-1');
      forger.run("INSERT INTO name VALUES (?, 0, 'REFUND', 'bet-2', 700, ?)", id, forger.id('bet-2'));
    },
    finds: ['DRAWS @new demo CNY refund of bet-2', 'REFUNDS @new demo CNY reason of the refund', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a return of more than was left, with all balances and hashes made to fit',
    tamper: (forger) => {
      forger.changeAmount('return-1', 9_000n);
      forger.run('UPDATE name SET amount = amount + 9000 WHERE movement_id = ?', forger.id('return-1'));
    },
    finds: ['DRAWS @return-1 demo CNY return of held-1', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a return that was hidden from its debit',
    tamper: (forger) => forger.run('UPDATE name SET debit_id = NULL WHERE movement_id = ?', forger.id('return-1')),
    finds: ['DRAWS @return-1 demo CNY debit that held-1 names'],
  },
  {
    what: 'a return bound to another debit',
    tamper: (forger) =>
      forger.run('UPDATE name SET debit_id = ? WHERE movement_id = ?', forger.id('bet-1'), forger.id('return-1')),
    finds: ['DRAWS @return-1 demo CNY debit', 'DRAWS @return-1 demo CNY debit of a return'],
  },
  {
    what: "a return bound to another player's debit, with the hashes made to fit",
    tamper: (forger) => {
      const anna = "(SELECT id FROM account WHERE player = 'anna')";
      forger.run(`UPDATE movement SET account_id = ${anna} WHERE reference = 'held-1'`);
    },
    finds: ['DRAWS @return-1 demo CNY player of the debit', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a return bound to a debit that never was',
    tamper: (forger) => forger.run('UPDATE name SET debit_id = 5 WHERE movement_id = ?', forger.id('return-1')),
    finds: ['DRAWS @return-1 demo CNY debit'],
  },
  {
    what: 'a removed block, with the hashes made to fit',
    kind: 'removed block',
    tamper: (forger) => forger.run("DELETE FROM block WHERE reference = 'late-1'"),
    finds: ['REFUNDS demo CNY block of late-1', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a removed block that no refund left, with all places and hashes made to fit',
    kind: 'removed block',
    tamper: (forger) => {
      const { id } = forger.row("SELECT id FROM block WHERE reference = 'never-2'");
      forger.run('DELETE FROM block WHERE id = ?', id as bigint);
      forger.closeGap(id as bigint);
    },
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'a blocked debit that was applied after all, with the hashes made to fit',
    tamper: (forger) => {
      forger.run("UPDATE movement SET reason = NULL, amount = 0 WHERE reference = 'late-1'");
      forger.changeAmount('late-1', -8_000n);
    },
    finds: ['REFUNDS @late-1 demo CNY outcome of a blocked debit', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'an inserted row',
    kind: 'inserted row',
    tamper: (forger) => void forger.insert('anna', 'DEPOSIT', 5_000n, 'gift'),
    finds: ['CHAIN count of records', 'CHAIN hash of the entry'],
  },
  {
    what: 'an inserted row, with all balances and hashes made to fit',
    kind: 'inserted row',
    tamper: (forger) => void forger.insert('anna', 'DEPOSIT', 5_000n, 'gift'),
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'a tail cut off, with all balances',
    kind: 'truncated tail',
    tamper: (forger) => forger.cutTail(),
    finds: ONLY_THE_DIGEST,
  },
  {
    what: 'a tail cut off, and another one in its place',
    kind: 'truncated tail',
    tamper: (forger) => {
      forger.cutTail();
      const { seq } = forger.row('SELECT max(seq) + 1 AS seq FROM entry');
      forger.run(
        'INSERT INTO entry SELECT ?, writer, time_ms, 1, requests_hash, hash FROM entry WHERE seq = ? - 1',
        seq as bigint,
        seq as bigint,
      );
      forger.run("INSERT INTO freeze_act VALUES (?, 'anna', 'kyc', '', 0)", (seq as bigint) << 16n);
      forger.run("DELETE FROM freeze WHERE player = 'anna'");
    },
    finds: ONLY_THE_DIGEST,
    hashed: true,
  },
  {
    what: 'the time of an entry, with the hashes made to fit',
    tamper: (forger) =>
      forger.run('UPDATE entry SET time_ms = time_ms + 3600000 WHERE seq = ?', forger.id('bet-1') >> 16n),
    finds: ['CHAIN @bet-2 time', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a password',
    tamper: (forger) => forger.run("UPDATE password SET hash = 'scrypt:16384:8:1:c2FsdA==:a2V5'"),
    finds: ['CHAIN hash of the entry'],
  },
  {
    what: 'a freeze lifted without a record',
    tamper: (forger) => forger.run("DELETE FROM freeze WHERE player = 'anna'"),
    finds: ['DERIVED freeze of anna for kyc'],
  },
  {
    what: 'a freeze without a record',
    tamper: (forger) => forger.run("INSERT INTO freeze SELECT 'demo', reason, act_id FROM freeze"),
    finds: ['DERIVED freeze of demo for kyc'],
  },
  {
    what: 'an act that claims records of before its entry',
    tamper: (forger) => forger.run('UPDATE act SET records = 9'),
    finds: ['RULES 1.6.1 records of an act', 'CHAIN filed digest'],
    hashed: true,
  },
  {
    what: 'a maintenance that nobody began',
    tamper: (forger) => forger.run('UPDATE channel SET maintenance_id = 5'),
    finds: ['DERIVED maintenance of channel platform/test'],
  },
  {
    what: 'a session that was ended and is open again',
    tamper: (forger) => forger.run('UPDATE session SET end_id = NULL'),
    finds: ['DERIVED end of a session of anna'],
  },
  {
    what: 'a bet hidden from its round',
    tamper: (forger) => forger.run("UPDATE movement SET round_key = 1 WHERE reference = 'bet-1'"),
    finds: ['DERIVED @bet-1 demo CNY key of the round'],
  },
  {
    what: 'the last movement of an account',
    tamper: (forger) => forger.run("UPDATE account SET last_movement_id = ? WHERE player = 'demo'", forger.id('bet-1')),
    finds: ['ACCOUNTS @last demo CNY last movement'],
  },
];

describe('verify, of a ledger that somebody tampered with', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tampering-'));
  const file = path.join(folder, 'ledger.db');
  let core: TestCore;
  let filed: string;

  before(async () => {
    core = await TestCore.start('1000.00');
    await core.player('anna', '50.00');
    const { accounts } = core.clients;
    const by = { name: 'olga', reason: 'forgotten' };
    await call((done) => accounts.setPassword({ playerId: 'anna', password: 'secret', by }, done));
    const credential = { $case: 'password', value: { playerId: 'anna', password: 'secret' } } as const;
    const login = { channel: 'platform/test', reference: 'login-1', currency: 'CNY', credential };
    const tokens = { rotateAccessToken: false, accessTokenLifetimeS: 0 };
    await call((done) => accounts.logIn({ ...login, ...tokens }, done));
    await call((done) => accounts.endSessions({ playerId: 'anna', channel: '' }, done));
    await call((done) => accounts.freezePlayer({ playerId: 'anna', reason: 'kyc', note: '' }, done));
    const back = { reference: 'held-1', relation: Relation.RETURN, amount: '20.00' };
    const settled = { reference: 'bet-1', relation: Relation.SETTLE, amount: '' };
    for (const command of [
      { ...movements({}), request: Buffer.from('{"seqNo":"bet-1"}') },
      movements({ reference: 'bet-2', amount: '-7.00' }),
      movements({ reference: 'held-1', amount: '-50.00', kind: Kind.WITHHOLDING }),
      movements({ reference: 'return-1', amount: '20.00', kind: Kind.WITHHOLDING_RETURN, names: [back] }),
      refund({}, { reference: 'bet-2', amount: '7.00' }, { reference: 'late-1' }),
      movements({ reference: 'late-1' }),
      movements({ reference: 'payout-1', amount: '160.00', kind: Kind.PAYOUT, names: [settled] }),
      check('never-1'),
    ]) {
      await core.post(command);
    }
    await core.postBatch(deposit('2.00', 'twin-1'), deposit('3.00', 'twin-2'), check('never-2'));
    await core.post(movements({ reference: 'much', amount: '-99999.00' }));
    await core.post(movements({ reference: 'last', amount: '-1.00' }));
    const { digest, clean } = await verify(core.clients);
    expect(clean).to.equal(true);
    filed = digest;
    await core.end();
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await core.stop();
  });

  const found = async (against: string) => {
    const digest = parseDigest(against);
    const verification = await verifyFile(
      { path: file, against: digest, share: 1 },
      () => {},
      new AbortController().signal,
    );
    return {
      digest: formatDigest(verification.digest),
      told: verification.findings.map(({ check, record, account = '', subject }) =>
        [check, record === undefined ? '' : formatId(1, record), account, subject].filter(Boolean).join(' '),
      ),
    };
  };

  it('proves the copy that nobody touched', async () => {
    copyFileSync(path.join(core.data, 'ledger.db'), file);
    expect(await found(filed)).to.deep.equal({ digest: filed, told: [] });
  });

  for (const { what, tamper, finds, hashed = false } of TAMPERINGS) {
    it(`finds ${what}`, async () => {
      for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
      copyFileSync(path.join(core.data, 'ledger.db'), file);
      const db = new SQLite(file);
      const forger = new Forger(db);
      const ids = new Map<string, string>();
      const remember = () => {
        for (const { id, reference } of db
          .prepare<[], { id: bigint; reference: string }>(
            'SELECT id, reference FROM movement WHERE holds_reference = 1',
          )
          .all()) {
          if (!ids.has(reference)) ids.set(reference, formatId(1, id));
        }
      };
      remember();
      tamper(forger);
      remember();
      const { newest } = forger.row('SELECT max(id) AS newest FROM movement');
      ids.set('new', formatId(1, newest as bigint));
      if (hashed) hashAnew(db);
      db.close();
      const { told } = await found(filed);
      for (const expected of finds) {
        const parts = expected.replace(/@(\S+)/, (_, reference: string) => ids.get(reference) ?? '?').split(' ');
        const [first = '', ...rest] = parts;
        const named = told.some((text) => text.startsWith(first) && text.endsWith(rest.join(' ')));
        expect(named, `${parts.join(' ')} is not in\n${told.join('\n')}`).to.equal(true);
      }
      if (hashed) expect(told.filter((text) => text.endsWith('hash of the entry'))).to.deep.equal([]);
      if (finds === ONLY_THE_DIGEST) expect(told).to.have.length(1);
    });
  }

  it('is caught by the filed digest whenever all hashes were made to fit, for half of the kinds by nothing else', () => {
    const hashed = TAMPERINGS.filter((each) => each.hashed);
    for (const { what, finds } of hashed) expect(finds, what).to.include('CHAIN filed digest');
    const hidden = hashed.filter(({ finds }) => finds === ONLY_THE_DIGEST);
    const kindsOf = (some: readonly Tampering[]) => [...new Set(some.flatMap(({ kind }) => kind ?? []))];
    expect(kindsOf(TAMPERINGS)).to.have.members(KINDS);
    expect(kindsOf(hidden).length).to.be.at.least(KINDS.length / 2);
    console.log(
      `      ${TAMPERINGS.length} tamperings; all hashes computed anew in ${hashed.length}, of which only the filed ` +
        `digest caught ${hidden.length}, of ${kindsOf(hidden).length} kinds`,
    );
  });
});

describe('verify, in two threads', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'threads-'));
  const file = path.join(folder, 'ledger.db');
  const never = new AbortController().signal;
  let core: TestCore;

  before(async () => {
    core = await TestCore.start('1000.00');
    await core.post({ ...movements({}), request: Buffer.from('{"seqNo":"bet-1"}') });
    // Noise, which no compression makes small, takes many pages.
    const noise = Buffer.from(Array.from({ length: 50_000 }, () => Math.random() * 256));
    await core.post({ ...movements({ reference: 'bet-2' }), request: noise });
    await core.end();
  });
  beforeEach(() => copyFileSync(path.join(core.data, 'ledger.db'), file));
  after(async () => {
    rmSync(folder, { recursive: true });
    await core.stop();
  });

  /** How many times this process has files of the ledger. */
  const opened = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
      } catch {
        return false;
      }
    }).length;

  it('has one thread at a time when it keeps to a share of a core', async () => {
    const threads = () => readdirSync('/proc/self/task').length;
    const before = threads();
    let most = 0;
    let ended = false;
    const verification = verifyFile({ path: file, against: undefined, share: 0.2 }, () => {}, never);
    void verification.finally(() => (ended = true));
    while (!ended) {
      most = Math.max(most, threads() - before);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await verification).count).to.equal(0);
    expect(most).to.equal(1);
  });

  // Side by side, and one after the other as the scrub does it.
  for (const share of [1, 0.5]) {
    const way = share < 1 ? 'one after the other' : 'side by side';

    it(`finds a kept request that cannot be read, which only one of them reads, ${way}`, async () => {
      const bytes = readFileSync(file);
      const body = inLedger(folder, (db) =>
        db.prepare<[], Buffer>('SELECT body FROM request ORDER BY seq DESC').pluck().get(),
      );
      const at = bytes.indexOf(body?.subarray(30_000, 30_032) ?? '');
      // The number of the page that the request goes on in: https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages
      bytes.writeUInt32BE(0xff_ff_ff, at - (at % bytes.readUInt16BE(16)));
      writeFileSync(file, bytes);
      const { count, findings } = await verifyFile({ path: file, against: undefined, share }, () => {}, never);
      const expected = 'a ledger that can be read';
      const subject = 'reading on after the requests of entry 4';
      const seen = 'database disk image is malformed';
      expect({ count, findings }).to.deep.equal({ count: 1, findings: [{ check: 'FILE', subject, expected, seen }] });
    });

    it(`fails when only the second one fails, ${way}`, async () => {
      // The first one has it open by then.
      const remove = () => rmSync(file, { force: true });
      const verification = verifyFile({ path: file, against: undefined, share }, remove, never);
      expect(await verification.catch(String)).to.match(/unable to open database file/);
      expect(opened()).to.equal(0);
    });

    it(`ends both when it is aborted, ${way}`, async () => {
      for (const moment of ['before', 'at once', 'when the first one reads']) {
        const running = new AbortController();
        if (moment === 'before') running.abort();
        const tell = () => running.abort();
        const verification = verifyFile({ path: file, against: undefined, share }, tell, running.signal);
        if (moment === 'at once') running.abort();
        expect(await verification.catch(String), moment).to.match(/stopped|aborted/);
        expect(opened(), moment).to.equal(0);
      }
    });
  }
});

describe('npx single-wallet verify', () => {
  let core: TestCore;

  before(async () => {
    core = await TestCore.start('1000.00');
  });
  after(() => core.stop());

  const run = async (...options: string[]) => {
    const args = ['exec', '--offline', '--', 'single-wallet', 'verify', '--address', core.clients.address, ...options];
    const env = { ...process.env, ...commandAccess(args) };
    const child = spawn('npm', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => (out.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (out.stderr += text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...out };
  };

  it('prints what was proved and the digest, which the next run is given', async () => {
    const { code, stdout, stderr } = await run();
    expect(code, stderr).to.equal(0);
    const [proved, read, took, digest = ''] = stdout.split('\n');
    expect(proved).to.equal('The ledger is proved.');
    expect(read).to.match(/^read +\d+ entries, \d+ records, 1 movements, 1 accounts$/);
    const [, seconds, rate] = (/^took +(\d+\.\d\d) s, (\d+) movements\/s$/.exec(took ?? '') ?? []).map(Number);
    expect(rate, `1 movement in ${seconds} s`).to.be.closeTo(1 / (seconds ?? 0), 1 + 0.01 / (seconds ?? 0) ** 2);
    const filed = /^digest +(1:\d+:[0-9a-f]{64})$/.exec(digest)?.[1] ?? '';
    await core.post(deposit('1.00', 'more'));
    const later = await run('--against', filed, '--json');
    expect(later.code).to.equal(0);
    const report = JSON.parse(later.stdout) as { seconds: number; movementsPerSecond: number };
    expect(report).to.include({ clean: true, findingsCount: 0, movements: 2 });
    expect(report.movementsPerSecond).to.equal(Math.round(2 / report.seconds));
  });

  it('ends with 1 and the findings when something was found', async () => {
    const other = `1:1:${'0'.repeat(64)}`;
    const { code, stdout } = await run('--against', other);
    expect(code).to.equal(1);
    expect(stdout).to.match(
      /^CHAIN 1\.1\.0 filed digest: expected 0{64}, seen [0-9a-f]{64}\nThe ledger is NOT proved: 1 findings\.\n/,
    );
  });

  it('ends with 2 when it could not be verified', async () => {
    const { code, stdout, stderr } = await run('--against', 'yesterday');
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.match(
      /^the ledger was not verified: wallet-core at \S+ answered INVALID_ARGUMENT: against: is "yesterday"/,
    );
  });
});
