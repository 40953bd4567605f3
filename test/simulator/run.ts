import { playersOf, type Options } from './options.js';
import { Differs, type Provider, type Session } from './provider.js';
import { providerNamed } from './providers.js';
import { Tally } from './tally.js';
import { Wire } from './wire.js';

/** Tells how far a run has come. */
export interface Progress {
  start(total: number): void;
  step(): void;
  stop(): void;
}

export const SILENT: Progress = { start: () => {}, step: () => {}, stop: () => {} };

/** A connected run: a wallet on the wire, a provider in session, a tally. */
export interface Run {
  readonly provider: Provider;
  readonly session: Session;
  readonly wire: Wire;
  readonly tally: Tally;
  readonly players: readonly string[];
  readonly runId: string;
  close(): void;
}

/** Connects to the wallet. `faults` are names of the provider's faults, or none. */
export async function openRun(options: Options, faultsOf: (provider: Provider) => ReadonlySet<string>): Promise<Run> {
  const provider = providerNamed(options.provider);
  const faults = faultsOf(provider);
  const players = playersOf(options);
  const [wire, tally] = [new Wire(options.url, options.timeoutMs), new Tally()];
  const runId = `${options.seed.toString(36)}z${Date.now().toString(36)}`;
  try {
    const session = await provider.connect({ options, wire, tally, runId, players, faults });
    return { provider, session, wire, tally, players, runId, close: () => wire.close() };
  } catch (error) {
    wire.close();
    throw error;
  }
}

/** Plays until the end or until the first difference, which ends a round and nothing more. */
export async function untilDifference(play: () => Promise<void>): Promise<void> {
  try {
    await play();
  } catch (error) {
    if (!(error instanceof Differs)) throw error;
  }
}
