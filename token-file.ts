import { readFileSync } from 'node:fs';

/** So a token of wallet-core begins, for whoever looks for secrets where they must not be. */
export const TOKEN_PREFIX = 'swt_';

const TOKEN = /swt_[\w-]{43}/;

/** Whether there is a token in a text that should be something else, such as the name of a file. */
export function hasToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The token that stands in a file; undefined: something else does. Throws what reading it throws. */
export function readTokenFile(file: string): string | undefined {
  const text = readFileSync(file, 'utf8').trim();
  return TOKEN.exec(text)?.[0] === text ? text : undefined;
}
