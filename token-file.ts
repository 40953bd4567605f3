import { readFileSync } from 'node:fs';

/** So a token of wallet-core begins, for whoever looks for secrets where they must not be. */
export const TOKEN_PREFIX = 'swt_';

const TOKEN = /^swt_[\w-]{43}$/;

/** The token that stands in a file; undefined: something else does. Throws what reading it throws. */
export function readTokenFile(file: string): string | undefined {
  const text = readFileSync(file, 'utf8').trim();
  return TOKEN.test(text) ? text : undefined;
}
