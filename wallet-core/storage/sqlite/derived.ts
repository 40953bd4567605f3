import type { Database, Statement } from 'better-sqlite3';
import type { MovementRecord } from '../../domain/record.js';
import { recordId } from '../../journal/position.js';
import type { Findings } from '../../verify/finding.js';
import { MultisetHash } from '../../verify/multiset.js';
import type { Chunk, MovementPlace, StoreCheck } from '../../verify/source.js';
import { keyOf } from '../../domain/state.js';
import { referenceKey, roundKey } from './keys.js';
import { ReferenceTable } from './reference-table.js';
import type { References } from './references.js';

/** Rounds are played by many at once, so their keys are mostly computed once. */
const ROUNDS_KEPT_MAX = 10_000;

interface SessionRow {
  readonly id: bigint;
  readonly player: string;
  readonly endId: bigint | null;
  readonly expected: bigint | null;
}

interface FreezeRow {
  readonly player: string;
  readonly reason: string;
  readonly expected: bigint | null;
  readonly seen: bigint | null;
}

/** What the tables have beside the records and derive from them: keys, freezes that hold, sessions that were ended. */
export class DerivedCheck implements StoreCheck {
  readonly #db: Database;
  readonly #findings: Findings;
  readonly #references: ReferenceTable;
  readonly #held: MultisetHash;
  readonly #rounds = new Map<string, bigint | null>();
  readonly #wronglyEnded: Statement<[bigint, bigint], SessionRow>;
  readonly #leftOpen: Statement<[bigint, bigint], SessionRow>;

  constructor(db: Database, references: References, findings: Findings, end: bigint, pause: () => void) {
    this.#db = db;
    this.#findings = findings;
    this.#references = new ReferenceTable(db, references, findings, end, pause);
    this.#held = this.#references.hash();
    this.#wronglyEnded = db.prepare(`
      SELECT s.id, s.player, s.end_id AS endId, NULL AS expected FROM session s LEFT JOIN session_end e ON e.id = s.end_id
      WHERE s.id BETWEEN ? AND ? AND s.end_id IS NOT NULL AND (e.id IS NULL OR e.id < s.id OR e.player <> s.player
        OR (e.channel_id IS NOT NULL AND e.channel_id <> s.channel_id))`);
    this.#leftOpen = db.prepare(`
      SELECT s.id, s.player, NULL AS endId, e.id AS expected FROM session_end e
      JOIN session s ON s.player = e.player AND s.end_id IS NULL AND s.id < e.id
        AND (e.channel_id IS NULL OR e.channel_id = s.channel_id)
      WHERE e.id BETWEEN ? AND ?`);
  }

  take(movement: MovementRecord, { roundKey: seen }: MovementPlace): void {
    const { id, channel, round, player, currency } = movement;
    if (movement.holdsReference) this.#held.add(referenceKey(channel, movement.reference), id);
    const expected = round === '' ? null : this.#keyOfRound(channel, round);
    if (seen === expected) return;
    const account = `${player} ${currency}`;
    const values = { expected: String(expected), seen: String(seen) };
    this.#findings.add({ check: 'DERIVED', subject: 'key of the round', record: id, account, ...values });
  }

  chunk({ after, end }: Chunk): void {
    const range = [recordId(after + 1n, 0), recordId(end + 1n, 0) - 1n] as const;
    for (const { id, player, endId, expected } of [
      ...this.#wronglyEnded.all(...range),
      ...this.#leftOpen.all(...range),
    ]) {
      const subject = `end of a session of ${player}`;
      const values = { expected: String(expected ?? 'none, or one of its own'), seen: String(endId ?? 'none') };
      this.#findings.add({ check: 'DERIVED', subject, record: id, ...values });
    }
  }

  end(): void {
    this.#references.compare(this.#held);
    this.#freezes();
  }

  /** The newest act of each player and reason says whether it holds. */
  #freezes(): void {
    const wrong = this.#db.prepare<[], FreezeRow>(`
      SELECT a.player, a.reason, iif(a.frozen = 1, a.id, NULL) AS expected, f.act_id AS seen
      FROM (SELECT player, reason, max(id) AS id, frozen FROM freeze_act GROUP BY player, reason) a
      LEFT JOIN freeze f ON f.player = a.player AND f.reason = a.reason
      WHERE iif(a.frozen = 1, a.id, NULL) IS NOT f.act_id
      UNION ALL
      SELECT f.player, f.reason, NULL, f.act_id FROM freeze f
      WHERE NOT EXISTS (SELECT 1 FROM freeze_act a WHERE a.id = f.act_id AND a.player = f.player AND a.reason = f.reason)`);
    for (const { player, reason, expected, seen } of wrong.iterate()) {
      const subject = `freeze of ${player} for ${reason}`;
      const shown = (id: bigint | null) => (id === null ? 'none' : `by act ${id}`);
      const record = seen ?? expected;
      const values = { expected: shown(expected), seen: shown(seen) };
      this.#findings.add({ check: 'DERIVED', subject, ...(record === null ? {} : { record }), ...values });
    }
  }

  #keyOfRound(channel: string, round: string): bigint | null {
    const name = keyOf(channel, round);
    let key = this.#rounds.get(name);
    if (key !== undefined) return key;
    if (this.#rounds.size >= ROUNDS_KEPT_MAX) this.#rounds.clear();
    key = roundKey(channel, round);
    this.#rounds.set(name, key);
    return key;
  }
}
