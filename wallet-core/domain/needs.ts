import type { Command } from './command.js';
import { saysFailed } from './failed-bets.js';
import { rule } from './kinds.js';

/** What of the ledger a command may touch. A store loads exactly this, in this order, before `decide`. */
export interface Needs {
  channel: string | undefined;
  accounts: { player: string; currency: string }[];
  /** Players whose freezes matter, or whose existence does. */
  players: { player: string; mustExist: boolean }[];
  /** References that the command itself holds. */
  references: string[];
  /** References of which it matters whether an attempt under them was refused. */
  attempts: string[];
  /** References of debits that it may draw on: what holds them, and what was drawn. */
  debits: string[];
  /** Whether a debit under this reference would be blocked for this player, or for everybody. */
  blocks: { reference: string; player: string }[];
  /** Bets of which it matters whether a payout settled them, also if they are not known yet. */
  settlements: { reference: string; player: string; currency: string }[];
  /** The reference of a refund request. */
  refund: string | undefined;
  /** Players whose password matters. */
  passwords: string[];
  /** Access tokens, by hash. */
  tokens: string[];
  /** Players whose open sessions are counted. */
  sessions: string[];
}

export function needsOf(command: Command): Needs {
  const needs: Needs = {
    channel: undefined,
    accounts: [],
    players: [],
    references: [],
    attempts: [],
    debits: [],
    blocks: [],
    settlements: [],
    refund: undefined,
    passwords: [],
    tokens: [],
    sessions: [],
  };
  switch (command.type) {
    case 'movements':
      needs.channel = command.channel;
      for (const { player, currency, kind, amount, reference, names } of command.movements) {
        needs.accounts.push({ player, currency });
        if (rule(kind).stake) needs.players.push({ player, mustExist: false });
        needs.references.push(reference);
        if (amount < 0n) needs.blocks.push({ reference, player });
        for (const named of names) {
          const failed = saysFailed(named);
          if (failed || named.amount > 0n) needs.debits.push(named.reference);
          if (failed) {
            needs.blocks.push({ reference: named.reference, player });
            needs.settlements.push({ reference: named.reference, player, currency });
          }
        }
      }
      return needs;
    case 'refund':
      needs.channel = command.channel;
      needs.refund = command.reference;
      if (command.player !== '') needs.accounts.push({ player: command.player, currency: command.currency });
      for (const { reference, player } of command.lines) {
        needs.accounts.push({ player, currency: command.currency });
        needs.debits.push(reference);
        needs.blocks.push({ reference, player });
        if (command.refuseSettled) needs.settlements.push({ reference, player, currency: command.currency });
      }
      return needs;
    case 'check':
      needs.channel = command.channel;
      needs.references.push(command.reference);
      needs.attempts.push(command.reference);
      needs.blocks.push({ reference: command.reference, player: '' });
      return needs;
    case 'open-channel':
    case 'maintenance':
      needs.channel = command.channel;
      return needs;
    case 'open-account':
      needs.accounts.push({ player: command.player, currency: command.currency });
      return needs;
    case 'freeze':
    case 'set-password':
    case 'issue-token':
      needs.players.push({ player: command.player, mustExist: true });
      return needs;
    case 'log-in':
      needs.channel = command.channel;
      needs.accounts.push({ player: command.player, currency: command.currency });
      needs.players.push({ player: command.player, mustExist: false });
      needs.passwords.push(command.player);
      if (command.credential.type === 'token') needs.tokens.push(command.credential.hash);
      return needs;
    case 'end-sessions':
      needs.players.push({ player: command.player, mustExist: true });
      needs.sessions.push(command.player);
      return needs;
    case 'act':
      return needs;
  }
}
