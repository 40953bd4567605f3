import type { Command } from './domain/command.js';

/** A command that was not read: a full queue turned it away, or it is malformed. */
export interface Unread {
  readonly type: 'unread';
  readonly channel: string;
}

/** So many references of one command in a line of the log. */
const REFERENCES_MAX = 10;
const TEXT_MAX = 128;

/** What the person on call needs to find a command again; no secrets. */
export function subjectOf(command: Command | Unread): Readonly<Record<string, unknown>> {
  switch (command.type) {
    case 'movements': {
      const { type, channel, movements } = command;
      const [first] = movements;
      const references = movements.slice(0, REFERENCES_MAX).map(({ reference }) => reference);
      const all = movements.length > 1 ? { references } : {};
      return { command: type, channel, player: first?.player, reference: first?.reference, ...all };
    }
    case 'refund': {
      const { type, channel, reference } = command;
      // Without one, each line stands for its own player.
      const player = command.player || undefined;
      return { command: type, channel, player, reference };
    }
    case 'check':
    case 'log-in':
      return { command: command.type, channel: command.channel, reference: command.reference };
    case 'open-channel':
    case 'maintenance':
      return { command: command.type, channel: command.channel };
    case 'unread':
      return { command: command.type, channel: command.channel.slice(0, TEXT_MAX) };
    case 'open-account':
    case 'freeze':
    case 'set-password':
    case 'issue-token':
    case 'end-sessions':
      return { command: command.type, player: command.player };
  }
}
