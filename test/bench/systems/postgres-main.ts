// What one would write by hand: Koa, and in each callback a transaction on PostgreSQL that locks the player's row, keeps the
// movement under its reference, changes the balance and commits. A reference that is known gets the answer it got. It checks
// no signature and keeps no request, which makes it faster than it would be.
import { createServer } from 'node:http';
import { Router } from '@koa/router';
import Koa from 'koa';
import pg from 'pg';
import getRawBody from 'raw-body';
import { CURRENCY, PLAYERS } from '../world.js';
import { serve } from './serve.js';

interface Callback {
  readonly username: string;
  readonly money: number;
  readonly event: string;
  readonly seqNo: string;
  readonly type: number;
  readonly detail: { readonly roundCode: string };
}

interface Balances {
  readonly before: string;
  readonly after: string;
}

const SCHEMA = `
  CREATE TABLE account (
    player text NOT NULL, currency text NOT NULL, balance bigint NOT NULL CHECK (balance >= 0),
    PRIMARY KEY (player, currency)
  );
  CREATE TABLE movement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reference text NOT NULL UNIQUE, player text NOT NULL,
    currency text NOT NULL, type integer NOT NULL, round text NOT NULL, amount bigint NOT NULL,
    balance_before bigint NOT NULL, balance_after bigint NOT NULL, made timestamptz NOT NULL DEFAULT now()
  );
  INSERT INTO account SELECT 'player-' || n, '${CURRENCY}', 100000000 FROM generate_series(1, ${PLAYERS}) AS n;
  ANALYZE account;
`;
/** Of 8, 16, 32 and 64 the fastest with 64 callers on two cores. */
const POOL = 16;

const [, , host] = process.argv;
if (!host) throw new Error("the benchmark starts this module, with the folder of PostgreSQL's socket");
// Connections stay, also between loads.
const pool = new pg.Pool({ host, user: 'bench', database: 'postgres', max: POOL, idleTimeoutMillis: 0 });
await pool.query(SCHEMA);

async function book({ username, money, seqNo, type, detail }: Callback): Promise<Balances> {
  const amount = Math.round(money * 100);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const account = await client.query<{ balance: string }>({
      name: 'lock',
      text: 'SELECT balance FROM account WHERE player = $1 AND currency = $2 FOR UPDATE',
      values: [username, CURRENCY],
    });
    const known = await client.query<Balances>({
      name: 'known',
      text: 'SELECT balance_before AS before, balance_after AS after FROM movement WHERE reference = $1',
      values: [seqNo],
    });
    if (known.rows[0]) {
      await client.query('ROLLBACK');
      return known.rows[0];
    }
    const before = Number(account.rows[0]?.balance);
    const after = before + amount;
    await client.query({
      name: 'insert',
      text:
        'INSERT INTO movement (reference, player, currency, type, round, amount, balance_before, balance_after) ' +
        'VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
      values: [seqNo, username, CURRENCY, type, detail.roundCode, amount, before, after],
    });
    await client.query({
      name: 'update',
      text: 'UPDATE account SET balance = $3 WHERE player = $1 AND currency = $2',
      values: [username, CURRENCY, after],
    });
    await client.query('COMMIT');
    return { before: String(before), after: String(after) };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const router = new Router();
router.post('/increaseCredit', async (ctx) => {
  const text = await getRawBody(ctx.req, { length: ctx.request.length ?? null, limit: 2 ** 20, encoding: 'utf8' });
  const callback = JSON.parse(text) as Callback;
  const { before, after } = await book(callback);
  const { username, event, seqNo } = callback;
  const [money, moneyBefore] = [Number(after) / 100, Number(before) / 100];
  ctx.type = 'application/json';
  ctx.body = JSON.stringify({ username, money, moneyBefore, status: 200, timestamp: Date.now(), event, seqNo });
});
const app = new Koa();
app.use(router.routes());
const handle = app.callback();
serve(createServer((request, response) => void handle(request, response)));
