import { actionType, type ActionTypeCode } from './action-types.js';

/** decimal(18,2), in cents. */
export const BALANCE_MAX = 999_999_999_999_999_999n;

export type ErrorCode = 'OUT_OF_BALANCE' | 'OTHERS';

/** What a balance-update asks for; what else it carries is not signed and does not count. */
export interface Update {
  readonly transactionId: string;
  readonly member: string;
  /** Positive adds, negative deducts. */
  readonly cents: bigint;
  readonly type: ActionTypeCode;
}

/** What an answer says. */
export interface Verdict {
  /** Undefined: success. */
  readonly error: ErrorCode | undefined;
  /** Undefined: none is told, it is absent or 0.00. */
  readonly balance: bigint | undefined;
}

/** One answer that is right, and what the wallet then holds. */
export interface Possible extends Verdict {
  readonly then?: () => void;
}

/** What became of a transaction_id. */
type Known =
  /** Decided for ever: money moved, a zero was recorded, or a stake was refused. */
  | { readonly state: 'final'; readonly update: Update; readonly verdict: Verdict }
  /** A settlement was refused: it takes no transaction_id and may come again. */
  | { readonly state: 'attempt'; readonly error: ErrorCode };

/**
 * The provider's own model of what the wallet must hold: every balance, what became of every transaction_id, and which of
 * them transaction-check reported as failed. Each question gives all answers that are right, the likeliest first.
 */
export class Book {
  /** By name in lower case, as members are looked up. */
  readonly #balances = new Map<string, bigint>();
  readonly #frozen = new Set<string>();
  readonly #known = new Map<string, Known>();
  /** Reported as failed while unknown: no debit may succeed any more. */
  readonly #closed = new Set<string>();
  /** Reported as failed after a refused attempt: whether that closes it as well, the page leaves open. */
  readonly #perhapsClosed = new Set<string>();

  /** Takes in what a balance-check said. */
  sees(member: string, balance: bigint): void {
    this.#balances.set(member.toLowerCase(), balance);
  }

  /** The member's stakes are refused, and nothing else. */
  freezes(member: string): void {
    this.#frozen.add(member.toLowerCase());
  }

  balance(member: string): bigint | undefined {
    return this.#balances.get(member.toLowerCase());
  }

  /** Forgets what a wallet has answered wrongly, so that one fault is reported once. */
  forgets(transactionId: string): void {
    for (const ids of [this.#known, this.#closed, this.#perhapsClosed]) ids.delete(transactionId);
  }

  /** Every transaction_id of which a check has something to tell. */
  transactionIds(): string[] {
    return [...new Set([...this.#known.keys(), ...this.#closed])];
  }

  /** Whether the answer stands for ever. */
  isFinal(transactionId: string): boolean {
    return this.#known.get(transactionId)?.state === 'final';
  }

  /** A balance-update that is well-formed and rightly signed. */
  update(update: Update): readonly Possible[] {
    const { transactionId, member, cents, type } = update;
    const balance = this.balance(member);
    const { sign, stake } = actionType(type);
    const known = this.#known.get(transactionId);
    if (known?.state === 'final') {
      return isSame(known.update, update) ? [known.verdict] : [{ error: 'OTHERS', balance }];
    }
    // Nothing is recorded of a sign that the type cannot have.
    if ((sign === 'debit' && cents > 0n) || (sign === 'credit' && cents < 0n)) return [{ error: 'OTHERS', balance }];

    const refused = (error: ErrorCode): Possible => ({
      error,
      balance,
      then: () => {
        const verdict = { error, balance };
        this.#known.set(transactionId, stake ? { state: 'final', update, verdict } : { state: 'attempt', error });
      },
    });
    if (balance === undefined) return [refused('OTHERS')];
    if (cents < 0n && this.#closed.has(transactionId)) return [refused('OTHERS')];
    if (stake && this.#frozen.has(member.toLowerCase())) return [refused('OTHERS')];
    if (balance + cents > BALANCE_MAX) return [refused('OTHERS')];
    const after = balance + cents;
    const judged = cents < 0n && after < 0n ? refused('OUT_OF_BALANCE') : this.#applied(update, after);
    return cents < 0n && this.#perhapsClosed.has(transactionId) ? [judged, refused('OTHERS')] : [judged];
  }

  #applied(update: Update, balance: bigint): Possible {
    const verdict = { error: undefined, balance };
    const then = () => {
      this.sees(update.member, balance);
      this.#known.set(update.transactionId, { state: 'final', update, verdict });
    };
    return { ...verdict, then };
  }

  /** A transaction-check that is well-formed and rightly signed. It never tells a balance. */
  check(transactionId: string): readonly Possible[] {
    const balance = undefined;
    const known = this.#known.get(transactionId);
    if (known?.state === 'final') return [{ error: known.verdict.error, balance }];
    const then = () => void (known ? this.#perhapsClosed : this.#closed).add(transactionId);
    const unknown: Possible = { error: 'OTHERS', balance, then };
    return known?.error === 'OUT_OF_BALANCE' ? [{ error: 'OUT_OF_BALANCE', balance, then }, unknown] : [unknown];
  }
}

/** Whether a repeat asks for the same: member, value and type, by value and not by text (not the timestamp, nor remarks). */
function isSame(first: Update, second: Update): boolean {
  return (
    first.member.toLowerCase() === second.member.toLowerCase() &&
    first.cents === second.cents &&
    first.type === second.type
  );
}
