import { parentPort, workerData } from 'node:worker_threads';
import type { TrialBalance } from '../port.js';
import { openReader } from './connection.js';

// A thread of its own: it reads every account, and both sides in one read transaction.
interface House {
  readonly currency: string;
  readonly channel: string;
  readonly purpose: string;
  readonly balance: bigint;
}

interface Sum {
  readonly currency: string;
  accounts: number;
  players: bigint;
  readonly houses: Omit<House, 'currency'>[];
}

const db = openReader(workerData as string);
const sums = new Map<string, Sum>();

function sumOf(currency: string): Sum {
  const sum = sums.get(currency) ?? { currency, accounts: 0, players: 0n, houses: [] };
  sums.set(currency, sum);
  return sum;
}

db.transaction(() => {
  const accounts = db.prepare<[], [string, bigint]>(
    'SELECT currency, balance FROM account WHERE opened_id IS NOT NULL',
  );
  // Summed here: the sum of a few balances of 18 digits is more than SQLite can count.
  for (const [currency, balance] of accounts.raw().iterate() as Iterable<[string, bigint]>) {
    const sum = sumOf(currency);
    sum.accounts += 1;
    sum.players += balance;
  }
  const houses = db.prepare<[], House>(`
    SELECT h.currency, c.name AS channel, h.purpose, h.balance FROM house h JOIN channel c ON c.id = h.channel_id
    ORDER BY c.name, h.purpose`);
  for (const { currency, ...house } of houses.all()) sumOf(currency).houses.push(house);
})();
db.close();
const balances: TrialBalance[] = [...sums.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
parentPort?.postMessage(balances);
