import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;

/** A secret that shows who a player is: an access token or a session. */
export interface NewToken {
  /** 43 characters of base64url; given to the caller and kept nowhere. */
  readonly text: string;
  readonly hash: string;
}

export function newToken(): NewToken {
  const text = randomBytes(TOKEN_BYTES).toString('base64url');
  return { text, hash: hashToken(text) };
}

/**
 * SHA-256 in hex, all that is kept of a token. Nobody can guess 256 random bits, so it needs neither salt nor the cost of a
 * password's hash, and can be looked up.
 */
export function hashToken(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
