import type { Database, Statement } from 'better-sqlite3';
import type { Command } from '../../domain/command.js';
import { needsOf, type Needs } from '../../domain/needs.js';
import type { RefundLineStatus } from '../../domain/reasons.js';
import type { CommandRecord, DecidedRefundLine, MovementRecord, RefundRecord } from '../../domain/record.js';
import { keyOf, State } from '../../domain/state.js';
import { CredentialRows } from './credential-rows.js';
import { referenceKey } from './keys.js';
import { MovementRows } from './movement-rows.js';
import type { ReferenceWriter } from './reference-writer.js';

/** Where an account stands in the file: what the rules need not know. */
export interface AccountPlace {
  readonly id: bigint;
  balance: bigint;
  lastMovementId: bigint | null;
}

type AccountRow = [id: bigint, balance: bigint, lastMovementId: bigint | null, openedId: bigint | null];

/** Loads what a group of commands needs; each thing once. */
export class Loader {
  readonly #rows: MovementRows;
  readonly #references: ReferenceWriter;
  readonly #account: Statement<[string, string], AccountRow>;
  readonly #anyAccount: Statement<[string]>;
  readonly #freezes: Statement<[string], string>;
  readonly #maintenance: Statement<[], string>;
  readonly #anyBlock: Statement<[bigint, string]>;
  readonly #blocks: Statement<[bigint, string, string], string>;
  readonly #refund: Statement<[bigint, string], Record<string, bigint> & { player: string; currency: string }>;
  readonly #refundLines: Statement<
    [bigint],
    { reference: string; amount: bigint | null; player: string; status: RefundLineStatus }
  >;
  readonly #settlement: Statement<[string, bigint, string, string]>;
  readonly #time: Statement<[bigint], bigint>;
  readonly #credentials: CredentialRows;

  constructor(db: Database, references: ReferenceWriter) {
    this.#rows = new MovementRows(db);
    this.#references = references;
    this.#account = db
      .prepare<[string, string], AccountRow>(
        'SELECT id, balance, last_movement_id, opened_id FROM account WHERE player = ? AND currency = ?',
      )
      .raw();
    this.#anyAccount = db.prepare('SELECT 1 FROM account WHERE player = ? AND opened_id IS NOT NULL');
    this.#freezes = db.prepare<[string], string>('SELECT reason FROM freeze WHERE player = ?').pluck();
    this.#maintenance = db.prepare<[], string>('SELECT name FROM channel WHERE maintenance_id IS NOT NULL').pluck();
    this.#anyBlock = db.prepare('SELECT 1 FROM block WHERE channel_id = ? AND reference = ? LIMIT 1');
    this.#blocks = db
      .prepare<[bigint, string, string], string>(
        "SELECT player FROM block WHERE channel_id = ? AND reference = ? AND player IN (?, '')",
      )
      .pluck();
    this.#refund = db.prepare('SELECT * FROM refund WHERE channel_id = ? AND reference = ?');
    this.#refundLines = db.prepare('SELECT * FROM refund_line WHERE refund_id = ? ORDER BY position');
    this.#settlement = db.prepare(`
      SELECT 1 FROM name n JOIN movement m ON m.id = n.movement_id JOIN account a ON a.id = m.account_id
      WHERE n.reference = ? AND n.relation = 'SETTLE'
        AND m.channel_id = ? AND m.reason IS NULL AND a.player = ? AND a.currency = ? LIMIT 1`);
    this.#time = db.prepare<[bigint], bigint>('SELECT time_ms FROM entry WHERE seq = ? >> 16').pluck();
    this.#credentials = new CredentialRows(db);
  }

  /** Loads for commands, in their order. `channels` are those that are open, with their rows' ids. */
  load(commands: readonly Command[], channels: ReadonlyMap<string, bigint>): Loaded {
    const loaded = new Loaded();
    for (const channel of channels.keys()) loaded.state.channels.add(channel);
    for (const channel of this.#maintenance.all()) loaded.state.maintenance.add(channel);
    for (const command of commands) this.#loadFor(command, channels, loaded);
    return loaded;
  }

  /** Loads what records need that were decided before, to be written once more. */
  loadRecorded(records: readonly CommandRecord[]): Loaded {
    const loaded = new Loaded();
    for (const record of records) {
      if (record.type !== 'movement' && record.type !== 'account') continue;
      this.#loadAccount(record.player, record.currency, loaded);
      if (record.type === 'account') continue;
      for (const { reference, amount } of record.names) {
        if (amount > 0n) this.#loadReference(record.channel, reference, loaded);
      }
    }
    return loaded;
  }

  #loadFor(command: Command, channels: ReadonlyMap<string, bigint>, loaded: Loaded): void {
    const needs = needsOf(command);
    for (const { player, currency } of needs.accounts) this.#loadAccount(player, currency, loaded);
    for (const { player, mustExist } of needs.players) this.#loadPlayer(player, mustExist, loaded);
    this.#loadCredentials(needs, loaded);
    const { channel } = needs;
    const channelId = channel === undefined ? undefined : channels.get(channel);
    if (channel === undefined || channelId === undefined) return;
    for (const reference of needs.references) this.#loadReference(channel, reference, loaded);
    for (const reference of needs.debits) {
      const debit = this.#loadReference(channel, reference, loaded);
      if (debit) this.#loadDrawn(debit, loaded);
    }
    for (const { reference, player } of needs.blocks) {
      // Nearly always there is none, which is quicker to see than that there is none for one of two players.
      if (!this.#anyBlock.get(channelId, reference)) continue;
      for (const whose of this.#blocks.all(channelId, reference, player)) {
        loaded.state.blocks.add(keyOf(channel, reference, whose));
      }
    }
    for (const reference of needs.attempts) {
      const attempt = this.#rows.lastAttempt(channel, reference)?.record;
      if (attempt) loaded.state.attempts.set(keyOf(channel, reference), attempt);
    }
    for (const { reference, player, currency } of needs.settlements) {
      if (this.#settlement.get(reference, channelId, player, currency)) {
        loaded.state.settled.add(keyOf(channel, reference, player, currency));
      }
    }
    if (needs.refund !== undefined) this.#loadRefund(channel, channelId, needs.refund, loaded);
  }

  #loadAccount(player: string, currency: string, { state, places }: Loaded): void {
    const key = keyOf(player, currency);
    if (state.accounts.has(key)) return;
    const row = this.#account.get(player, currency);
    if (!row) return void state.accounts.set(key, { open: false, balance: 0n });
    const [id, balance, lastMovementId, openedId] = row;
    state.accounts.set(key, { open: openedId !== null, balance });
    places.set(key, { id, balance, lastMovementId });
  }

  #loadPlayer(player: string, mustExist: boolean, { state }: Loaded): void {
    if (!state.frozen.has(player)) {
      const reasons = this.#freezes.all(player);
      if (reasons.length > 0) state.frozen.set(player, new Set(reasons));
    }
    if (mustExist && this.#anyAccount.get(player)) state.players.add(player);
  }

  #loadCredentials({ passwords, tokens, sessions }: Needs, { state }: Loaded): void {
    const { credentials } = state;
    for (const player of passwords) {
      const password = this.#credentials.password(player);
      if (password) credentials.passwords.set(player, password);
    }
    for (const hash of tokens) {
      const token = this.#credentials.token(hash);
      if (token) credentials.tokens.set(hash, token);
    }
    for (const player of sessions) credentials.openSessions.set(player, this.#credentials.openSessions(player));
  }

  #loadReference(channel: string, reference: string, { state, keys }: Loaded): MovementRecord | undefined {
    const name = keyOf(channel, reference);
    let key = keys.get(name);
    if (key) return state.movements.get(name);
    key = referenceKey(channel, reference);
    keys.set(name, key);
    const id = this.#references.find(key);
    if (id === undefined) return undefined;
    const record = this.#rows.byId(id)?.record;
    if (!record) return undefined;
    if (record.reference !== reference || record.channel !== channel) {
      throw new Error(`the key of reference ${reference} on ${channel} is that of movement ${record.id}`);
    }
    state.movements.set(name, record);
    return record;
  }

  #loadDrawn({ id, channel, reference }: MovementRecord, { state }: Loaded): void {
    const key = keyOf(channel, reference);
    if (!state.drawn.has(key)) state.drawn.set(key, this.#rows.drawnFrom(id));
  }

  #loadRefund(channel: string, channelId: bigint, reference: string, { state }: Loaded): void {
    const row = this.#refund.get(channelId, reference);
    if (!row) return;
    const { id = 0n, balance_before = 0n, balance_after = 0n, refunded = 0n, player, currency } = row;
    const lines: DecidedRefundLine[] = this.#refundLines
      .all(id)
      .map(({ reference, amount, player, status }) => ({ reference, amount, player, status }));
    const refund: RefundRecord = {
      type: 'refund',
      id,
      channel,
      reference,
      player,
      currency,
      lines,
      balanceBefore: balance_before,
      balanceAfter: balance_after,
      refunded,
      timeMs: this.#time.get(id) ?? 0n,
    };
    state.refunds.set(keyOf(channel, reference), refund);
  }
}

/** What was loaded for a group. */
export class Loaded {
  readonly state = new State();
  /** Rows of accounts by player and currency; absent: there is none yet. */
  readonly places = new Map<string, AccountPlace>();
  /** Keys of the references that were looked up, by channel and reference. */
  readonly keys = new Map<string, Buffer>();
  /** Those of the accounts that the group's records moved. */
  readonly moved = new Set<AccountPlace>();
}
