import type {
  FreezeCommand,
  MaintenanceCommand,
  OpenAccountCommand,
  OpenChannelCommand,
  SetPasswordCommand,
} from './command.js';
import type { CommandRecord } from './record.js';
import type { State } from './state.js';
import type { Decision, Moment } from './decision.js';

/** Acts that move no money. Each may be repeated: what already holds leaves no second record. */
export function openChannel(state: State, { channel }: OpenChannelCommand, { firstId: id }: Moment): Decision {
  return state.channels.has(channel) ? unchanged() : done({ type: 'channel', id, channel });
}

export function setMaintenance(state: State, command: MaintenanceCommand, { firstId: id }: Moment): Decision {
  const { channel, note, maintenance } = command;
  if (!state.channels.has(channel)) return { outcome: { status: 'NO_CHANNEL' }, records: [] };
  const holds = state.isUnderMaintenance(channel);
  return holds === maintenance ? unchanged() : done({ type: 'maintenance', id, channel, note, maintenance });
}

export function openAccount(state: State, command: OpenAccountCommand, { firstId: id }: Moment): Decision {
  const { player, currency } = command;
  return state.account(player, currency).open ? unchanged() : done({ type: 'account', id, player, currency });
}

export function freeze(state: State, command: FreezeCommand, { firstId: id }: Moment): Decision {
  const { player, reason, note, frozen } = command;
  if (!state.players.has(player)) return noPlayer();
  const holds = state.frozen.get(player)?.has(reason) ?? false;
  return holds === frozen ? unchanged() : done({ type: 'freeze', id, player, reason, note, frozen });
}

export function setPassword(state: State, { player, hash }: SetPasswordCommand, { firstId: id }: Moment): Decision {
  return state.players.has(player) ? done({ type: 'password', id, player, hash }) : noPlayer();
}

function done(record: CommandRecord): Decision {
  return { outcome: { status: 'DONE', changed: true }, records: [record] };
}

function unchanged(): Decision {
  return { outcome: { status: 'DONE', changed: false }, records: [] };
}

function noPlayer(): Decision {
  return { outcome: { status: 'NO_PLAYER' }, records: [] };
}
