import { existsSync, readFileSync } from 'node:fs';
import { isObject, NumberText } from '../exact-json.js';
import { Differs, type Connection, type Provider, type Session } from '../provider.js';
import { Random } from '../random.js';
import { mapAtMost } from '../schedule.js';
import { SetupError } from '../setup-error.js';
import type { Answer } from '../wire.js';
import { isSuccess } from './answer.js';
import { Caller } from './caller.js';
import { Desk } from './desk.js';
import { FAULTS } from './faults.js';
import { gameAt } from './game.js';
import { ORDERS } from './orders.js';
import { ruleAt } from './rule.js';
import { rulesFor } from './rules.js';

const BALANCES = 'balances at the end';
const CHECKS = 'transactions at the end';

/** The single wallet protocol with paths /api-v1/…: bets, winnings and corrections of lottery orders. */
export const apiv1: Provider = {
  name: 'apiv1',
  faults: FAULTS,
  connect: async (connection) => {
    const desk = new Desk(connection, keyOf(connection.options.key));
    await findPlayers(desk, connection);
    return open(desk, connection);
  },
};

/** The key, or what a file with this name has. */
function keyOf(key: string): string {
  const text = existsSync(key) ? readFileSync(key, 'utf8').trim() : key;
  if (text !== '') return text;
  throw new SetupError('--key: empty; give the key that provider and wallet share, or a file that has it');
}

async function findPlayers(desk: Desk, { options, players }: Connection): Promise<void> {
  const frozen = options.frozenPlayer;
  if (frozen !== undefined) desk.book.freezes(frozen);
  const [first, ...others] = frozen === undefined ? players : [...players, frozen];
  const find = async (player: string) => {
    const answer = await desk.reads(player);
    if (!isSuccess(answer.json) || desk.book.balance(player) === undefined) {
      throw new SetupError(whyNot(player, options.url, answer));
    }
  };
  // Whether there is a wallet at all is asked once.
  if (first !== undefined) await find(first);
  await mapAtMost(options.concurrency, others, find);
}

/** What is wrong and what mends it. */
function whyNot(player: string, url: string, { http, text, json }: Answer): string {
  const said = `balance-check of ${player}:`;
  if (http === 0) return `${url} cannot be reached: ${text}\nStart the wallet (ours: npm start) or mend --url.`;
  if (http !== 200) {
    return `${said} HTTP ${http} ${text.slice(0, 200)}\nexpected --url to be the address before /api-v1/balance-check, and an api-v1 channel there`;
  }
  if (isObject(json) && json.status instanceof NumberText && json.error_code === 'OTHERS') {
    return (
      `${said} OTHERS, so --key is not the channel's key or the player is unknown; ` +
      'open the players at the wallet first, --players and --player-names say which'
    );
  }
  return `${said} ${text.slice(0, 200)}\nexpected {"status":1,"balance":8002.00}`;
}

function open(desk: Desk, connection: Connection): Session {
  const { tally, options, players } = connection;
  const rules = rulesFor(players, options.frozenPlayer).map((row) => ruleAt(desk, row));
  for (const { name, says } of rules) tally.announce(name, says);
  for (const { name, says } of ORDERS) tally.announce(name, says);
  const games = ORDERS.map((order) => gameAt(desk, order));
  tally.announce(BALANCES, 'At the end every balance is as in the model.');
  tally.announce(CHECKS, 'At the end transaction-check tells of every transaction_id what became of it.');
  return { games, rules, finish: () => finish(desk, connection) };
}

/** Asks for what became of each transaction_id, and then for the balances: asking moves nothing. */
async function finish(desk: Desk, { players, options }: Connection): Promise<void> {
  const random = new Random(options.seed, 'the end');
  const askAll = (name: string, subjects: readonly string[], ask: (caller: Caller, subject: string) => Promise<void>) =>
    mapAtMost(options.concurrency, subjects, async (subject) => {
      try {
        await ask(new Caller(desk, name, random), subject);
      } catch (error) {
        if (!(error instanceof Differs)) throw error;
      }
    });
  await askAll(CHECKS, desk.book.transactionIds(), (caller, id) => caller.checks(id));
  await askAll(BALANCES, players, (caller, player) => caller.checksBalance(player));
}
