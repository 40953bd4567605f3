import { existsSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readTokenFile, TOKEN_PREFIX } from '../../token-file.js';
import { hashToken, newToken } from '../token.js';
import { ActLog, type AccessAct } from './act-log.js';
import type { Grant } from './grant.js';

const ID_LENGTH = 12;
const ACTS_FILE = 'tokens.acts';
/**
 * Tokens that stand in files of the data folder, by the name of the file, which is also theirs: whoever may read that folder
 * could as well write the ledger.
 */
const OWN = {
  /** For the command line on this machine, and so for the first token that is made by anybody. */
  'operator.token': { roles: ['operate'], channels: [] },
  /** For a gateway on this machine. */
  'gateway.token': { roles: ['post'], channels: ['ebet/*', 'apiv1/*'] },
} as const;
const AT_START = { by: 'the start of wallet-core', reason: '' };

/** Who makes or revokes a token, and why; empty: he did not say. */
export interface Actor {
  readonly by: string;
  readonly reason: string;
}

/** A token, as it is remembered. */
export interface Token extends Grant {
  readonly created: Actor & { readonly timeMs: number };
  readonly revoked: (Actor & { readonly timeMs: number }) | undefined;
}

/** The tokens of this wallet-core. All are in memory: there are a few dozen. */
export class Tokens {
  readonly #acts: ActLog;
  readonly #byHash = new Map<string, Token>();
  /** Their ids. */
  readonly #revoked = new Set<string>();

  /** `folder`: of the ledger. Throws an Error for a person. */
  constructor(folder: string) {
    this.#acts = new ActLog(path.join(folder, ACTS_FILE));
    for (const act of this.#acts.acts) this.#apply(act);
  }

  /**
   * Makes valid what the files of the data folder hold, and nothing else of their names; one that is not there, or that holds
   * a revoked token, is written anew.
   */
  admitOwn(folder: string): void {
    for (const [name, grant] of Object.entries(OWN)) {
      const file = path.join(folder, name);
      let text = readToken(file);
      if (text === undefined || this.find(text)?.revoked) {
        text = this.#newText();
        writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 });
        renameSync(`${file}.new`, file);
      }
      if (!this.find(text)) this.#create({ name, ...grant }, text, AT_START);
      const others = this.list().filter((token) => token.name === name && !token.revoked && token.id !== idOf(text));
      for (const { id } of others) this.revoke(id, AT_START);
    }
  }

  /** What is remembered of a token, also of one that was revoked. */
  find(text: string): Token | undefined {
    return this.#byHash.get(hashToken(text));
  }

  /** Whether it was valid once and is no longer. */
  isRevoked({ id }: Grant): boolean {
    return this.#revoked.has(id);
  }

  /** Oldest first. */
  list(): readonly Token[] {
    return [...this.#byHash.values()];
  }

  /** Makes a token; `text` is kept nowhere. */
  create(grant: Omit<Grant, 'id'>, actor: Actor): { readonly id: string; readonly text: string } {
    const text = this.#newText();
    this.#create(grant, text, actor);
    return { id: idOf(text), text };
  }

  /** Whether it was valid until now; undefined: there is none of that id. */
  revoke(id: string, actor: Actor): boolean | undefined {
    const token = this.list().find((each) => each.id === id);
    if (!token) return undefined;
    if (token.revoked) return false;
    this.#do({ act: 'token-revoked', timeMs: Date.now(), ...written(actor), id });
    return true;
  }

  #create({ name, roles, channels }: Omit<Grant, 'id'>, text: string, actor: Actor): void {
    const said = { id: idOf(text), name, roles: [...roles], channels: [...channels], hash: hashToken(text) };
    this.#do({ act: 'token-created', timeMs: Date.now(), ...written(actor), ...said });
  }

  #do(act: AccessAct): void {
    this.#acts.append(act);
    this.#apply(act);
  }

  #apply(act: AccessAct): void {
    if (act.act === 'token-created') {
      const { hash, timeMs, by, reason = '', id, name, roles, channels } = act;
      const created = { timeMs, by, reason };
      this.#byHash.set(hash, { id, name, roles, channels, created, revoked: undefined });
      return;
    }
    this.#revoked.add(act.id);
    const { timeMs, by, reason = '' } = act;
    for (const [hash, token] of this.#byHash) {
      if (token.id === act.id) this.#byHash.set(hash, { ...token, revoked: { timeMs, by, reason } });
    }
  }

  #newText(): string {
    for (;;) {
      const text = `${TOKEN_PREFIX}${newToken().text}`;
      if (this.list().every(({ id }) => id !== idOf(text))) return text;
    }
  }
}

function written({ by, reason }: Actor) {
  return { by, ...(reason !== '' && { reason }) };
}

/** Whether tokens of this name are wallet-core's own. */
export function isOwn(name: string): boolean {
  return Object.hasOwn(OWN, name);
}

/** The first of its hash: it tells tokens apart, and nothing of the token. */
function idOf(text: string): string {
  return hashToken(text).slice(0, ID_LENGTH);
}

function readToken(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const token = readTokenFile(file);
  if (token !== undefined) return token;
  throw new Error(`${file}: holds no token; remove it, and the next start makes one`);
}
