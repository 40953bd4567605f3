import type { Database } from 'better-sqlite3';

/** "wall" in ASCII: marks the file as a ledger of this program. */
export const APPLICATION_ID = 0x77616c6c;

/**
 * Numbered steps, each run once and never changed after a release; the file's user_version counts them.
 *
 * Ids of records are places in the journal (journal/position.ts). Amounts are minor units. The CHECKs repeat what the
 * rules hold, as the second line of defence. Random indexes are few, because each costs a page of WAL per movement: an
 * account's movements are chained by previous_id instead.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE entry (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    writer INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count > 0),
    requests_hash BLOB NOT NULL CHECK (length(requests_hash) IN (0, 32)),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;

  -- The providers' requests of an entry, compressed as one; may be pruned.
  CREATE TABLE request (
    seq INTEGER PRIMARY KEY REFERENCES entry,
    body BLOB NOT NULL
  ) STRICT;

  CREATE TABLE channel (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    opened_id INTEGER NOT NULL
  ) STRICT;

  -- A row stands for every (player, currency) that a movement ever named; it is an account once opened_id is set.
  CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    player TEXT NOT NULL CHECK (length(player) BETWEEN 1 AND 64),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    balance INTEGER NOT NULL CHECK (balance BETWEEN 0 AND 999999999999999999),
    last_movement_id INTEGER,
    opened_id INTEGER,
    UNIQUE (player, currency),
    CHECK (opened_id IS NOT NULL OR balance = 0)
  ) STRICT;

  CREATE TABLE movement (
    id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL REFERENCES channel,
    account_id INTEGER NOT NULL REFERENCES account,
    previous_id INTEGER CHECK (previous_id < id),
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount BETWEEN -999999999999999999 AND 999999999999999999),
    balance_before INTEGER NOT NULL CHECK (balance_before BETWEEN 0 AND 999999999999999999),
    balance_after INTEGER NOT NULL CHECK (balance_after BETWEEN 0 AND 999999999999999999),
    reason TEXT,
    reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 128),
    holds_reference INTEGER NOT NULL CHECK (holds_reference IN (0, 1)),
    round TEXT NOT NULL,
    round_key INTEGER CHECK ((round_key IS NULL) = (round = '')),
    provider_type TEXT NOT NULL,
    withholding INTEGER NOT NULL CHECK (withholding IN (0, 1)),
    CHECK (balance_after = balance_before + iif(reason IS NULL, amount, 0))
  ) STRICT;
  CREATE INDEX movement_round ON movement (round_key) WHERE round_key IS NOT NULL;

  -- Who holds a reference; the key is a hash of channel and reference (keys.ts).
  CREATE TABLE reference (
    key BLOB PRIMARY KEY CHECK (length(key) = 16),
    movement_id INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- The movements that a movement names; debit_id is set where it drew on one.
  CREATE TABLE name (
    movement_id INTEGER NOT NULL REFERENCES movement,
    position INTEGER NOT NULL,
    relation TEXT NOT NULL,
    reference TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 999999999999999999),
    debit_id INTEGER REFERENCES movement,
    PRIMARY KEY (movement_id, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX name_debit ON name (debit_id) WHERE debit_id IS NOT NULL;
  -- Whether a bet was paid out. Found by the bet's reference alone, because the round of a payout is not signed.
  CREATE INDEX name_settled ON name (reference) WHERE relation = 'SETTLE';
  -- A debit is refunded once at most.
  CREATE UNIQUE INDEX name_refund ON name (debit_id) WHERE relation = 'REFUND';

  CREATE TABLE refund (
    id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL REFERENCES channel,
    reference TEXT NOT NULL,
    player TEXT NOT NULL,
    currency TEXT NOT NULL,
    balance_before INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    refunded INTEGER NOT NULL CHECK (refunded >= 0),
    UNIQUE (channel_id, reference)
  ) STRICT;

  CREATE TABLE refund_line (
    refund_id INTEGER NOT NULL REFERENCES refund,
    position INTEGER NOT NULL,
    reference TEXT NOT NULL,
    amount INTEGER,
    player TEXT NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (refund_id, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL REFERENCES channel,
    reference TEXT NOT NULL,
    player TEXT NOT NULL,
    UNIQUE (channel_id, reference, player)
  ) STRICT;

  CREATE TABLE house (
    id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL REFERENCES channel,
    currency TEXT NOT NULL,
    purpose TEXT NOT NULL,
    balance INTEGER NOT NULL CHECK (balance BETWEEN -999999999999999999 AND 999999999999999999),
    UNIQUE (channel_id, currency, purpose)
  ) STRICT;

  -- The other side of an entry's movements.
  CREATE TABLE house_movement (
    id INTEGER PRIMARY KEY,
    house_id INTEGER NOT NULL REFERENCES house,
    amount INTEGER NOT NULL,
    balance_after INTEGER NOT NULL
  ) STRICT;

  -- Every freeze and its lifting; those that hold now are in freeze.
  CREATE TABLE freeze_act (
    id INTEGER PRIMARY KEY,
    player TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    frozen INTEGER NOT NULL CHECK (frozen IN (0, 1))
  ) STRICT;

  CREATE TABLE freeze (
    player TEXT NOT NULL,
    reason TEXT NOT NULL,
    act_id INTEGER NOT NULL REFERENCES freeze_act,
    PRIMARY KEY (player, reason)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE password (
    id INTEGER PRIMARY KEY,
    player TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX password_player ON password (player);
  `,
  `
  ALTER TABLE movement ADD COLUMN wager INTEGER NOT NULL DEFAULT 0 CHECK (wager IN (0, 1));
  -- Refused settlements, which hold no reference; few.
  CREATE INDEX movement_attempt ON movement (reference) WHERE holds_reference = 0 AND reason IS NOT NULL;

  -- Every maintenance of a channel and its end; the one that holds now is in channel.
  CREATE TABLE maintenance_act (
    id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL REFERENCES channel,
    note TEXT NOT NULL,
    maintenance INTEGER NOT NULL CHECK (maintenance IN (0, 1))
  ) STRICT;
  ALTER TABLE channel ADD COLUMN maintenance_id INTEGER REFERENCES maintenance_act;

  -- Access tokens, known by their SHA-256 only.
  CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    player TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    expires_ms INTEGER NOT NULL,
    one_time INTEGER NOT NULL CHECK (one_time IN (0, 1))
  ) STRICT;

  -- The login that used a token up or replaced it: one at most.
  CREATE TABLE token_use (
    id INTEGER PRIMARY KEY,
    token_id INTEGER NOT NULL UNIQUE REFERENCES token CHECK (token_id < id),
    channel_id INTEGER NOT NULL REFERENCES channel,
    reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 128)
  ) STRICT;

  -- The end of all sessions that a player had, on one channel or (null) on all.
  CREATE TABLE session_end (
    id INTEGER PRIMARY KEY,
    player TEXT NOT NULL,
    channel_id INTEGER REFERENCES channel
  ) STRICT;

  CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    player TEXT NOT NULL,
    channel_id INTEGER NOT NULL REFERENCES channel,
    reference TEXT NOT NULL CHECK (length(reference) BETWEEN 1 AND 128),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    end_id INTEGER REFERENCES session_end CHECK (end_id > id)
  ) STRICT;
  CREATE INDEX session_open ON session (player) WHERE end_id IS NULL;

  -- The journal is read by ranges of record ids; all other records have theirs as the key of their table.
  CREATE INDEX account_opened ON account (opened_id) WHERE opened_id IS NOT NULL;
  `,
  `
  -- Who of the operator's people had the records before it written; few.
  CREATE TABLE act (
    id INTEGER PRIMARY KEY,
    operator TEXT NOT NULL CHECK (length(operator) BETWEEN 1 AND 64),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    act TEXT NOT NULL,
    player TEXT NOT NULL,
    records INTEGER NOT NULL CHECK (records > 0)
  ) STRICT;
  CREATE INDEX act_player ON act (player);
  `,
  `
  -- An act can also change nothing that the ledger proves (prune-requests), and then had no records written.
  CREATE TABLE act_of_any_kind (
    id INTEGER PRIMARY KEY,
    operator TEXT NOT NULL CHECK (length(operator) BETWEEN 1 AND 64),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    act TEXT NOT NULL,
    player TEXT NOT NULL,
    records INTEGER NOT NULL CHECK (records >= 0)
  ) STRICT;
  INSERT INTO act_of_any_kind SELECT id, operator, reason, act, player, records FROM act;
  DROP TABLE act;
  ALTER TABLE act_of_any_kind RENAME TO act;
  CREATE INDEX act_player ON act (player);
  `,
  `
  -- References of one time lie together (references.ts): the number of their era, then the hash.
  CREATE TABLE reference_by_era (
    key BLOB PRIMARY KEY CHECK (length(key) = 19),
    movement_id INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO reference_by_era SELECT CAST(x'000000' || key AS BLOB), movement_id FROM reference ORDER BY key;
  DROP TABLE reference;
  ALTER TABLE reference_by_era RENAME TO reference;

  -- The eras that have ended, and which keys each has not (reference-filter.ts).
  CREATE TABLE reference_era (
    id INTEGER PRIMARY KEY CHECK (id >= 0),
    count INTEGER NOT NULL CHECK (count > 0),
    filter BLOB NOT NULL CHECK (length(filter) IN (0, 262144)),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;
  -- What was here before is the first one, of any size and so without a filter.
  INSERT INTO reference_era SELECT 0, count(*), x'', zeroblob(32) FROM reference HAVING count(*) > 0;
  `,
];

/** The schema that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Refuses, before anything is changed, a file that is not ours or of a version that we do not know. */
export function checkIsLedger(db: Database): void {
  const { version, applicationId, tables } = readMarks(db);
  const fresh = version === 0 && applicationId === 0 && tables === 0;
  if (!fresh && applicationId !== APPLICATION_ID) {
    throw new Error(`${db.name}: is not a ledger of single-wallet; name another data folder`);
  }
  if (version > MIGRATIONS.length) {
    throw new Error(
      `${db.name}: was written by a newer single-wallet (schema ${version}, this one knows ${MIGRATIONS.length}); ` +
        'start the newer version, it cannot be taken back',
    );
  }
}

/** Brings a ledger to the newest schema, each step in a transaction of its own. */
export function migrate(db: Database): void {
  const { version } = readMarks(db);
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}

/** Whether a file says that it is a ledger. */
export function isMarked(db: Database): boolean {
  return readMarks(db).applicationId === APPLICATION_ID;
}

function readMarks(db: Database): { version: number; applicationId: number; tables: number } {
  return {
    version: Number(db.pragma('user_version', { simple: true })),
    applicationId: Number(db.pragma('application_id', { simple: true })),
    tables: Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()),
  };
}
