import { existsSync } from 'node:fs';
import { decide as decideRightly } from '../../wallet-core/domain/decide.js';
import type { Decide } from '../../wallet-core/domain/decision.js';

const asleep = new Int32Array(new SharedArrayBuffer(4));

/** The rules with a planted wait: they decide a movement "held-up…" only when the file that its round names is gone. */
export const decide: Decide = (state, command, moment) => {
  const held =
    command.type === 'movements' && command.movements.find(({ reference }) => reference.startsWith('held-up'));
  while (held && existsSync(held.round)) Atomics.wait(asleep, 0, 0, 10);
  return decideRightly(state, command, moment);
};
