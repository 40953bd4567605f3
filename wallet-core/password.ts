import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const scryptAsync = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

/** 16 MiB and about 50 ms a hash; kept with each hash, so that it can be raised later. */
const COST = { N: 16384, r: 8, p: 1 };
const KEY_BYTES = 32;
/** Characters that a password can have. */
export const PASSWORD_LENGTH_MAX = 128;

/** Hashes a password with a salt of its own: "scrypt:N:r:p:salt:key". Runs on the thread pool, off the event loop. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await scryptAsync(password.normalize('NFC'), salt, KEY_BYTES, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), key.toString('base64')].join(':');
}

/** Whether the password is the one of the hash. Without a hash it takes as long and says no. */
export async function checkPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, N, r, p, salt, key] = (hash ?? (await DUMMY)).split(':');
  const expected = Buffer.from(key ?? '', 'base64');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const actual = await scryptAsync(password.normalize('NFC'), Buffer.from(salt ?? '', 'base64'), expected.length, cost);
  return timingSafeEqual(actual, expected) && hash !== undefined;
}

/** So that the time of an answer does not tell whether a player exists. */
const DUMMY = hashPassword('');
