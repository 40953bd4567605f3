import type { Database, Statement } from 'better-sqlite3';
import type { CredentialRecord, SessionEndRecord } from '../../domain/record.js';
import { idOf } from './channels.js';

/** Writes the records of passwords, access tokens and sessions. */
export class CredentialRecorder {
  readonly #insertPassword: Statement;
  readonly #insertToken: Statement;
  readonly #insertTokenUse: Statement;
  readonly #insertSession: Statement;
  readonly #insertSessionEnd: Statement;
  readonly #endSessions: Statement;

  constructor(db: Database) {
    this.#insertPassword = db.prepare('INSERT INTO password VALUES (?, ?, ?)');
    this.#insertToken = db.prepare('INSERT INTO token VALUES (?, ?, ?, ?, ?)');
    this.#insertTokenUse = db.prepare(
      'INSERT INTO token_use VALUES (?, (SELECT id FROM token WHERE hash = ? AND player = ?), ?, ?)',
    );
    this.#insertSession = db.prepare('INSERT INTO session VALUES (?, ?, ?, ?, ?, NULL)');
    this.#insertSessionEnd = db.prepare('INSERT INTO session_end VALUES (?, ?, ?)');
    this.#endSessions = db.prepare(
      'UPDATE session SET end_id = ? WHERE player = ? AND end_id IS NULL AND channel_id = ifnull(?, channel_id)',
    );
  }

  write(record: CredentialRecord, channels: ReadonlyMap<string, bigint>): void {
    const { id, player } = record;
    switch (record.type) {
      case 'password':
        this.#insertPassword.run(id, player, record.hash);
        return;
      case 'token':
        this.#insertToken.run(id, player, bytesOf(record.hash), record.expiresMs, record.oneTime ? 1n : 0n);
        return;
      case 'token-use': {
        const { hash, channel, reference } = record;
        this.#insertTokenUse.run(id, bytesOf(hash), player, idOf(channel, channels), reference);
        return;
      }
      case 'session': {
        const { channel, reference, hash } = record;
        this.#insertSession.run(id, player, idOf(channel, channels), reference, bytesOf(hash));
        return;
      }
      case 'session-end':
        return this.#sessionEnd(record, channels);
    }
  }

  #sessionEnd({ id, player, channel }: SessionEndRecord, channels: ReadonlyMap<string, bigint>): void {
    const channelId = channel === '' ? null : idOf(channel, channels);
    this.#insertSessionEnd.run(id, player, channelId);
    const { changes } = this.#endSessions.run(id, player, channelId);
    if (changes === 0) throw new Error(`session end ${id}: no session of ${player} was open`);
  }
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
