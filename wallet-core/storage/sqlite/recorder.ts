import type { Database, Statement } from 'better-sqlite3';
import type {
  AccountRecord,
  ActRecord,
  BlockRecord,
  CommandRecord,
  FreezeRecord,
  MovementRecord,
  RefundRecord,
} from '../../domain/record.js';
import { keyOf } from '../../domain/state.js';
import { idOf } from './channels.js';
import { CredentialRecorder } from './credential-recorder.js';
import { referenceKey, roundKey } from './keys.js';
import type { AccountPlace, Loaded } from './loader.js';
import type { ReferenceWriter } from './reference-writer.js';

/** Writes the records of one group; accounts that moved are updated once, at the end. */
export class Recorder {
  readonly #insertMovement: Statement;
  readonly #references: ReferenceWriter;
  readonly #insertName: Statement;
  readonly #insertRefund: Statement;
  readonly #insertRefundLine: Statement;
  readonly #insertBlock: Statement;
  readonly #insertAccount: Statement<[string, string]>;
  readonly #openAccount: Statement;
  readonly #updateAccount: Statement;
  readonly #insertChannel: Statement;
  readonly #insertMaintenanceAct: Statement;
  readonly #updateChannel: Statement;
  readonly #insertFreezeAct: Statement;
  readonly #insertFreeze: Statement;
  readonly #deleteFreeze: Statement;
  readonly #insertAct: Statement;
  readonly #credentials: CredentialRecorder;

  constructor(db: Database, references: ReferenceWriter) {
    this.#references = references;
    this.#insertMovement = db.prepare(`INSERT INTO movement VALUES (${Array(17).fill('?').join(', ')})`);
    this.#insertName = db.prepare('INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)');
    this.#insertRefund = db.prepare('INSERT INTO refund VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertRefundLine = db.prepare('INSERT INTO refund_line VALUES (?, ?, ?, ?, ?, ?)');
    this.#insertBlock = db.prepare('INSERT INTO block VALUES (?, ?, ?, ?)');
    this.#insertAccount = db.prepare('INSERT INTO account (player, currency, balance) VALUES (?, ?, 0)');
    this.#openAccount = db.prepare('UPDATE account SET opened_id = ? WHERE id = ? AND opened_id IS NULL');
    this.#updateAccount = db.prepare('UPDATE account SET balance = ?, last_movement_id = ? WHERE id = ?');
    this.#insertChannel = db.prepare('INSERT INTO channel (name, opened_id) VALUES (?, ?)');
    this.#insertMaintenanceAct = db.prepare('INSERT INTO maintenance_act VALUES (?, ?, ?, ?)');
    this.#updateChannel = db.prepare('UPDATE channel SET maintenance_id = ? WHERE id = ?');
    this.#insertFreezeAct = db.prepare('INSERT INTO freeze_act VALUES (?, ?, ?, ?, ?)');
    this.#insertFreeze = db.prepare('INSERT INTO freeze VALUES (?, ?, ?)');
    this.#deleteFreeze = db.prepare('DELETE FROM freeze WHERE player = ? AND reason = ?');
    this.#insertAct = db.prepare('INSERT INTO act VALUES (?, ?, ?, ?, ?, ?)');
    this.#credentials = new CredentialRecorder(db);
  }

  /** Writes one record; `channels` gains a channel that the record opens. */
  write(record: CommandRecord, loaded: Loaded, channels: Map<string, bigint>): void {
    switch (record.type) {
      case 'movement':
        return this.#movement(record, loaded, channels);
      case 'refund':
        return this.#refund(record, channels);
      case 'block':
        return this.#block(record, channels);
      case 'channel': {
        const { lastInsertRowid } = this.#insertChannel.run(record.channel, record.id);
        channels.set(record.channel, BigInt(lastInsertRowid));
        return;
      }
      case 'maintenance': {
        const channelId = idOf(record.channel, channels);
        this.#insertMaintenanceAct.run(record.id, channelId, record.note, record.maintenance ? 1n : 0n);
        this.#updateChannel.run(record.maintenance ? record.id : null, channelId);
        return;
      }
      case 'account':
        return this.#account(record, loaded);
      case 'freeze':
        return this.#freeze(record);
      case 'password':
      case 'token':
      case 'token-use':
      case 'session':
      case 'session-end':
        return this.#credentials.write(record, channels);
      case 'act':
        return this.#act(record);
    }
  }

  /** Brings the accounts to the balances and last movements that the group's records gave them. */
  finish({ moved }: Loaded): void {
    for (const { id, balance, lastMovementId } of moved) this.#updateAccount.run(balance, lastMovementId, id);
  }

  #movement(record: MovementRecord, loaded: Loaded, channels: ReadonlyMap<string, bigint>): void {
    const { id, channel, player, currency, reference, round } = record;
    const expected = record.balanceBefore + (record.reason === null ? record.amount : 0n);
    if (record.balanceAfter !== expected) throw new Error(`movement ${id}: balances do not fit the amount`);
    const place = this.#place(player, currency, loaded);
    if (record.balanceBefore !== place.balance) throw new Error(`movement ${id}: does not begin at the balance`);
    this.#insertMovement.run(
      id,
      idOf(channel, channels),
      place.id,
      place.lastMovementId,
      record.kind,
      record.purpose,
      record.amount,
      record.balanceBefore,
      record.balanceAfter,
      record.reason,
      reference,
      record.holdsReference ? 1n : 0n,
      round,
      roundKey(channel, round),
      record.providerType,
      record.withholding ? 1n : 0n,
      record.wager ? 1n : 0n,
    );
    place.balance = record.balanceAfter;
    place.lastMovementId = id;
    loaded.moved.add(place);
    if (record.holdsReference) {
      this.#references.insert(loaded.keys.get(keyOf(channel, reference)) ?? referenceKey(channel, reference), id);
    }
    for (const [position, named] of record.names.entries()) {
      const draws = named.amount > 0n;
      const debit = draws ? loaded.state.movement(channel, named.reference) : undefined;
      if (draws && !debit) throw new Error(`movement ${id} draws on ${named.reference}, which was not loaded`);
      this.#insertName.run(id, position, named.relation, named.reference, named.amount, debit?.id ?? null);
    }
  }

  #refund(record: RefundRecord, channels: ReadonlyMap<string, bigint>): void {
    const { id, channel, reference, player, currency, balanceBefore, balanceAfter, refunded } = record;
    const channelId = idOf(channel, channels);
    this.#insertRefund.run(id, channelId, reference, player, currency, balanceBefore, balanceAfter, refunded);
    for (const [position, line] of record.lines.entries()) {
      this.#insertRefundLine.run(id, position, line.reference, line.amount, line.player, line.status);
    }
  }

  #block({ id, channel, reference, player }: BlockRecord, channels: ReadonlyMap<string, bigint>): void {
    this.#insertBlock.run(id, idOf(channel, channels), reference, player);
  }

  #account({ id, player, currency }: AccountRecord, loaded: Loaded): void {
    const { changes } = this.#openAccount.run(id, this.#place(player, currency, loaded).id);
    if (changes !== 1) throw new Error(`account ${player} ${currency} is open already`);
  }

  #freeze({ id, player, reason, note, frozen }: FreezeRecord): void {
    this.#insertFreezeAct.run(id, player, reason, note, frozen ? 1n : 0n);
    if (frozen) this.#insertFreeze.run(player, reason, id);
    else this.#deleteFreeze.run(player, reason);
  }

  #act({ id, operator, reason, act, player, records }: ActRecord): void {
    this.#insertAct.run(id, operator, reason, act, player, records);
  }

  /** The row of an account; made if this is the first time that the ledger hears of it. */
  #place(player: string, currency: string, { places }: Loaded): AccountPlace {
    const key = keyOf(player, currency);
    let place = places.get(key);
    if (!place) {
      const { lastInsertRowid } = this.#insertAccount.run(player, currency);
      place = { id: BigInt(lastInsertRowid), balance: 0n, lastMovementId: null };
      places.set(key, place);
    }
    return place;
  }
}
