import { decide as decideRightly } from '../../wallet-core/domain/decide.js';
import type { Decide } from '../../wallet-core/domain/decision.js';

/** The rules with a planted fault: they throw on a movement whose reference begins with "fault". */
export const decide: Decide = (state, command, moment) => {
  const references = command.type === 'movements' ? command.movements.map(({ reference }) => reference) : [];
  if (references.some((reference) => reference.startsWith('fault'))) throw new Error('planted by a test');
  return decideRightly(state, command, moment);
};
