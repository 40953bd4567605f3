import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import type { Backup } from '../../proto/gen/wallet/v1/operations.js';
import { backup } from './backup.js';
import { deposit, movements, TestCore, words } from './core.js';

// Prints how fast a backup is, and what calls notice of it: `npm run backup-rate -- 500000 64`, movements in the ledger and
// callers at once. Client, server and disk share this machine.
const [count = 300_000, callers = 64] = process.argv.slice(2).map(Number);
const PLAYERS = 20_000;
const BATCH = 512;
const SECONDS = 5;

const core = await TestCore.start();
try {
  await fill();
  const bytes = statSync(path.join(core.data, 'ledger.db')).size;
  print(`ledger          ${count} movements, ${mb(bytes)} MB`);
  const idle = await timed(() => backup(core.clients));
  print(`backup, idle    ${rate(idle)}`);
  print(
    `                ${'answers/s'.padStart(10)} ${['p50', 'p99', 'p99.9', 'max'].map((each) => `${each} ms`.padStart(9)).join(' ')}`,
  );
  for (const [name, atOnce] of [
    ['one caller', 1],
    [`${callers} callers`, callers],
  ] as const) {
    print(
      `${name.padEnd(16)}${figures(await load(atOnce, () => new Promise((done) => setTimeout(done, SECONDS * 1000))))}`,
    );
    const taken: Taken[] = [];
    const during = await load(atOnce, async () => {
      for (const end = Date.now() + SECONDS * 1000; Date.now() < end;)
        taken.push(await timed(() => backup(core.clients)));
    });
    print(`  with backups  ${figures(during)}`);
    for (const each of taken.slice(0, 1)) print(`  backup        ${rate(each)}`);
  }
} finally {
  await core.stop();
}

interface Taken {
  readonly made: Backup;
  readonly seconds: number;
}

async function fill(): Promise<void> {
  const players = Array.from({ length: PLAYERS }, (_, n) => `player-${n}`);
  const inTurn = 20;
  for (let first = 0; first < PLAYERS; first += inTurn) {
    await Promise.all(players.slice(first, first + inTurn).map((player) => core.clients.open(player, 'CNY')));
  }
  // As a provider's: signature and ids do not compress.
  const request = () => {
    const [seqNo, signature] = [randomBytes(18).toString('hex'), randomBytes(64).toString('base64')];
    return Buffer.from(
      JSON.stringify({ seqNo, signature, detail: 'round, table, game and what else it says '.repeat(15) }),
    );
  };
  let next = 0;
  const writer = async () => {
    while (next < count) {
      const from = next;
      next += BATCH;
      const batch = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => ({
        ...deposit(
          '1.00',
          `deposit-of-the-measurement-${from + index}`,
          players[((from + index) * 7919) % PLAYERS] ?? '',
        ),
        request: request(),
      }));
      const results = await core.postBatch(...batch);
      for (const result of results) if (words(result) !== 'APPLIED') throw new Error(`a deposit is ${words(result)}`);
    }
  };
  await Promise.all([writer(), writer(), writer()]);
}

async function timed(run: () => Promise<Backup>): Promise<Taken> {
  const began = performance.now();
  const made = await run();
  return { made, seconds: (performance.now() - began) / 1000 };
}

/** The milliseconds that each answer took while something went on. */
async function load(atOnce: number, meanwhile: () => Promise<void>): Promise<{ answers: number[]; seconds: number }> {
  const answers: number[] = [];
  let running = true;
  const began = performance.now();
  const caller = async (n: number) => {
    for (let call = 0; running; call += 1) {
      const playerId = `player-${(n * 311 + call * 7919) % PLAYERS}`;
      const sent = performance.now();
      await core.post(movements({ playerId, amount: '-0.01', reference: `bet-${began}-${n}-${call}` }));
      answers.push(performance.now() - sent);
    }
  };
  const callers = Promise.all(Array.from({ length: atOnce }, (_, n) => caller(n)));
  await meanwhile();
  running = false;
  await callers;
  return { answers, seconds: (performance.now() - began) / 1000 };
}

function figures({ answers, seconds }: { answers: number[]; seconds: number }): string {
  const sorted = answers.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);
  const cells = [at(0.5), at(0.99), at(0.999), at(1)].map((cell) => cell.padStart(9));
  return `${Math.round(answers.length / seconds)
    .toString()
    .padStart(10)} ${cells.join(' ')}`;
}

function rate({ made, seconds }: Taken): string {
  const perSecond = Math.round(count / seconds);
  return `${seconds.toFixed(1)} s, ${mb(Number(made.bytes) / seconds)} MB/s, ${perSecond} movements/s`;
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function print(line: string): void {
  console.log(line);
}
