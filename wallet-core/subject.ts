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
export interface Subject {
  readonly command: string;
  readonly channel?: string;
  readonly player?: string | undefined;
  readonly reference?: string | undefined;
  /** Of several movements. */
  readonly references?: readonly string[] | undefined;
}

export function subjectOf(command: Command | Unread): Subject {
  switch (command.type) {
    case 'movements': {
      const { type, channel, movements } = command;
      const [first] = movements;
      const references =
        movements.length > 1 ? movements.slice(0, REFERENCES_MAX).map(({ reference }) => reference) : undefined;
      return { command: type, channel, player: first?.player, reference: first?.reference, references };
    }
    case 'refund':
      // Without one, each line stands for its own player.
      return {
        command: command.type,
        channel: command.channel,
        player: command.player || undefined,
        reference: command.reference,
      };
    case 'check':
    case 'log-in':
      return { command: command.type, channel: command.channel, reference: command.reference };
    case 'open-channel':
    case 'maintenance':
      return { command: command.type, channel: command.channel };
    case 'unread':
      return { command: command.type, channel: command.channel.slice(0, TEXT_MAX) };
    case 'act':
      return { command: command.act };
    case 'open-account':
    case 'freeze':
    case 'set-password':
    case 'issue-token':
    case 'end-sessions':
      return { command: command.type, player: command.player };
  }
}
