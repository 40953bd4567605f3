/** A movement that a command asks for; money in minor units. */
export interface AskedMovement {
  readonly reference: string;
  readonly player: string;
  readonly amount: bigint;
  readonly stake: boolean;
}

/** A command as its caller knows it: movements, a refund under a reference of its own, or a question about one. */
export interface Asked {
  /** For people, such as "increaseCredit 27". */
  readonly what: string;
  readonly channel: string;
  readonly movements: readonly AskedMovement[];
  readonly refund?: string;
  readonly check?: string;
}

/** What an answer says of one movement; the balances as far as the protocol tells them. */
export interface ToldMovement {
  readonly reference: string;
  readonly applied: boolean;
  readonly before: bigint | undefined;
  readonly after: bigint | undefined;
}

/** What an answer says of one line of a refund. */
export interface ToldLine {
  readonly reference: string;
  readonly player: string;
  readonly status: 'refunded' | 'unknown' | 'other';
}

/**
 * What became of a command as far as its caller was told: nothing; that nothing was recorded; a refusal that a repeat may
 * change; or an answer that stays for ever.
 */
export type Fate = 'unknown' | 'not applied' | 'open' | 'final';

export interface Answer {
  readonly fate: Fate;
  /** The answer as it stands on the wire. */
  readonly text: string;
  readonly movements: readonly ToldMovement[];
  readonly lines: readonly ToldLine[];
  /** Of a refund of one player. */
  readonly balances?: { readonly before: bigint; readonly after: bigint };
  /** Of a check: whether the reference was reported as failed. */
  readonly reportedFailed: boolean;
}

export const UNKNOWN: Answer = { fate: 'unknown', text: '', movements: [], lines: [], reportedFailed: false };
/** The answer is no answer to this call at all. */
export class Untrue extends Error {}

/** One request, which can be sent again as the same bytes; its answer has one for each command. */
export interface Call {
  readonly asked: readonly Asked[];
  send(): Promise<readonly Answer[]>;
}

/** A command with every answer that its caller got. */
export class Entry {
  readonly answers: Answer[] = [];
  /** How often it was sent. */
  sent = 0;

  constructor(
    readonly asked: Asked,
    readonly call: Call,
    /** Which players it is of. */
    readonly cohort: number,
  ) {}

  get final(): Answer | undefined {
    return this.answers.find(({ fate }) => fate === 'final');
  }

  /** Its caller knows what became of it, at least for now. */
  get isAcknowledged(): boolean {
    return this.final !== undefined || this.answers.at(-1)?.fate === 'open';
  }

  /** Every copy of it was answered as not applied. */
  get isDenied(): boolean {
    return this.sent === this.answers.length && this.answers.every(({ fate }) => fate === 'not applied');
  }

  get isFinalWhenRefused(): boolean {
    return this.asked.movements.some(({ stake }) => stake);
  }

  add(answer: Answer): void {
    const first = this.final;
    if (first && (answer.fate === 'open' || answer.fate === 'final') && answer.text !== first.text) {
      throw new Untrue(`${this.name}: was answered ${first.text}\nand then ${answer.text}`);
    }
    this.answers.push(answer);
  }

  get name(): string {
    const { what, channel, movements, refund, check } = this.asked;
    return `${what} ${channel} ${refund ?? check ?? movements.map(({ reference }) => reference).join(' ')}`;
  }
}

/** What the clients remember of their calls. The process that is tested is killed; they are not. */
export class ClientJournal {
  readonly entries: Entry[] = [];
  readonly #entriesOf = new Map<Call, Entry[]>();
  /** References of which a caller was told that no debit under them is, or will be, applied: "channel reference player". */
  readonly closed = new Set<string>();
  cohort = 0;
  /** Called as soon as a client has got a final answer. */
  onAnswer: (() => void) | undefined;
  /** Answers that tell what became of a command. */
  acknowledged = 0;

  /** Sends a call, for the first time or again, and keeps what comes back. */
  async perform(call: Call): Promise<readonly Entry[]> {
    const known = this.#entriesOf.get(call);
    const entries = known ?? call.asked.map((asked) => new Entry(asked, call, this.cohort));
    if (!known) {
      this.#entriesOf.set(call, entries);
      this.entries.push(...entries);
    }
    for (const entry of entries) entry.sent += 1;
    const answers = await call.send();
    for (const [index, entry] of entries.entries()) this.#keep(entry, answers[index] ?? UNKNOWN);
    return entries;
  }

  #keep(entry: Entry, answer: Answer): void {
    entry.add(answer);
    if (answer.fate === 'open' || answer.fate === 'final') this.acknowledged += 1;
    if (answer.fate === 'final') this.onAnswer?.();
    const { channel, check } = entry.asked;
    if (answer.reportedFailed && check !== undefined) this.closed.add(`${channel} ${check} `);
    for (const { reference, player, status } of answer.lines) {
      if (status === 'unknown') this.closed.add(`${channel} ${reference} ${player}`);
    }
  }
}
