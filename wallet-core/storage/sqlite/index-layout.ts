import type { Database } from 'better-sqlite3';
import type { Bounds } from './index-check.js';

/** An index as SQL can be made of it. */
export interface Index {
  readonly name: string;
  /** Its first column. */
  readonly first: string;
  /** The condition of a partial index. */
  readonly where: string;
  /** True of a row "r" of the table that is not found through it. */
  readonly lookUp: string;
}

export interface Table {
  readonly name: string;
  /** The first column of its primary key, in whose order it is stored, and a value before all of them. */
  readonly key: string;
  readonly least: bigint | string | Buffer;
  /** For FROM: the table as "r", read in that order and through no index. */
  readonly rows: string;
  /** The condition of the rows that are verified; later ones come while it goes on. */
  readonly bound: string;
  /** True of a row "r" that is not found by its primary key. */
  readonly lookUp: string;
  readonly indexes: readonly Index[];
  /** The key is the id of a record. */
  readonly isOfRecords: boolean;
  /** Its rows are never changed, and new ones come behind the others. */
  readonly onlyGrows: boolean;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly pk: bigint;
}

interface Listed {
  readonly name: string;
  readonly origin: string;
}

/** Before every value of a type. */
const LEAST: Readonly<Record<string, bigint | string | Buffer>> = {
  INTEGER: -(2n ** 63n),
  TEXT: '',
  BLOB: Buffer.alloc(0),
};

const ENTRIES = ['entry', 'request'];
/** What says how things are now, or has numbers of its own; every other table is of records. */
const CHANGING = ['account', 'channel', 'freeze', 'house', 'reference', 'reference_era', 'session'];

/** Every table of the ledger with its indexes, whatever the schema has. */
export function tablesOf(db: Database, { lastEntry, lastRecord }: Bounds): Table[] {
  const tables = db.prepare<[], { name: string; wr: bigint }>(
    `SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  );
  return tables.all().map(({ name, wr }): Table => {
    const columns = all<Column>(db, 'SELECT name, type, pk FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk', name);
    const listed = all<Listed>(db, 'SELECT name, origin FROM pragma_index_list(?) ORDER BY seq', name);
    const keys = columns.map((column) => column.name);
    const [first] = columns;
    const least = LEAST[first?.type ?? ''];
    if (!first || least === undefined) throw new Error(`table ${name} has no primary key that can be followed`);
    // Without a rowid the table is the index of its primary key.
    const own = wr === 0n ? 'NOT INDEXED' : `INDEXED BY ${listed.find(({ origin }) => origin === 'pk')?.name}`;
    const onlyGrows = !CHANGING.includes(name);
    const isOfRecords = onlyGrows && !ENTRIES.includes(name);
    const last = isOfRecords ? lastRecord : lastEntry;
    return {
      name,
      key: first.name,
      least,
      onlyGrows,
      isOfRecords,
      rows: `${name} AS r ${own}`,
      bound: onlyGrows ? `${first.name} <= ${last}` : 'true',
      lookUp: missing(name, own, 'true', keys),
      indexes: listed.filter(({ origin }) => origin !== 'pk').map((index) => indexOf(db, name, index.name, keys)),
    };
  });
}

function indexOf(db: Database, table: string, name: string, keys: readonly string[]): Index {
  const columns = all<Column>(db, 'SELECT name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno', name);
  const sql = db
    .prepare<[string], string | null>("SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?")
    .pluck()
    .get(name);
  const [, condition = 'true'] = /\bWHERE\b(.*)$/is.exec(sql ?? '') ?? [];
  const names = columns.map((column) => column.name);
  return {
    name,
    first: names[0] ?? '',
    where: `(${condition})`,
    lookUp: missing(table, `INDEXED BY ${name}`, condition, [...new Set([...names, ...keys])]),
  };
}

/** Names without a table in front are of the innermost one. */
function missing(table: string, access: string, condition: string, columns: readonly string[]): string {
  const same = columns.map((column) => `i.${column} = r.${column}`).join(' AND ');
  return `NOT EXISTS (SELECT 1 FROM ${table} AS i ${access} WHERE (${condition}) AND ${same})`;
}

function all<Row>(db: Database, sql: string, name: string): Row[] {
  return db.prepare<[string], Row>(sql).all(name);
}
