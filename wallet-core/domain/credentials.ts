import type { CredentialRecord } from './record.js';

/** An access token as the rules see it. */
export interface Token {
  /** The id of its record. */
  readonly id: bigint;
  readonly player: string;
  readonly expiresMs: bigint;
  readonly oneTime: boolean;
  /** The login that used it up or replaced it; null: none has. */
  readonly usedBy: { readonly channel: string; readonly reference: string } | null;
}

/** What a group of commands needs to know of passwords, tokens and sessions. All of them are known as hashes only. */
export class Credentials {
  /** The newest password of a player, with the id of its record. */
  readonly passwords = new Map<string, { readonly id: bigint; readonly hash: string }>();
  readonly tokens = new Map<string, Token>();
  /** How many sessions are open, by player and channel; loaded only for those whose sessions are ended. */
  readonly openSessions = new Map<string, Map<string, number>>();

  apply(record: CredentialRecord): void {
    switch (record.type) {
      case 'password':
        this.passwords.set(record.player, { id: record.id, hash: record.hash });
        return;
      case 'token': {
        const { id, player, expiresMs, oneTime } = record;
        this.tokens.set(record.hash, { id, player, expiresMs, oneTime, usedBy: null });
        return;
      }
      case 'token-use': {
        const token = this.tokens.get(record.hash);
        const { channel, reference } = record;
        if (token) this.tokens.set(record.hash, { ...token, usedBy: { channel, reference } });
        return;
      }
      case 'session': {
        const open = this.openSessions.get(record.player);
        open?.set(record.channel, (open.get(record.channel) ?? 0) + 1);
        return;
      }
      case 'session-end':
        if (record.channel === '') this.openSessions.get(record.player)?.clear();
        else this.openSessions.get(record.player)?.delete(record.channel);
        return;
    }
  }
}
