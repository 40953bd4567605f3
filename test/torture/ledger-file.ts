import { expect } from 'chai';
import type { Database } from 'better-sqlite3';
import { inLedger } from '../wallet-core/core.js';
import { expectUnbrokenChain } from '../wallet-core/journal-format.js';

/** What the file of a ledger proves by itself. */
export interface Proved {
  readonly entries: number;
}

/**
 * Reads the file with plain SQL, in one snapshot and beside the process that has it open: the chain is unbroken and passes
 * through every record; players and house sum to zero; each account ends at its last movement; nothing is there twice.
 */
export function proveLedger(folder: string): Proved {
  return inLedger(folder, (db) => {
    db.exec('BEGIN');
    const entries = expectUnbrokenChain(db).length;
    expectNothing(db, 'currencies that do not sum to zero', ZERO_SUM);
    expectNothing(db, 'accounts that do not end at their last movement', LAST_MOVEMENT);
    expectNothing(db, 'house accounts that are not the sum of their movements', HOUSE);
    expectNothing(db, 'references that two movements hold', HELD_TWICE);
    expectNothing(db, 'movements that do not follow from the one before', FOLLOWS);
    expect(db.pragma('integrity_check', { simple: true })).to.equal('ok');
    return { entries };
  });
}

const ZERO_SUM = `
  SELECT currency, sum(balance) FROM (SELECT currency, balance FROM account UNION ALL SELECT currency, balance FROM house)
  GROUP BY currency HAVING sum(balance) <> 0`;
const LAST_MOVEMENT = `
  SELECT a.player, a.balance, m.balance_after FROM account a LEFT JOIN movement m ON m.id = a.last_movement_id
  WHERE a.balance <> coalesce(m.balance_after, 0)
     OR a.last_movement_id IS NOT (SELECT max(id) FROM movement WHERE account_id = a.id)`;
const HOUSE = `
  SELECT h.id, h.balance FROM house h
  WHERE h.balance <> (SELECT coalesce(sum(amount), 0) FROM house_movement WHERE house_id = h.id)`;
const HELD_TWICE = `
  SELECT channel_id, reference FROM movement WHERE holds_reference = 1 GROUP BY 1, 2 HAVING count(*) > 1`;
const FOLLOWS = `
  SELECT m.id FROM movement m LEFT JOIN movement p ON p.id = m.previous_id
  WHERE m.balance_before <> coalesce(p.balance_after, 0) OR p.account_id <> m.account_id`;

function expectNothing(db: Database, what: string, sql: string): void {
  expect(db.prepare(sql).all(), what).to.deep.equal([]);
}
