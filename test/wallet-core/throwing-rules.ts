import { decide as decideRightly } from '../../wallet-core/domain/decide.js';
import type { Decide } from '../../wallet-core/domain/decision.js';

/**
 * The real rules with planted faults, for the store's thread to load: they throw at some references, die at another, and
 * take 200 ms over a third.
 */
export const decide: Decide = (state, command, moment) => {
  const references = command.type === 'movements' ? command.movements.map(({ reference }) => reference) : [];
  if (references.some((reference) => reference.startsWith('throws'))) throw new Error('secret: planted by the test');
  // In a thread this ends the thread, in the middle of its transaction.
  if (references.includes('dies')) process.exit(1);
  if (references.includes('slow')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  return decideRightly(state, command, moment);
};
