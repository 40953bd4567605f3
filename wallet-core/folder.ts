import { ConfigError, messageOf } from '../config.js';
import type { Access } from './access/settings.js';
import { Tokens } from './access/tokens.js';
import { RefusedStore } from './storage/sqlite/refused-store.js';
import { SqliteStore, type SqliteStoreOptions } from './storage/sqlite/sqlite-store.js';

/** What wallet-core keeps in the folder of the ledger. */
export interface Folder {
  readonly store: SqliteStore;
  readonly refused: RefusedStore;
  readonly tokens: Tokens;
  close(): Promise<void>;
}

/** Opens all of it or nothing; rejects with a ConfigError that says what to mend. */
export async function openFolder(options: SqliteStoreOptions, keepRefusedMs: number, access: Access): Promise<Folder> {
  const { folder } = options;
  const store = await orConfigError(`${folder} cannot hold the ledger: `, () => SqliteStore.open(options));
  const refused = new RefusedStore({ folder, keepMs: keepRefusedMs });
  const close = async () => {
    await refused.close();
    await store.close();
  };
  try {
    return { store, refused, tokens: await orConfigError('', () => openTokens(folder, access)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openTokens(folder: string, access: Access): Tokens {
  const tokens = new Tokens(folder);
  if (access.tokens === 'required') tokens.admitOwn(folder);
  return tokens;
}

async function orConfigError<Opened>(what: string, open: () => Opened | Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    throw new ConfigError([`data (SINGLE_WALLET_DATA): ${what}${messageOf(error)}`]);
  }
}
