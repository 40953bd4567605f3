import { SetupError } from './setup-error.js';

export const FAILED_BETS = ['await-refund', 'self-refund', 'reject-payout'] as const;
export type FailedBets = (typeof FAILED_BETS)[number];

/** Everything a run can be told. Names are those of the command line. */
export interface Options {
  /** Where the wallet answers; a path is put before the protocol's own paths. */
  readonly url: string;
  readonly provider: string;
  /** ebet: a PEM file with the provider's private key, or the PEM itself. apiv1: the key, or a file that has it. */
  readonly key: string;
  /** ebet: the channelId. */
  readonly channel: number;
  readonly players: number;
  /** `%d` is the number of the player, from 1. */
  readonly playerNames: string;
  readonly rounds: number;
  readonly currency: string;
  /** `all`, `none` or names. */
  readonly faults: string;
  readonly seed: number;
  /** Rounds at the same moment. */
  readonly concurrency: number;
  /** How long an answer may take before the call is sent again, in milliseconds. */
  readonly timeoutMs: number;
  /** Conformance: the names of the rules to play; absent: all. */
  readonly only?: readonly string[];
  /** How the channel is configured at the wallet. */
  readonly failedBets: FailedBets;
  /** Whether the channel is configured to refund bets that were paid out. */
  readonly refundPaidOutBets: boolean;
  /** Players and secrets that a provider cannot make itself; a rule that needs one is left out without it. */
  readonly frozenPlayer?: string;
  readonly maintenanceChannel?: number;
  readonly loginPlayer?: string;
  readonly loginPassword?: string;
  readonly accessToken?: string;
}

export const DEFAULTS = {
  channel: 1,
  players: 50,
  playerNames: 'demo-%d',
  rounds: 1000,
  currency: 'CNY',
  faults: 'none',
  concurrency: 16,
  timeoutMs: 2_000,
  failedBets: 'await-refund',
  refundPaidOutBets: false,
} as const;

/** The players' names, `demo-1`, `demo-2` … */
export function playersOf({ players, playerNames }: Options): string[] {
  if (players > 1 && !playerNames.includes('%d')) {
    throw new SetupError(`--player-names ${playerNames} names one player; put %d where the number goes: demo-%d`);
  }
  return Array.from({ length: players }, (_, index) => playerNames.replace('%d', String(index + 1)));
}

/** The faults that are meant by `all`, `none` or a list of names. */
export function faultsOf(asked: string, known: readonly string[]): ReadonlySet<string> {
  if (asked === 'all') return new Set(known);
  if (asked === 'none') return new Set();
  const names = asked.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return new Set(names);
  throw new SetupError(`--faults ${unknown.join(', ')}: unknown; expected all, none or some of ${known.join(', ')}`);
}

/** Those of these that are asked for by name. */
export function onlyOf<T extends { readonly name: string }>(
  all: readonly T[],
  only: readonly string[] | undefined,
): readonly T[] {
  const unknown = (only ?? []).filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new SetupError(`--only ${unknown.join(', ')}: there is no such rule; a run without --only lists them`);
  return only ? all.filter(({ name }) => only.includes(name)) : all;
}

/** The command that plays the same choices again. The key is left out when it is a secret and not a file. */
export function replayCommand(script: 'simulate' | 'conformance', options: Options): string {
  const isSecret = options.provider !== 'ebet' || options.key.includes('\n');
  const parts: (string | number)[] = ['npm run', script, '--', '--url', options.url, '--provider', options.provider];
  if (options.provider === 'ebet') parts.push('--channel', options.channel);
  parts.push('--key', isSecret ? 'KEY' : quoted(options.key), '--players', options.players);
  if (options.playerNames !== DEFAULTS.playerNames) parts.push('--player-names', quoted(options.playerNames));
  if (options.currency !== DEFAULTS.currency) parts.push('--currency', options.currency);
  if (options.failedBets !== DEFAULTS.failedBets) parts.push('--failed-bets', options.failedBets);
  if (options.refundPaidOutBets) parts.push('--refund-paid-out-bets');
  if (options.frozenPlayer !== undefined) parts.push('--frozen-player', quoted(options.frozenPlayer));
  if (options.maintenanceChannel !== undefined) parts.push('--maintenance-channel', options.maintenanceChannel);
  if (options.loginPlayer !== undefined) parts.push('--login-player', quoted(options.loginPlayer));
  // Whoever reads a report may not know these.
  if (options.loginPassword !== undefined) parts.push('--login-password', 'PASSWORD');
  if (options.accessToken !== undefined) parts.push('--access-token', 'TOKEN');
  if (options.concurrency !== DEFAULTS.concurrency) parts.push('--concurrency', options.concurrency);
  for (const name of options.only ?? []) parts.push('--only', quoted(name));
  if (script === 'simulate') parts.push('--rounds', options.rounds, '--faults', quoted(options.faults));
  parts.push('--seed', options.seed);
  return parts.join(' ');
}

function quoted(text: string): string {
  return /^[\w./,:%-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
