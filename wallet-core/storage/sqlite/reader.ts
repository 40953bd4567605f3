import type { Database, Statement } from 'better-sqlite3';
import { outstandingOf } from '../../domain/state.js';
import { type Kind, rule } from '../../domain/kinds.js';
import { GENESIS } from '../../journal/chain.js';
import type { Digest } from '../../journal/digest.js';
import { entryOf, indexOf } from '../../journal/position.js';
import { requestOf } from '../../journal/requests.js';
import type {
  AccountView,
  ActView,
  BlockView,
  ChannelView,
  FreezeView,
  MovementFilter,
  MovementPage,
  MovementsFound,
  MovementView,
  Queries,
} from '../port.js';
import { ActRows } from './act-rows.js';
import { openReader } from './connection.js';
import { CredentialRows } from './credential-rows.js';
import { WRITER } from './journal-writer.js';
import { referenceKey, roundKey } from './keys.js';
import { MovementRows, type StoredMovement } from './movement-rows.js';
import type { ReferenceFilters } from './reference-filter.js';
import { References } from './references.js';

/** How many rows one page may look at, so that no read holds up the calls beside it; ten names count as a row. */
const SCAN_MAX = 2000;

/** More than one means that a provider named several players with one reference. */
const BLOCKS_MAX = 10;

/** What an operator may have asked for; of all else nobody looks. */
const BY_OPERATORS: readonly Kind[] = ['DEPOSIT', 'WITHDRAWAL', 'ADJUSTMENT'];

interface ChannelRow {
  channel: string;
  openedMs: bigint;
  note: string | null;
  sinceMs: bigint | null;
}

/** Reads what is committed, on a connection of its own. */
export class Reader implements Queries {
  readonly #db: Database;
  readonly #rows: MovementRows;
  readonly #references: References;
  readonly #channels: Statement<[], ChannelRow>;
  readonly #balance: Statement<[string, string], bigint>;
  readonly #accounts: Statement<[string], AccountView>;
  readonly #freezes: Statement<[string], Omit<FreezeView, 'by'> & { id: bigint }>;
  readonly #acts: ActRows;
  readonly #blocks: Statement<[string, string, string | null], BlockView>;
  readonly #request: Statement<[bigint], Buffer>;
  readonly #last: Statement<[], { seq: bigint; hash: Buffer }>;
  readonly #credentials: CredentialRows;
  readonly #newestOfPlayer: Statement<[string], { currency: string; id: bigint | null }>;
  readonly #idsOfRound: Statement<[bigint, bigint, bigint], bigint>;
  readonly #ids: Statement<[bigint, bigint], bigint>;

  constructor(path: string, filters?: ReferenceFilters) {
    const db = openReader(path);
    this.#db = db;
    this.#rows = new MovementRows(db);
    this.#references = new References(db, filters);
    this.#channels = db.prepare(`
      SELECT c.name AS channel, e.time_ms AS openedMs, act.note, since.time_ms AS sinceMs
      FROM channel c JOIN entry e ON e.seq = c.opened_id >> 16
        LEFT JOIN maintenance_act act ON act.id = c.maintenance_id LEFT JOIN entry since ON since.seq = act.id >> 16
      ORDER BY c.name`);
    this.#balance = db
      .prepare<[string, string], bigint>(
        'SELECT balance FROM account WHERE player = ? AND currency = ? AND opened_id IS NOT NULL',
      )
      .pluck();
    this.#accounts = db.prepare(`
      SELECT a.currency, a.balance, e.time_ms AS openedMs FROM account a JOIN entry e ON e.seq = a.opened_id >> 16
      WHERE a.player = ? ORDER BY a.currency`);
    this.#freezes = db.prepare(`
      SELECT act.id, f.reason, act.note, e.time_ms AS sinceMs
      FROM freeze f JOIN freeze_act act ON act.id = f.act_id JOIN entry e ON e.seq = act.id >> 16
      WHERE f.player = ? ORDER BY f.reason`);
    this.#blocks = db.prepare(`
      SELECT b.id, b.reference, b.player, e.time_ms AS timeMs
      FROM channel c JOIN block b ON b.channel_id = c.id JOIN entry e ON e.seq = b.id >> 16
      WHERE c.name = ? AND b.reference = ? AND ifnull(b.player IN (?, ''), TRUE) ORDER BY b.id LIMIT ${BLOCKS_MAX}`);
    this.#request = db.prepare<[bigint], Buffer>('SELECT body FROM request WHERE seq = ?').pluck();
    this.#last = db.prepare('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1');
    this.#credentials = new CredentialRows(db);
    this.#acts = new ActRows(db);
    this.#newestOfPlayer = db.prepare('SELECT currency, last_movement_id AS id FROM account WHERE player = ?');
    this.#idsOfRound = db
      .prepare<[bigint, bigint, bigint], bigint>(
        'SELECT id FROM movement WHERE round_key = ? AND id <= ? ORDER BY id DESC LIMIT ?',
      )
      .pluck();
    this.#ids = db
      .prepare<[bigint, bigint], bigint>('SELECT id FROM movement WHERE id <= ? ORDER BY id DESC LIMIT ?')
      .pluck();
  }

  close(): void {
    this.#db.close();
  }

  async digest(): Promise<Digest> {
    const { seq, hash } = this.#last.get() ?? { seq: 0n, hash: Buffer.from(GENESIS) };
    return { writer: WRITER, seq, hash: hash.toString('hex') };
  }

  async channels(): Promise<ChannelView[]> {
    return this.#channels.all().map(({ channel, openedMs, note, sinceMs }) => {
      const maintenance = note === null || sinceMs === null ? undefined : { note, sinceMs };
      return { channel, openedMs, maintenance };
    });
  }

  async balance(player: string, currency: string): Promise<bigint | undefined> {
    return this.#balance.get(player, currency);
  }

  async accounts(player: string): Promise<{ accounts: AccountView[]; freezes: FreezeView[] }> {
    const freezes = this.#freezes.all(player).map(({ id, ...freeze }) => ({ ...freeze, by: this.#acts.of(id) }));
    return { accounts: this.#accounts.all(player), freezes };
  }

  async movement(id: bigint): Promise<MovementView | undefined> {
    const stored = this.#rows.byId(id);
    return stored && this.#view(stored);
  }

  async movementByReference(channel: string, reference: string): Promise<MovementView | undefined> {
    const stored = this.#held(channel, reference);
    return stored && this.#view(stored);
  }

  async lastByReferences(channel: string, references: readonly string[]): Promise<MovementsFound> {
    const movements: MovementView[] = [];
    let seen = 0;
    for (const [index, reference] of references.entries()) {
      if (seen >= SCAN_MAX) return { movements, unread: references.slice(index) };
      const stored = this.#held(channel, reference) ?? this.#rows.lastAttempt(channel, reference);
      seen += stored ? costOf(stored) : 1;
      if (stored) movements.push(this.#view(stored));
    }
    return { movements, unread: [] };
  }

  async blocks(channel: string, references: readonly string[], player: string | undefined): Promise<BlockView[]> {
    return references.flatMap((reference) => this.#blocks.all(channel, reference, player ?? null));
  }

  async request(id: bigint): Promise<Uint8Array | undefined> {
    const body = this.#request.get(entryOf(id));
    return body && requestOf(body, indexOf(id));
  }

  async acts(player: string | undefined, size: number, from: bigint | undefined): Promise<ActView[]> {
    return this.#acts.list(player, size, from);
  }

  async passwordHash(player: string): Promise<string | undefined> {
    return this.#credentials.password(player)?.hash;
  }

  async tokenOwner(hash: string): Promise<string | undefined> {
    return this.#credentials.token(hash)?.player;
  }

  async isSessionEnded(player: string, hash: string): Promise<boolean> {
    return this.#credentials.isSessionEnded(player, hash);
  }

  async movements(filter: MovementFilter, size: number, from: readonly bigint[]): Promise<MovementPage> {
    return filter.player === undefined || filter.round !== undefined
      ? this.#scan(filter, size, from[0])
      : this.#walk(filter, filter.player, size, from);
  }

  #held(channel: string, reference: string): StoredMovement | undefined {
    const id = this.#references.find(referenceKey(channel, reference));
    const stored = id === undefined ? undefined : this.#rows.byId(id);
    return stored?.record.channel === channel && stored.record.reference === reference ? stored : undefined;
  }

  /** Follows the chains of a player's accounts back from their newest movements, merged by time. */
  #walk(filter: MovementFilter, player: string, size: number, from: readonly bigint[]): MovementPage {
    const newest = this.#newestOfPlayer
      .all(player)
      .filter(({ currency }) => filter.currency === undefined || filter.currency === currency)
      .flatMap(({ id }) => (id === null ? [] : [id]));
    const heads = (from.length > 0 ? [...from] : newest).flatMap((id) => this.#rows.byId(id) ?? []);
    const movements: MovementView[] = [];
    for (let seen = 0; heads.length > 0 && seen < SCAN_MAX && movements.length < size;) {
      heads.sort((a, b) => (a.record.id < b.record.id ? 1 : -1));
      const head = heads.shift();
      if (!head) break;
      seen += costOf(head);
      const before = head.previousId === null ? undefined : this.#rows.byId(head.previousId);
      if (before && !isOlderThan(filter, before)) heads.push(before);
      if (matches(filter, head)) movements.push(this.#view(head));
    }
    return { movements, next: heads.map(({ record }) => record.id) };
  }

  /** Goes back through a round, or through the whole ledger. */
  #scan(filter: MovementFilter, size: number, from = 2n ** 62n): MovementPage {
    const { channel, round } = filter;
    const key = channel !== undefined && round !== undefined ? roundKey(channel, round) : null;
    const limit = BigInt(SCAN_MAX) + 1n;
    const ids = key === null ? this.#ids.all(from, limit) : this.#idsOfRound.all(key, from, limit);
    const movements: MovementView[] = [];
    let seen = 0;
    for (const id of ids) {
      if (seen >= SCAN_MAX || movements.length === size) return { movements, next: [id] };
      const stored = this.#rows.byId(id);
      seen += stored ? costOf(stored) : 1;
      if (stored && isOlderThan(filter, stored)) break;
      if (stored && matches(filter, stored)) movements.push(this.#view(stored));
    }
    return { movements, next: [] };
  }

  #view({ record }: StoredMovement): MovementView {
    const by = BY_OPERATORS.includes(record.kind) ? this.#acts.of(record.id) : undefined;
    const drawable = record.reason === null && rule(record.kind).stake;
    if (!drawable) return { record, outstanding: null, refunded: false, by };
    const drawn = this.#rows.drawnFrom(record.id);
    return { record, outstanding: outstandingOf(record, drawn), refunded: drawn.refunded, by };
  }
}

function costOf({ record }: StoredMovement): number {
  return 1 + record.names.length / 10;
}

/** Times never go back in a journal, so nothing before such a movement can match. */
function isOlderThan({ fromMs }: MovementFilter, { record }: StoredMovement): boolean {
  return fromMs !== undefined && record.timeMs < fromMs;
}

function matches(filter: MovementFilter, { record }: StoredMovement): boolean {
  return (
    (filter.player === undefined || filter.player === record.player) &&
    (filter.currency === undefined || filter.currency === record.currency) &&
    (filter.channel === undefined || filter.channel === record.channel) &&
    (filter.round === undefined || filter.round === record.round) &&
    (filter.kinds === undefined || filter.kinds.includes(record.kind)) &&
    (filter.fromMs === undefined || record.timeMs >= filter.fromMs) &&
    (filter.toMs === undefined || record.timeMs < filter.toMs)
  );
}
