import type { Options } from './options.js';
import type { Random } from './random.js';
import type { Tally } from './tally.js';
import type { Wire } from './wire.js';

/** A protocol that the simulator speaks. Adding one is a folder with this, and a line in providers.ts. */
export interface Provider {
  readonly name: string;
  /** The names for --faults, each with what it does. */
  readonly faults: Readonly<Record<string, string>>;
  /** Reads the key, finds the wallet and its players, reads their balances. Throws a SetupError that names the fix. */
  connect(connection: Connection): Promise<Session>;
}

/** What a run gives a provider. */
export interface Connection {
  readonly options: Options;
  readonly wire: Wire;
  readonly tally: Tally;
  /** Part of every id, so that no two runs against one wallet collide: letters and digits, up to 16. */
  readonly runId: string;
  readonly players: readonly string[];
  /** The faults that were asked for, all of them names in `faults`. None in a conformance run. */
  readonly faults: ReadonlySet<string>;
}

/** A provider that has found its players. */
export interface Session {
  readonly games: readonly Game[];
  readonly rules: readonly Rule[];
  /** Compares each balance and what the wallet has recorded with the model. */
  finish(): Promise<void>;
}

/**
 * Something played with players that nobody else plays with meanwhile. Each comparison goes to the tally; after a
 * difference `play` brings the model back to what the wallet holds and rejects with Differs.
 */
interface Playable {
  /** Its case in the report. */
  readonly name: string;
  /** How many players it takes. */
  readonly seats: number;
  play(players: readonly string[], random: Random): Promise<void>;
}

/** A round as on a good day, apart from what the wire does to it. */
export interface Game extends Playable {
  readonly weight: number;
}

/** A rule of the protocol with the calls that show whether a wallet keeps it. */
export interface Rule extends Playable {
  /** Where it stands: `increaseCredit: seqNo`. */
  readonly rule: string;
  /** What a wallet that keeps it does, in one sentence. */
  readonly says: string;
  /** The fault under which a simulation plays it, too. Absent: conformance only. */
  readonly fault?: string;
  /** What no other rule may use meanwhile: `login`. */
  readonly alone?: string;
  /** Why it cannot be played with these options: `needs --frozen-player`. */
  readonly missing?: string;
}

/** A round was ended by a difference, which the tally has. */
export class Differs extends Error {}
