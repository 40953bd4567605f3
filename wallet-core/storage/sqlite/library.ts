import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/** 12 compiled for Node 24.19 or newer ends the process at some garbage collection (nodejs/node#65446); 13 does so on Node 20. */
const name = Number.parseInt(process.versions.node) < 22 ? 'better-sqlite3-12' : 'better-sqlite3';

/** The better-sqlite3 that works on this Node; prepare.mjs sees to it that it is there. */
export const SQLite = createRequire(import.meta.url)(name) as typeof BetterSqlite3;
