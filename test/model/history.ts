import type { Command } from '../../proto/gen/wallet/v1/posting.js';
import type { Act } from './naive/act.js';

/** Acts that one caller sends: one act alone, or commands in one batch, which are decided in their order. */
export type Call = readonly Act[];

/** Calls that are sent at the same moment. */
export type Part = readonly Call[];

/** Parts follow each other: each begins when all of the one before has been answered. */
export type History = readonly Part[];

/** The same history with players and channels of its own, so that many can be held side by side against one ledger. */
export function ofItsOwn(history: History, prefix: string): History {
  return history.map((part) => part.map((call) => call.map((act) => ownAct(act, prefix))));
}

const own = (name: string, prefix: string) => (name === '' ? '' : `${prefix}${name}`);

function ownAct(act: Act, prefix: string): Act {
  if (act.act === 'post') return { ...act, command: ownCommand(act.command, prefix) };
  if ('channel' in act) return { ...act, channel: own(act.channel, prefix) };
  return { ...act, player: own(act.player, prefix) };
}

function ownCommand(command: Command, prefix: string): Command {
  return { ...command, channel: own(command.channel, prefix), body: ownBody(command.body, prefix) };
}

function ownBody(body: Command['body'], prefix: string): Command['body'] {
  const ofPlayer = <T extends { playerId: string }>(value: T): T => ({
    ...value,
    playerId: own(value.playerId, prefix),
  });
  switch (body?.$case) {
    case 'movements':
      return { ...body, value: { movements: body.value.movements.map(ofPlayer) } };
    case 'refund':
      return { ...body, value: { ...ofPlayer(body.value), lines: body.value.lines.map(ofPlayer) } };
    case 'check':
    case undefined:
      return body;
  }
}
