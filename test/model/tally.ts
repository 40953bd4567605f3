import { Kind, Outcome, Reason, Relation } from '../../proto/gen/wallet/v1/movement.js';
import { RefundLineStatus } from '../../proto/gen/wallet/v1/posting.js';
import { wordsOf } from './history-text.js';
import type { Held } from './hold.js';
import * as is from './naive/past.js';
import type { MovementRecord, Past } from './naive/past.js';

/** What must come up in the histories of a run, so that it is not the model alone that knows of it. */
export const COVERED = {
  'a refused stake that was sent again': ({ answers }: Held) => repeats(answers, Outcome.REFUSED),
  'an applied command that was sent again': ({ answers }: Held) => repeats(answers, Outcome.APPLIED),
  'a settlement refused, then applied': ({ past }: Held) =>
    count(past, (m) => !m.holds && refused(m) && applied(is.holderOf(past, m.channel, m.reference))),
  'a debit partly returned': ({ past }: Held) =>
    debits(past, (debit) => {
      const left = is.outstandingOf(past, debit);
      return left > 0n && left < -debit.amount;
    }),
  'a debit returned and refused a refund': ({ past }: Held) =>
    lines(
      past,
      RefundLineStatus.AMOUNT_DIFFERS,
      (debit) => !is.isRefunded(past, debit) && is.outstandingOf(past, debit) < -debit.amount,
    ),
  'a refunded debit and a return of it': ({ past }: Held) =>
    count(
      past,
      (m) => m.reason === Reason.EXCEEDS_OUTSTANDING && m.names.some((name) => isRefunded(past, m, name.reference)),
    ),
  'a debit that its block refused': ({ past }: Held) => count(past, (m) => m.reason === Reason.BLOCKED),
  'a command of several movements applied': ({ past }: Held) => several(past, (m) => !refused(m)),
  'a command of several movements refused': ({ past }: Held) => several(past, refused),
  'a player frozen': ({ past }: Held) => past.filter((event) => event.what === 'freeze' && event.on).length,
  'a channel under maintenance': ({ past }: Held) =>
    past.filter((event) => event.what === 'maintenance' && event.on).length,
  'a check that closed': ({ past }: Held) =>
    past.filter((event) => event.what === 'block' && event.player === '').length,
  'a failed bet that its payout refunded': ({ past }: Held) =>
    count(past, (m) => m.kind === Kind.REFUND && is.holderOf(past, m.channel, m.reference)?.command === m.command),
  'a capped return that drew': ({ past }: Held) =>
    count(past, (m) => m.names.some((name) => name.relation === Relation.RETURN_CAPPED && name.amount > 0n)),
  'a movement of JPY': ({ past }: Held) => count(past, (m) => m.currency === 'JPY'),
  'a movement of BHD': ({ past }: Held) => count(past, (m) => m.currency === 'BHD'),
  'a movement of zero': ({ past }: Held) => count(past, (m) => m.amount === 0n && !refused(m)),
  'a refund whose reference a movement has': ({ past }: Held) =>
    past.filter((e) => e.what === 'refund' && is.holderOf(past, e.channel, e.reference) !== undefined).length,
  'an account opened after a refusal for want of it': ({ past }: Held) =>
    count(past, (m) => m.reason === Reason.NO_ACCOUNT && is.currenciesOf(past, m.player).includes(m.currency)),
  'calls at once': ({ answers }: Held) => answers.filter((part) => part.length > 1).length,
  'commands in a batch': ({ answers }: Held) => answers.flat().filter((call) => call.length > 1).length,
} as const satisfies Record<string, (held: Held) => number>;

const refused = ({ reason }: MovementRecord) => reason !== Reason.UNSPECIFIED;
const applied = (m: MovementRecord | undefined) => m !== undefined && !refused(m);
const count = (past: Past, fits: (m: MovementRecord) => boolean) => is.movementsOf(past).filter(fits).length;
const debits = (past: Past, fits: (m: MovementRecord) => boolean) => count(past, (m) => is.isDebit(m) && fits(m));

function isRefunded(past: Past, { channel }: MovementRecord, reference: string): boolean {
  const debit = is.holderOf(past, channel, reference);
  return debit !== undefined && is.isRefunded(past, debit);
}

function lines(past: Past, status: RefundLineStatus, fits: (debit: MovementRecord) => boolean): number {
  const refunds = past.filter((event) => event.what === 'refund');
  return refunds.flatMap(({ channel, lines: all }) =>
    all.filter((line) => {
      const debit = is.holderOf(past, channel, line.reference);
      return line.status === status && debit !== undefined && is.isDebit(debit) && fits(debit);
    }),
  ).length;
}

/** Commands of which at least two movements are such, but for what they caused. */
function several(past: Past, fits: (m: MovementRecord) => boolean): number {
  const fitting = is.movementsOf(past).filter((m) => fits(m) && m.kind !== Kind.REFUND);
  const numbers = fitting.map(({ command }) => command);
  return new Set(numbers.filter((command, n) => numbers.indexOf(command) !== n)).size;
}

function repeats(answers: Held['answers'], outcome: Outcome): number {
  const told = answers.flat(2).flatMap(({ got }) => (typeof got === 'string' ? [] : [got]));
  const ids = told
    .filter((got) => got.outcome === outcome)
    .flatMap(({ movements }) => movements.map((m) => m.movementId));
  return ids.length - new Set(ids).size;
}

/** What came up in a run, and how often. */
export class Tally {
  histories = 0;
  acts = 0;
  readonly counts = new Map<string, number>(Object.keys(COVERED).map((name) => [name, 0]));

  add(held: Held): void {
    this.histories += 1;
    for (const { got } of held.answers.flat(2)) {
      this.acts += 1;
      if (typeof got === 'string') continue;
      this.#add(wordsOf(got), 1);
      for (const line of got.refund?.lines ?? []) this.#add(`line ${RefundLineStatus[line.status]}`, 1);
    }
    for (const [name, counted] of Object.entries(COVERED)) this.#add(name, counted(held));
  }

  #add(name: string, more: number): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + more);
  }

  /** For people. */
  print(): string {
    const rows = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1));
    const text = rows.map(([name, counted]) => `${String(counted).padStart(7)}  ${name}`);
    return [`${this.histories} histories of ${this.acts} acts agree with the model:`, ...text].join('\n');
  }
}

const NOT_OF_RULES = ['UNSPECIFIED', 'QUEUE_FULL', 'TOO_LATE', 'SHUTTING_DOWN', 'FAULT', 'STORE_FULL'];
const INVALID = ['MALFORMED', 'REFERENCE_CONFLICT', 'CHANNEL_UNKNOWN'];

/** Every outcome of the rules, every reason, every status of a refund's line, and what is covered by name. */
export function expectedNames(): string[] {
  const named = (values: object) => Object.keys(values).filter((key) => Number.isNaN(Number(key)));
  const reasons = named(Reason).filter((reason) => !NOT_OF_RULES.includes(reason));
  const statuses = named(RefundLineStatus).filter((status) => status !== 'UNSPECIFIED');
  return [
    'APPLIED',
    ...reasons.map((reason) => `${INVALID.includes(reason) ? 'INVALID' : 'REFUSED'} ${reason}`),
    ...statuses.map((line) => `line ${line}`),
    ...Object.keys(COVERED),
  ];
}
