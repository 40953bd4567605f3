import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/**
 * 13 needs version 10 of Node-API, which came with Node 22.14, and crashes without it (WiseLibs/better-sqlite3#1514). 12, compiled
 * for Node 24.19 or newer, ends the process when V8 collects what it made (nodejs/node#65446). prepare.mjs has the same choice.
 */
const name = Number(process.versions.napi) < 10 ? 'better-sqlite3-12' : 'better-sqlite3';

/** The better-sqlite3 that works on this Node; prepare.mjs sees to it that it is there. */
export const SQLite = createRequire(import.meta.url)(name) as typeof BetterSqlite3;
