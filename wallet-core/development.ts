import type { Committer } from './committer.js';
import type { Command } from './domain/command.js';
import { hashPassword } from './password.js';

const PLAYER = 'demo';
/** Players without a password, for a simulator that plays a provider. */
const CROWD = Array.from({ length: 50 }, (_, index) => `demo-${index + 1}`);
const CURRENCY = 'CNY';
/** Marks a ledger as one of a development set-up, whose player and password everybody knows. */
export const DEVELOPMENT_CHANNEL = 'platform/development';

/**
 * Fills a development ledger: the eBET channel 1, the api-v1 channel "development", a player "demo" with the password "demo"
 * and 50 others, each with 10,000.00 CNY. It may run at every start: the ledger's own idempotency keeps a deposit from being
 * made twice.
 */
export async function fillDevelopmentLedger(committer: Committer): Promise<void> {
  const submit = async (command: Command) => {
    const outcome = await committer.submit({ command, request: new Uint8Array(0) }, 5_000);
    if (outcome.status === 'APPLIED' || outcome.status === 'DONE') return outcome;
    const why = 'reason' in outcome ? ` ${outcome.reason}` : '';
    throw new Error(`the development ledger cannot be filled: ${command.type} came to ${outcome.status}${why}`);
  };
  const open = (player: string) => submit({ type: 'open-account', player, currency: CURRENCY });
  const opened = await open(PLAYER);
  for (const channel of ['ebet/1', 'apiv1/development', DEVELOPMENT_CHANNEL]) {
    await submit({ type: 'open-channel', channel });
  }
  if (opened.status === 'DONE' && opened.changed) {
    await submit({ type: 'set-password', player: PLAYER, hash: await hashPassword('demo') });
  }
  await submit(depositOf(PLAYER));
  // At once, so that they come to a few commits.
  await Promise.all(CROWD.map(open));
  await Promise.all(CROWD.map((player) => submit(depositOf(player))));
}

function depositOf(player: string): Command {
  const movement = {
    player,
    currency: CURRENCY,
    kind: 'DEPOSIT' as const,
    amount: 1_000_000n,
    reference: `first-deposit-of-${player}`,
    round: '',
    roundUnsigned: false,
    providerType: '',
    names: [],
    withholding: false,
    wager: false,
  };
  return { type: 'movements', channel: DEVELOPMENT_CHANNEL, movements: [movement] };
}
