import { decide as decideRightly } from '../../wallet-core/domain/decide.js';
import type { Decide } from '../../wallet-core/domain/decision.js';

/** The rules with a planted death: the thread that runs them ends by itself after it has answered a movement "deadly". */
export const decide: Decide = (state, command, moment) => {
  const deadly = command.type === 'movements' && command.movements.some(({ reference }) => reference === 'deadly');
  if (deadly) setTimeout(() => process.exit(1), 10);
  return decideRightly(state, command, moment);
};
