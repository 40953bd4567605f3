import { cents, centsOf, short } from '../money.js';
import { SetupError } from '../setup-error.js';
import { isObject, number, NumberText, type Json } from '../exact-json.js';
import { statusOf, type Caller } from './caller.js';

/** What the wallet holds of a player. Throws a SetupError that says what to do if it holds nobody of that name. */
export async function readBalance(caller: Caller, username: string): Promise<bigint> {
  const { options } = caller.connection;
  const body = caller.text('syncCredit', { username, ...caller.frame('syncCredit', 'sync') });
  const answer = await caller.send('syncCredit', body);
  const { http, text, json } = answer;
  if (http === 0) {
    throw new SetupError(
      `${options.url} cannot be reached: ${text}\nStart the wallet (ours: npm start) or mend --url; a proxy must let /syncCredit through.`,
    );
  }
  const status = statusOf(json);
  if (status === 4037) {
    throw new SetupError(
      `the wallet does not know the player ${username} (4037). Name players that it has: --player-names with %d for the number ` +
        `(now ${options.playerNames}), and --players for how many. They need an account in ${options.currency}.`,
    );
  }
  if (status === 202) {
    throw new SetupError(`the wallet has no channel ${options.channel} (202). Name one that it has: --channel`);
  }
  const balance = isObject(json) ? wholeCents(json.money) : undefined;
  if (status === 200 && balance !== undefined) return balance;
  throw new SetupError(
    `${options.url}/syncCredit does not answer as a wallet of eBET's: HTTP ${http} ${text.slice(0, 300)}\n` +
      `Look whether --url, --channel ${options.channel} and --currency ${options.currency} are those of the wallet.`,
  );
}

/** A wallet that counts in floats may show 9996.300000000001; that is for the rules to say. */
function wholeCents(money: Json | undefined): bigint | undefined {
  return centsOf(money) ?? (money instanceof NumberText ? cents(Number(money.text).toFixed(2)) : undefined);
}

/** A bet of more than there is shows, without a movement, whether the wallet takes our signatures and stakes. */
export async function checkStakes(caller: Caller, username: string, balance: bigint): Promise<void> {
  const { options } = caller.connection;
  const money = number(short(-balance - 1n));
  const probe = { username, money, type: 1, platform: 3, detail: { roundCode: caller.fresh('round') } };
  const body = { ...caller.frame('increaseCredit', 'probe'), ...probe };
  const { http, text, json } = await caller.send('increaseCredit', caller.text('increaseCredit', body));
  const status = statusOf(json);
  if (status === 4026) {
    throw new SetupError(
      `the wallet does not take signatures made with --key (4026). Give the private key whose public half it has for ` +
        `channel ${options.channel}, or give the wallet the public half of this one.`,
    );
  }
  if (status === 4027) {
    throw new SetupError(
      `the wallet does not let this address in (4027). Add it to the IP allow-list of channel ${options.channel}.`,
    );
  }
  if (status === 505) {
    throw new SetupError(
      `channel ${options.channel} is under maintenance (505). Open it for new stakes, then repeat the run.`,
    );
  }
  if (http !== 200 && http !== 0) {
    throw new SetupError(
      `${options.url}/increaseCredit answers HTTP ${http} ${text.slice(0, 300)}; expected a wallet of eBET's.`,
    );
  }
}
