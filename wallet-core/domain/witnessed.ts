import type { Command } from './command.js';
import type { Decision, Moment } from './decision.js';
import type { ActRecord } from './record.js';

/** Adds to what an operator had written who he is; where nothing was written, nothing happened that somebody did. */
export function witnessed(command: Command, { firstId }: Moment, decision: Decision): Decision {
  const by = 'by' in command ? command.by : undefined;
  if (!by || (decision.records.length === 0 && command.type !== 'act')) return decision;
  const records = BigInt(decision.records.length);
  const id = firstId + records;
  const act: ActRecord = {
    type: 'act',
    id,
    operator: by.name,
    reason: by.reason,
    act: command.type === 'act' ? command.act : command.type,
    player: playerOf(command),
    records,
  };
  return { ...decision, records: [...decision.records, act] };
}

/** Whom a command is about; empty: nobody, or several. */
function playerOf(command: Command): string {
  if (command.type !== 'movements') return 'player' in command ? command.player : '';
  const players = new Set(command.movements.map(({ player }) => player));
  const [first = ''] = players;
  return players.size === 1 ? first : '';
}
