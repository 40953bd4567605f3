import type { Database, Statement } from 'better-sqlite3';
import type { Token } from '../../domain/credentials.js';

interface TokenRow {
  id: bigint;
  player: string;
  expires_ms: bigint;
  one_time: bigint;
  channel: string | null;
  reference: string | null;
}

/** Reads passwords, access tokens and sessions, on whichever connection it is given. Hashes are SHA-256 in hex. */
export class CredentialRows {
  readonly #password: Statement<[string], { id: bigint; hash: string }>;
  readonly #token: Statement<[Buffer], TokenRow>;
  readonly #openSessions: Statement<[string], { channel: string; count: bigint }>;
  readonly #endedSession: Statement<[Buffer, string]>;

  constructor(db: Database) {
    this.#password = db.prepare('SELECT id, hash FROM password WHERE player = ? ORDER BY id DESC LIMIT 1');
    this.#token = db.prepare(`
      SELECT t.id, t.player, t.expires_ms, t.one_time, c.name AS channel, u.reference
      FROM token t LEFT JOIN token_use u ON u.token_id = t.id LEFT JOIN channel c ON c.id = u.channel_id
      WHERE t.hash = ?`);
    this.#openSessions = db.prepare(`
      SELECT c.name AS channel, count(*) AS count FROM session s JOIN channel c ON c.id = s.channel_id
      WHERE s.player = ? AND s.end_id IS NULL GROUP BY s.channel_id`);
    this.#endedSession = db.prepare('SELECT 1 FROM session WHERE hash = ? AND player = ? AND end_id IS NOT NULL');
  }

  password(player: string): { id: bigint; hash: string } | undefined {
    return this.#password.get(player);
  }

  token(hash: string): Token | undefined {
    const row = this.#token.get(Buffer.from(hash, 'hex'));
    if (!row) return undefined;
    const { id, player, expires_ms, one_time, channel, reference } = row;
    const usedBy = channel === null || reference === null ? null : { channel, reference };
    return { id, player, expiresMs: expires_ms, oneTime: one_time === 1n, usedBy };
  }

  /** How many sessions of a player are open, by channel. */
  openSessions(player: string): Map<string, number> {
    return new Map(this.#openSessions.all(player).map(({ channel, count }) => [channel, Number(count)]));
  }

  isSessionEnded(player: string, hash: string): boolean {
    return this.#endedSession.get(Buffer.from(hash, 'hex'), player) !== undefined;
  }
}
