/** Why it is right that no test notices a change. */
export interface Reason {
  /** From the root of the project. */
  readonly file: string;
  /** The line of the source on which the change begins, without what it is indented by. */
  readonly line: string;
  /** "before → after", with all white space as one space. */
  readonly changes: readonly string[];
  /** A sentence in Markdown. */
  readonly why: string;
}

const SHORTCUT = 'Fewer amounts take the short way; the long one reads them as the same.';

/** One reason for each change that survives; a change in the source or in the tests may make one void. */
export const REASONS: readonly Reason[] = [
  {
    file: 'wallet-core/domain/check.ts',
    line: "const closes = close && !held && !state.isBlocked(channel, reference, '');",
    changes: [`'' → "Stryker was here!"`],
    why: 'Asks for a block of that player or of everybody; no player has a name with capitals.',
  },
  {
    file: 'wallet-core/domain/failed-bets.ts',
    line: "bet.kind === 'BET' &&",
    changes: ["bet.kind === 'BET' → true"],
    why: 'The next condition, `bet.wager`, holds of bets only: `faultOf` refuses a wager of any other kind.',
  },
  {
    file: 'wallet-core/domain/log-in.ts',
    line: "if (credential.type === 'token') {",
    changes: ["credential.type === 'token' → true"],
    why: 'A hash of a password is that of no token, so none is found and none is used up.',
  },
  {
    file: 'wallet-core/domain/log-in.ts',
    line: 'const ends = token?.usedBy === null && (token.oneTime || newToken !== null);',
    changes: ['token?.usedBy → token.usedBy'],
    why: 'The token is there: without it `refusalOf` has refused. The compiler asks for the `?`.',
  },
  {
    file: 'wallet-core/domain/log-in.ts',
    line: 'const older = password !== undefined && token !== undefined && token.id < password.id;',
    changes: ['token.id < password.id → token.id <= password.id'],
    why: 'No two records have the same id.',
  },
  {
    file: 'wallet-core/domain/movements.ts',
    line: 'const view = movements.length > 1 || failing ? state.overlay() : state;',
    changes: ['movements.length > 1 || failing → true', 'movements.length > 1 → movements.length >= 1'],
    why: 'One movement is decided on an overlay as on the state itself; without one it costs less.',
  },
  {
    file: 'wallet-core/domain/movements.ts',
    line: "if (amount < 0n && account.balance + amount < 0n) return 'INSUFFICIENT_FUNDS';",
    changes: ['amount < 0n → true', 'amount < 0n → amount <= 0n'],
    why: 'No balance is below zero, so nothing but a debit can take it there.',
  },
  {
    file: 'wallet-core/domain/movements.ts',
    line: 'if (movement.amount === 0n) return undrawn(movement.names);',
    changes: ['movement.amount === 0n → false'],
    why: 'What follows comes to the same for a zero: no more than the amount is drawn, and a return of zero returns zero of each debit.',
  },
  {
    file: 'wallet-core/domain/movements.ts',
    line: "if ((relation !== 'RETURN' && relation !== 'RETURN_CAPPED') || amount === 0n) {",
    changes: ["relation !== 'RETURN' && relation !== 'RETURN_CAPPED' → false"],
    why: 'Names of other relations have an amount of zero (`faultOf`), so the other condition holds of them.',
  },
  {
    file: 'wallet-core/domain/movements.ts',
    line: 'const drawn = [amount, outstanding, undistributed].reduce((least, each) => (each < least ? each : least));',
    changes: ['each < least → each <= least'],
    why: 'Of two equal amounts either is the least.',
  },
  {
    file: 'wallet-core/domain/movements.ts',
    line: 'if (recorded.length === 0 || asked.length === 0) return recorded.length === asked.length;',
    changes: [
      'recorded.length === 0 || asked.length === 0 → false',
      'recorded.length === 0 || asked.length === 0 → recorded.length === 0 && asked.length === 0',
      'recorded.length === 0 → false',
      'asked.length === 0 → false',
    ],
    why: 'A short cut: the sets that are compared below are then empty or of different sizes.',
  },
  {
    file: 'wallet-core/domain/refund.ts',
    line: 'if (!debit) throw new Error(`refund of ${line.reference}, which was judged to exist`);',
    changes: ['!debit → false', '`refund of ${line.reference}, which was judged to exist` → ``'],
    why: 'An assertion: a line that is REFUNDED has a debit.',
  },
  {
    file: 'wallet-core/domain/refund.ts',
    line: 'return line.reference === other?.reference && line.amount === other.amount && line.player === other.player;',
    changes: ['other?.reference → other.reference'],
    why: 'There are as many lines in both, which was compared before. The compiler asks for the `?`.',
  },
  {
    file: 'wallet-core/domain/state.ts',
    line: 'if (!movement.holdsReference) this.attempts.set(name, movement);',
    changes: ['!movement.holdsReference → true'],
    why: 'Attempts are looked at only where nothing holds the reference.',
  },
  {
    file: 'wallet-core/domain/state.ts',
    line: 'if (debit.reason !== null || !rule(debit.kind).stake || debit.amount >= 0n || drawn.refunded) return 0n;',
    changes: ['debit.amount >= 0n → debit.amount > 0n'],
    why: 'Of a debit of zero nothing can have been returned, so zero is left of it in any case.',
  },
  {
    file: 'wallet-core/domain/validate.ts',
    line: "if (named.relation === 'RETURN') returned += named.amount;",
    changes: ["named.relation === 'RETURN' → true"],
    why: 'The sum matters for a WITHHOLDING_RETURN only; what that may name besides with MENTION has no amount.',
  },
  {
    file: 'wallet-core/domain/validate.ts',
    line: "const shown = typeof seen === 'string' && seen.length > 80 ? `${seen.slice(0, 80)}…` : seen;",
    changes: ["typeof seen === 'string' → true"],
    why: 'A number has no length, and nothing that is undefined is above 80. The compiler asks for the condition.',
  },
  {
    file: 'wallet-core/money.ts',
    line: String.raw`const PLAIN = /^(-?\d{1,18})(?:\.(\d{1,4}))?$/;`,
    changes: [
      String.raw`/^(-?\d{1,18})(?:\.(\d{1,4}))?$/ → /^(-\d{1,18})(?:\.(\d{1,4}))?$/`,
      String.raw`/^(-?\d{1,18})(?:\.(\d{1,4}))?$/ → /^(-?\d)(?:\.(\d{1,4}))?$/`,
      String.raw`/^(-?\d{1,18})(?:\.(\d{1,4}))?$/ → /^(-?\d{1,18})(?:\.(\d{1,4}))$/`,
      String.raw`/^(-?\d{1,18})(?:\.(\d{1,4}))?$/ → /^(-?\d{1,18})(?:\.(\d))?$/`,
    ],
    why: SHORTCUT,
  },
  {
    file: 'wallet-core/money.ts',
    line: "const [, whole, fraction = ''] = PLAIN.exec(text) ?? [];",
    changes: [`'' → "Stryker was here!"`, '[] → ["Stryker was here"]'],
    why: SHORTCUT,
  },
  {
    file: 'wallet-core/money.ts',
    line: 'if (whole !== undefined && fraction.length <= decimals) {',
    changes: [
      'whole !== undefined && fraction.length <= decimals → false',
      'fraction.length <= decimals → fraction.length < decimals',
      "{ const minor = BigInt(whole + fraction.padEnd(decimals, '0')); return withinLimit(minor) ? minor : undefined; } → {}",
    ],
    why: SHORTCUT,
  },
  {
    file: 'wallet-core/money.ts',
    line: "const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0');",
    changes: ['minor < 0n → minor <= 0n'],
    why: 'The opposite of zero is zero.',
  },
];
