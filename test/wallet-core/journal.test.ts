import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import type { LedgerRecord } from '../../wallet-core/domain/record.js';
import { canonicalBytes } from '../../wallet-core/journal/canonical.js';
import { entryHash, GENESIS } from '../../wallet-core/journal/chain.js';
import { formatId, parseId, recordId } from '../../wallet-core/journal/position.js';
import { packRequests, requestOf } from '../../wallet-core/journal/requests.js';
import { inLedger, TestCore } from './core.js';
import { encode, expectUnbrokenChain, hashOf, number, prefixed, sha256, text, type Row } from './journal-format.js';
import { mixedLoad } from './mixed-load.js';

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
  act: 14,
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

/** The record whose fields a vector names. */
function recordOf({ record: type, fields }: RecordVector): LedgerRecord {
  const amounts = new Set(['amount', 'balanceBefore', 'balanceAfter', 'refunded', 'expiresMs', 'records']);
  const booleans = new Set(['holdsReference', 'withholding', 'wager', 'frozen', 'maintenance', 'oneTime']);
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
  /** The first vector of a type: an entry means this one. */
  const vectorOf = (type: string) => {
    const vector = vectors.records.find(({ record }) => record === type);
    if (!vector) throw new Error(`there is no vector of a ${type}`);
    return vector;
  };

  it('has a vector of every type of record', () => {
    expect([...new Set(vectors.records.map(({ record }) => record))]).to.deep.equal(Object.keys(TYPES));
    for (const { record, fields } of vectors.records) {
      expect(fields[0]).to.deep.equal(['type', String(TYPES[record])]);
    }
  });

  it('has a vector of what a record may have beside', () => {
    const last = vectors.records.map(({ record, fields }) => `${record}: ${fields.at(-1)?.join(' ')}`);
    expect(last).to.include.members(['movement: wager 1', 'block: player ', 'block: player demo']);
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
      const records = entry.records.map((name) => Buffer.from(vectorOf(name).bytes, 'hex'));
      expect(hashOf(previous, head, records).toString('hex')).to.equal(hash);
    });

    it(`tells the hash of entry ${entry.seq} as the code makes it`, () => {
      const records = entry.records.map((name) => recordOf(vectorOf(name)));
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

describe('the ledger after a mixed load', () => {
  let core: TestCore;

  before(async () => {
    core = await TestCore.start('1000.00');
    await mixedLoad(core);
    expect(await core.end()).to.equal(0);
  });
  after(() => core.stop());

  it('has an unbroken chain that covers every record, recomputed from plain rows', () => {
    expect(inLedger(core.data, expectUnbrokenChain).length).to.be.greaterThan(20);
  });

  it('has records of every type and reason that the load could cause', () => {
    inLedger(core.data, (db) => {
      const column = (sql: string) => db.prepare(sql).pluck().all();
      const tables = ['movement', 'refund', 'block', 'channel', 'account', 'freeze_act', 'password', 'house'];
      for (const table of [...tables, 'token', 'token_use', 'session', 'session_end', 'maintenance_act']) {
        expect(column(`SELECT count(*) FROM ${table}`)[0] !== 0n, table).to.equal(true);
      }
      expect(column('SELECT DISTINCT wager FROM movement ORDER BY 1')).to.deep.equal([0n, 1n]);
      expect(column("SELECT count(*) FROM block WHERE player = ''")).to.deep.equal([60n]);
      expect(column('SELECT DISTINCT reason FROM movement WHERE reason IS NOT NULL ORDER BY 1')).to.deep.equal([
        ...['BLOCKED', 'DEBIT_UNKNOWN', 'FROZEN', 'INSUFFICIENT_FUNDS', 'MAINTENANCE', 'NO_ACCOUNT'],
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
