import type { Committer } from './committer.js';
import type { Command } from './domain/command.js';
import { hashPassword } from './password.js';

const PLAYER = 'demo';
const CURRENCY = 'CNY';
/** Marks a ledger as one of a development set-up, whose player and password everybody knows. */
export const DEVELOPMENT_CHANNEL = 'platform/development';

/**
 * Fills a development ledger: the eBET channel 1 and a player "demo" with the password "demo" and 10,000.00 CNY. It may run
 * at every start: the ledger's own idempotency keeps the deposit from being made twice.
 */
export async function fillDevelopmentLedger(committer: Committer): Promise<void> {
  const submit = async (command: Command) => {
    const outcome = await committer.submit({ command, request: new Uint8Array(0) }, 5_000);
    if (outcome.status === 'APPLIED' || outcome.status === 'DONE') return outcome;
    throw new Error(`the development ledger cannot be filled: ${command.type} came to ${outcome.status}`);
  };
  const opened = await submit({ type: 'open-account', player: PLAYER, currency: CURRENCY });
  await submit({ type: 'open-channel', channel: 'ebet/1' });
  await submit({ type: 'open-channel', channel: DEVELOPMENT_CHANNEL });
  if (opened.status === 'DONE' && opened.changed) {
    await submit({ type: 'set-password', player: PLAYER, hash: await hashPassword('demo') });
  }
  await submit({
    type: 'movements',
    channel: DEVELOPMENT_CHANNEL,
    movements: [
      {
        player: PLAYER,
        currency: CURRENCY,
        kind: 'DEPOSIT',
        amount: 1_000_000n,
        reference: 'first-deposit-of-demo',
        round: '',
        providerType: '',
        names: [],
        withholding: false,
        wager: false,
      },
    ],
  });
}
