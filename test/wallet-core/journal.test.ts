import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import { expect } from 'chai';
import type { LedgerRecord } from '../../wallet-core/domain/record.js';
import { canonicalBytes } from '../../wallet-core/journal/canonical.js';
import { entryHash, GENESIS } from '../../wallet-core/journal/chain.js';
import { formatId, parseId, recordId } from '../../wallet-core/journal/position.js';
import { packRequests, requestOf } from '../../wallet-core/journal/requests.js';
import type { IssueAccessTokenResponse } from '../../proto/gen/wallet/v1/account.js';
import { Kind, Relation } from '../../proto/gen/wallet/v1/movement.js';
import { call } from '../system.js';
import { deposit, inLedger, movements, refund, TestCore } from './core.js';

/** The number of each type of record, in the order of the page. */
const TYPES: Readonly<Record<LedgerRecord['type'], number>> = {
  movement: 1,
  refund: 2,
  block: 3,
  channel: 4,
  account: 5,
  freeze: 6,
  password: 7,
  house: 8,
  maintenance: 9,
  token: 10,
  'token-use': 11,
  session: 12,
  'session-end': 13,
};

const DOC = path.join(import.meta.dirname, '../../../docs/journal.md');

interface RecordVector {
  readonly record: LedgerRecord['type'];
  /** Name and text of each field, in order. */
  readonly fields: readonly (readonly [name: string, text: string])[];
  readonly bytes: string;
}

interface EntryVector {
  readonly entry: {
    readonly previous: string;
    readonly writer: number;
    readonly seq: number;
    readonly time_ms: number;
    readonly requests_hash: string;
    readonly records: readonly string[];
  };
  readonly hash: string;
}

interface RequestsVector {
  readonly requests: readonly { readonly first: number; readonly count: number; readonly text: string }[];
  readonly packed: string;
  readonly hash: string;
}

/** What docs/journal.md says, as data: its blocks of JSON. */
function vectorsOf(doc: string): { records: RecordVector[]; entries: EntryVector[]; requests: RequestsVector[] } {
  const blocks = [...doc.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = '']) => JSON.parse(text) as object);
  return {
    records: blocks.filter((block): block is RecordVector => 'record' in block),
    entries: blocks.filter((block): block is EntryVector => 'entry' in block),
    requests: blocks.filter((block): block is RequestsVector => 'requests' in block),
  };
}

// The format as docs/journal.md tells it, written a second time: nothing of journal/ is used here.
const sha256 = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const number = (value: bigint | number, bytes: number) =>
  Buffer.from(
    BigInt(value)
      .toString(16)
      .padStart(bytes * 2, '0'),
    'hex',
  );
const prefixed = (bytes: Uint8Array) => Buffer.concat([number(bytes.length, 4), bytes]);
const encode = (fields: readonly string[]) =>
  Buffer.concat([Buffer.from([1]), ...fields.map((field) => prefixed(Buffer.from(field, 'utf8')))]);

interface Head {
  readonly writer: bigint;
  readonly seq: bigint;
  readonly timeMs: bigint;
  readonly requestsHash: Uint8Array;
}

function hashOf(previous: Uint8Array, { writer, seq, timeMs, requestsHash }: Head, records: readonly Buffer[]): Buffer {
  const numbers = [writer, seq, timeMs, BigInt(records.length)].map((value) => number(value, 8));
  return sha256(previous, ...numbers, number(requestsHash.length, 1), requestsHash, ...records.map(prefixed));
}

/** The record whose fields a vector names. */
function recordOf({ record: type, fields }: RecordVector): LedgerRecord {
  const amounts = new Set(['amount', 'balanceBefore', 'balanceAfter', 'refunded', 'expiresMs']);
  const booleans = new Set(['holdsReference', 'withholding', 'frozen', 'oneTime']);
  const valueOf = (name: string, text: string) => {
    if (amounts.has(name)) return text === '' ? null : BigInt(text);
    if (booleans.has(name)) return text === '1';
    return name === 'reason' && type === 'movement' && text === '' ? null : text;
  };
  const record: Record<string, unknown> = { type, id: 0n, timeMs: 0n };
  const lists: Record<string, Record<string, unknown>[]> = {};
  for (const [name, text] of fields.slice(1)) {
    const [, list = '', index = '', part = ''] = /^(\w+)\[(\d+)\]\.(\w+)$/.exec(name) ?? [];
    if (list !== '') ((lists[list] ??= [])[Number(index)] ??= {})[part] = valueOf(part, text);
    else if (/^(names|lines)$/.test(name)) record[name] = lists[name] = [];
    else record[name] = valueOf(name, text);
  }
  return record as unknown as LedgerRecord;
}

describe('docs/journal.md', () => {
  const vectors = vectorsOf(readFileSync(DOC, 'utf8'));
  const bytesOf = new Map(vectors.records.map(({ record, bytes }) => [record as string, Buffer.from(bytes, 'hex')]));

  it('has a vector of every type of record', () => {
    expect(vectors.records.map(({ record, fields }) => [record, fields[0]])).to.deep.equal(
      Object.entries(TYPES).map(([type, number]) => [type, ['type', String(number)]]),
    );
  });

  for (const vector of vectors.records) {
    it(`tells the bytes of a ${vector.record} as its own format makes them`, () => {
      expect(encode(vector.fields.map(([, text]) => text)).toString('hex')).to.equal(vector.bytes);
    });

    it(`tells the bytes of a ${vector.record} as the code makes them`, () => {
      const record = recordOf(vector);
      if (record.type !== 'password') return expect(canonicalBytes(record).toString('hex')).to.equal(vector.bytes);
      // The vector has the digest of what the record keeps.
      const digest = vector.fields.at(-1)?.[1];
      expect(createHash('sha256').update(EXAMPLE_PASSWORD).digest('hex')).to.equal(digest);
      const kept = canonicalBytes({ type: 'password', id: 0n, player: record.player, hash: EXAMPLE_PASSWORD });
      return expect(kept.toString('hex')).to.equal(vector.bytes);
    });
  }

  it('has a first entry and one that follows it', () => {
    const [first, second, ...more] = vectors.entries;
    expect(more).to.deep.equal([]);
    expect(first?.entry).to.include({ seq: 1, previous: Buffer.from(GENESIS).toString('hex') });
    expect(second?.entry).to.include({ seq: 2, previous: first?.hash });
  });

  for (const { entry, hash } of vectors.entries) {
    const previous = Buffer.from(entry.previous, 'hex');
    const requestsHash = Buffer.from(entry.requests_hash, 'hex');
    const head = { writer: BigInt(entry.writer), seq: BigInt(entry.seq), timeMs: BigInt(entry.time_ms), requestsHash };

    it(`tells the hash of entry ${entry.seq} as its own format makes it`, () => {
      const records = entry.records.map((name) => bytesOf.get(name) ?? Buffer.alloc(0));
      expect(hashOf(previous, head, records).toString('hex')).to.equal(hash);
    });

    it(`tells the hash of entry ${entry.seq} as the code makes it`, () => {
      const named = entry.records.flatMap((name) => vectors.records.filter(({ record }) => record === name));
      const records = named.map((vector) => recordOf(vector));
      const made = entryHash(previous, { ...head, writer: entry.writer, count: records.length }, records);
      expect(Buffer.from(made).toString('hex')).to.equal(hash);
    });
  }

  it('tells how requests are packed, and the hash of them', () => {
    expect(vectors.requests.length).to.equal(1);
    for (const { requests, packed, hash } of vectors.requests) {
      const kept = requests.map(({ first, count, text }) => ({ first, count, bytes: Buffer.from(text) }));
      const heads = kept.map(({ first, count, bytes }) =>
        Buffer.concat([number(first, 2), number(count, 2), prefixed(bytes)]),
      );
      expect(Buffer.concat(heads).toString('hex'), 'its own format').to.equal(packed);
      expect(sha256(Buffer.from(packed, 'hex')).toString('hex'), 'its own hash').to.equal(hash);
      const made = packRequests(kept);
      expect(inflateRawSync(made?.body ?? Buffer.alloc(0)).toString('hex'), 'the code').to.equal(packed);
      expect(Buffer.from(made?.hash ?? []).toString('hex'), 'the hash of the code').to.equal(hash);
      expect(vectors.entries[1]?.entry.requests_hash, 'the second entry has them').to.equal(hash);
    }
  });
});

/** What a password record keeps, in the vector. */
const EXAMPLE_PASSWORD = 'scrypt:16384:8:1:c2FsdA==:a2V5';

describe('the journal', () => {
  it('numbers a record by its entry and its place in it', () => {
    expect(recordId(7n, 2)).to.equal(7n * 65_536n + 2n);
    expect(formatId(1, recordId(7n, 2))).to.equal('1.7.2');
    expect(parseId(1, '1.7.2')).to.equal(recordId(7n, 2));
  });

  for (const text of ['', '1.7', '1.7.2.3', '2.7.2', '1.7.65536', '1.-7.2', '1.7.x', ' 1.7.2', '1.7.2\n']) {
    it(`takes ${JSON.stringify(text)} for no id of writer 1`, () => {
      expect(parseId(1, text)).to.equal(undefined);
    });
  }

  it('finds the request of a record, of none, and of those between', () => {
    const packed = packRequests([
      { first: 0, count: 2, bytes: Buffer.from('a') },
      { first: 3, count: 1, bytes: Buffer.from('b') },
    ]);
    const found = [0, 1, 2, 3, 4].map((index) => requestOf(packed?.body ?? Buffer.alloc(0), index)?.toString());
    expect(found).to.deep.equal(['a', 'a', undefined, 'b', undefined]);
    expect(packRequests([])).to.equal(undefined);
  });

  it('hashes differently whatever is changed in an entry', () => {
    const record: LedgerRecord = { type: 'block', id: 0n, channel: 'ebet/1', reference: 'ab', player: 'c' };
    const head = { writer: 1, seq: 1n, timeMs: 5n, count: 1, requestsHash: new Uint8Array(0) };
    const hashes = [
      entryHash(GENESIS, head, [record]),
      entryHash(new Uint8Array(32).fill(1), head, [record]),
      entryHash(GENESIS, { ...head, writer: 2 }, [record]),
      entryHash(GENESIS, { ...head, seq: 2n }, [record]),
      entryHash(GENESIS, { ...head, timeMs: 6n }, [record]),
      entryHash(GENESIS, { ...head, count: 2 }, [record]),
      entryHash(GENESIS, { ...head, requestsHash: new Uint8Array(32) }, [record]),
      entryHash(GENESIS, head, [{ ...record, reference: 'a', player: 'bc' }]),
      entryHash(GENESIS, head, [record, record]),
    ].map((hash) => Buffer.from(hash).toString('hex'));
    expect(new Set(hashes).size).to.equal(hashes.length);
  });
});

type Value = string | bigint | Buffer | null;
type Row = Record<string, Value>;

/** A column as the text of a field. */
function text(value: Value | undefined): string {
  return typeof value === 'string' || typeof value === 'bigint' ? value.toString() : '';
}

/** The canonical bytes of every record of a ledger by its id, made from plain rows and the documented format. */
function recordsIn(db: Database): Map<bigint, Buffer> {
  const rows = (sql: string) => db.prepare<unknown[], Row>(sql).all();
  const records = new Map<bigint, Buffer>();
  const add = (type: number, row: Row, columns: readonly string[], list: readonly string[] = []) => {
    const id = row['id'] as bigint;
    expect(records.has(id), `two records with the id ${id}`).to.equal(false);
    records.set(id, encode([String(type), ...columns.map((column) => text(row[column])), ...list]));
  };
  const listOf = (of: readonly Row[], columns: readonly string[]) => [
    String(of.length),
    ...of.flatMap((row) => columns.map((column) => text(row[column]))),
  ];
  for (const row of rows(`SELECT m.*, c.name AS channel, a.player, a.currency
      FROM movement m JOIN channel c ON c.id = m.channel_id JOIN account a ON a.id = m.account_id`)) {
    const named = db
      .prepare<unknown[], Row>('SELECT * FROM name WHERE movement_id = ? ORDER BY position')
      .all(row['id']);
    const columns = [
      ...['channel', 'player', 'currency', 'kind', 'purpose', 'amount', 'balance_before', 'balance_after', 'reason'],
      ...['reference', 'holds_reference', 'round', 'provider_type', 'withholding'],
    ];
    add(1, row, columns, listOf(named, ['reference', 'relation', 'amount']));
  }
  for (const row of rows('SELECT r.*, c.name AS channel FROM refund r JOIN channel c ON c.id = r.channel_id')) {
    const lines = db
      .prepare<unknown[], Row>('SELECT * FROM refund_line WHERE refund_id = ? ORDER BY position')
      .all(row['id']);
    const columns = ['channel', 'reference', 'player', 'currency', 'balance_before', 'balance_after', 'refunded'];
    add(2, row, columns, listOf(lines, ['reference', 'amount', 'player', 'status']));
  }
  for (const row of rows('SELECT b.*, c.name AS channel FROM block b JOIN channel c ON c.id = b.channel_id')) {
    add(3, row, ['channel', 'reference', 'player']);
  }
  for (const row of rows('SELECT opened_id AS id, name FROM channel')) add(4, row, ['name']);
  for (const row of rows('SELECT opened_id AS id, player, currency FROM account WHERE opened_id IS NOT NULL')) {
    add(5, row, ['player', 'currency']);
  }
  for (const row of rows('SELECT * FROM freeze_act')) add(6, row, ['player', 'reason', 'note', 'frozen']);
  for (const row of rows('SELECT * FROM password')) {
    const digest = createHash('sha256').update(text(row['hash'])).digest('hex');
    add(7, { ...row, digest }, ['player', 'digest']);
  }
  for (const row of rows(`SELECT m.*, c.name AS channel, h.currency, h.purpose
      FROM house_movement m JOIN house h ON h.id = m.house_id JOIN channel c ON c.id = h.channel_id`)) {
    add(8, row, ['channel', 'currency', 'purpose', 'amount', 'balance_after']);
  }
  for (const row of rows('SELECT *, lower(hex(hash)) AS hex FROM token')) {
    add(10, row, ['player', 'hex', 'expires_ms', 'one_time']);
  }
  for (const row of rows(`SELECT u.*, t.player, lower(hex(t.hash)) AS hex, c.name AS channel
      FROM token_use u JOIN token t ON t.id = u.token_id JOIN channel c ON c.id = u.channel_id`)) {
    add(11, row, ['player', 'hex', 'channel', 'reference']);
  }
  for (const row of rows(`SELECT s.*, lower(hex(s.hash)) AS hex, c.name AS channel
      FROM session s JOIN channel c ON c.id = s.channel_id`)) {
    add(12, row, ['player', 'channel', 'reference', 'hex']);
  }
  for (const row of rows(
    `SELECT e.*, c.name AS channel FROM session_end e LEFT JOIN channel c ON c.id = e.channel_id`,
  )) {
    add(13, row, ['player', 'channel']);
  }
  return records;
}

describe('the ledger after a mixed load', () => {
  let core: TestCore;

  /** Everything that the ledger can record, by many callers at once, with requests and a crash between. */
  async function load(): Promise<void> {
    const { clients } = core;
    const players = ['demo', 'anna', 'ivan', 'yoko'];
    await clients.openChannel('ebet/1');
    for (const [player, currency] of [
      ['anna', 'CNY'],
      ['ivan', 'CNY'],
      ['anna', 'THB'],
      ['yoko', 'JPY'],
    ] as const) {
      await core.player(player, '1000', currency);
    }
    await call((done) => clients.accounts.setPassword({ playerId: 'anna', password: 'secret' }, done));
    await call((done) =>
      clients.accounts.freezePlayer({ playerId: 'ivan', reason: 'kyc', note: 'papers – 护照' }, done),
    );
    const on = (channel: string, command: ReturnType<typeof movements>, request = '') => ({
      ...command,
      ...{ channel, request: Buffer.from(request) },
    });
    const step = async (n: number) => {
      const playerId = players[n % players.length] ?? '';
      const channel = n % 3 === 0 ? 'ebet/1' : 'platform/test';
      const currency = playerId === 'yoko' ? 'JPY' : n % 5 === 0 ? 'THB' : 'CNY';
      const common = { playerId, currency, round: n % 4 === 0 ? '' : ` round ${n % 7}` };
      const held = { ...common, kind: Kind.WITHHOLDING, amount: '-30', reference: `held-${n}` };
      const back = { reference: `held-${n}`, relation: Relation.RETURN, amount: '20' };
      const settled = { reference: `bet-${n}`, relation: Relation.SETTLE, amount: '' };
      const capped = { reference: `held-${n}`, relation: Relation.RETURN_CAPPED, amount: '90' };
      for (const command of [
        movements({ ...common, reference: `bet-${n}`, amount: '-7' }),
        movements(held, { ...common, reference: `tip-${n}`, kind: Kind.TIP, amount: '-1' }),
        movements({ ...common, kind: Kind.WITHHOLDING_RETURN, amount: '20', reference: `r-${n}`, names: [back] }),
        movements({ ...common, kind: Kind.PAYOUT, amount: '5', reference: `p-${n}`, names: [settled, capped] }),
        movements({ ...common, reference: `much-${n}`, amount: '-99999' }),
        refund(
          { reference: `refund-${n}`, playerId: '', currency },
          { reference: `bet-${n}`, amount: '7', playerId },
          { reference: `late-${n}`, amount: '7', playerId },
          { reference: `tip-${n}`, amount: 'none', playerId },
        ),
        movements({ ...common, reference: `late-${n}`, amount: '-7' }),
      ]) {
        await core.post(on(channel, command, n % 2 === 0 ? `{"seqNo":"${n}"}` : ''));
      }
    };
    const credentials = logins();
    await Promise.all(Array.from({ length: 30 }, (_, n) => step(n)));
    await credentials;
    await core.restart('SIGKILL');
    await call((done) => core.clients.accounts.unfreezePlayer({ playerId: 'ivan', reason: 'kyc', note: '' }, done));
    await Promise.all(Array.from({ length: 30 }, (_, n) => step(30 + n)));
    await core.post(deposit('0.01', 'last'));
    expect(await core.end()).to.equal(0);
  }

  /** Tokens that are kept, used up and replaced, and sessions that are ended on one channel and on all. */
  async function logins(): Promise<void> {
    const { accounts } = core.clients;
    const login = { channel: 'platform/test', currency: 'CNY', accessTokenLifetimeS: 0 };
    for (const oneTime of [false, true]) {
      const issue = { playerId: 'anna', lifetimeS: 0, oneTime };
      const { accessToken } = await call<IssueAccessTokenResponse>((done) => accounts.issueAccessToken(issue, done));
      for (const rotateAccessToken of [false, true]) {
        const credential = { $case: 'accessToken', value: { playerId: '', accessToken } } as const;
        const request = { ...login, credential, reference: `login-${oneTime}`, rotateAccessToken };
        await call((done) => accounts.logIn(request, done));
      }
      const channel = oneTime ? '' : 'platform/test';
      await call((done) => accounts.endSessions({ playerId: 'anna', channel }, done));
    }
  }

  before(async () => {
    core = await TestCore.start('1000.00');
    await load();
  });
  after(() => core.stop());

  it('has an unbroken chain that covers every record, recomputed from plain rows', () => {
    inLedger(core.data, (db) => {
      const records = recordsIn(db);
      const entries = db.prepare<unknown[], Row>('SELECT * FROM entry ORDER BY seq').all();
      expect(entries.length).to.be.greaterThan(20);
      let previous: Uint8Array = new Uint8Array(32);
      let timeMs = 0n;
      for (const [index, entry] of entries.entries()) {
        const seq = entry['seq'] as bigint;
        expect(seq).to.equal(BigInt(index + 1));
        expect((entry['time_ms'] as bigint) >= timeMs, 'time never goes back').to.equal(true);
        timeMs = entry['time_ms'] as bigint;
        const own = Array.from({ length: Number(entry['count']) }, (_, n) => {
          const id = (seq << 16n) | BigInt(n);
          const bytes = records.get(id);
          if (!bytes) throw new Error(`entry ${seq} has no record ${n}`);
          records.delete(id);
          return bytes;
        });
        const head = { writer: entry['writer'] as bigint, seq, timeMs, requestsHash: entry['requests_hash'] as Buffer };
        previous = hashOf(previous, head, own);
        expect((entry['hash'] as Buffer).equals(previous), `the hash of entry ${seq}`).to.equal(true);
      }
      expect([...records.keys()], 'records of no entry').to.deep.equal([]);
    });
  });

  it('has records of every type and reason that the load could cause', () => {
    inLedger(core.data, (db) => {
      const column = (sql: string) => db.prepare(sql).pluck().all();
      const tables = ['movement', 'refund', 'block', 'channel', 'account', 'freeze_act', 'password', 'house'];
      for (const table of [...tables, 'token', 'token_use', 'session', 'session_end']) {
        expect(column(`SELECT count(*) FROM ${table}`)[0] !== 0n, table).to.equal(true);
      }
      expect(column('SELECT DISTINCT reason FROM movement WHERE reason IS NOT NULL ORDER BY 1')).to.deep.equal([
        ...['BLOCKED', 'DEBIT_UNKNOWN', 'FROZEN', 'INSUFFICIENT_FUNDS', 'NO_ACCOUNT'],
      ]);
    });
  });

  it('keeps the requests whose hash the chain covers', () => {
    inLedger(core.data, (db) => {
      const rows = db
        .prepare<unknown[], Row>('SELECT e.requests_hash, r.body FROM entry e LEFT JOIN request r ON r.seq = e.seq')
        .all();
      expect(rows.filter(({ body }) => body !== null).length).to.be.greaterThan(10);
      for (const { requests_hash, body } of rows) {
        const hash = body === null ? Buffer.alloc(0) : sha256(inflateRawSync(body as Buffer));
        expect(hash.equals(requests_hash as Buffer)).to.equal(true);
      }
    });
  });

  it("chains each account's movements from the first to the balance that it has", () => {
    inLedger(core.data, (db) => {
      const accounts = db.prepare<unknown[], Row>('SELECT * FROM account').all();
      const byId = db.prepare<unknown[], Row>('SELECT * FROM movement WHERE id = ? AND account_id = ?');
      let walked = 0;
      for (const { id, balance, last_movement_id } of accounts) {
        let expected = balance;
        for (let next = last_movement_id; next !== null && next !== undefined; walked += 1) {
          const row = byId.get(next, id);
          if (!row) throw new Error(`movement ${text(next)} is not of account ${text(id)}`);
          expect(row['balance_after']).to.equal(expected);
          const moved = row['reason'] === null ? (row['amount'] as bigint) : 0n;
          expect(row['balance_before']).to.equal((row['balance_after'] as bigint) - moved);
          expected = row['balance_before'] ?? null;
          next = row['previous_id'] ?? null;
        }
        expect(expected, 'before the first').to.equal(0n);
      }
      expect(BigInt(walked)).to.equal(db.prepare('SELECT count(*) FROM movement').pluck().get());
    });
  });

  it('has no money that did not come from a house account: all sums are zero', () => {
    inLedger(core.data, (db) => {
      const sums = db
        .prepare<unknown[], Row>(
          `SELECT currency, purpose, sum(amount) AS sum FROM (
            SELECT a.currency, m.purpose, m.amount FROM movement m JOIN account a ON a.id = m.account_id
              WHERE m.reason IS NULL
            UNION ALL SELECT h.currency, h.purpose, m.amount FROM house_movement m JOIN house h ON h.id = m.house_id
          ) GROUP BY currency, purpose`,
        )
        .all();
      expect(sums.length).to.be.at.least(7);
      for (const { currency, purpose, sum } of sums) expect(sum, `${text(currency)} ${text(purpose)}`).to.equal(0n);
      const balances = db
        .prepare<unknown[], Row>(
          `SELECT currency, sum(balance) AS sum FROM
            (SELECT currency, balance FROM account UNION ALL SELECT currency, balance FROM house) GROUP BY currency`,
        )
        .all();
      expect(balances.map(({ currency, sum }) => [currency, sum])).to.deep.equal([
        ['CNY', 0n],
        ['JPY', 0n],
        ['THB', 0n],
      ]);
    });
  });

  it('has house accounts whose movements add up to their balances', () => {
    inLedger(core.data, (db) => {
      const wrong = db
        .prepare(
          `SELECT h.id FROM house h JOIN house_movement m ON m.house_id = h.id
           GROUP BY h.id HAVING sum(m.amount) <> h.balance`,
        )
        .all();
      expect(wrong).to.deep.equal([]);
    });
  });
});
