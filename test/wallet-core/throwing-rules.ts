import { decide as decideRightly } from '../../wallet-core/domain/decide.js';
import type { Decide } from '../../wallet-core/domain/decision.js';

/** The real rules with planted faults, for the store's thread to load: they throw at one reference, and die at another. */
export const decide: Decide = (state, command, moment) => {
  const references = command.type === 'movements' ? command.movements.map(({ reference }) => reference) : [];
  if (references.includes('throws')) throw new Error('secret: planted by the test');
  // In a thread this ends the thread, in the middle of its transaction.
  if (references.includes('dies')) process.exit(1);
  return decideRightly(state, command, moment);
};
