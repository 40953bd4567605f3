import { KINDS, rule } from '../domain/kinds.js';
import type { MovementRecord } from '../domain/record.js';
import { formatId } from '../journal/position.js';
import type { Findings } from './finding.js';
import type { Chunk, Debit, MovementPlace, Snapshot } from './source.js';

/**
 * What was drawn from a debit fits it: returns never exceed it, a refund gives it back whole, once, and untouched. Each
 * drawing is bound to the debit whose reference it names, of the same channel, player and currency.
 */
export class DrawsCheck {
  readonly #findings: Findings;
  readonly #snapshot: Snapshot;

  constructor(findings: Findings, snapshot: Snapshot) {
    this.#findings = findings;
    this.#snapshot = snapshot;
  }

  take(movement: MovementRecord, { accountId, debitIds }: MovementPlace, { debits }: Chunk): void {
    const { kind, amount, names } = movement;
    let drawn = 0n;
    for (const [index, named] of names.entries()) {
      const debitId = debitIds[index] ?? null;
      if (named.amount > 0n !== (debitId !== null)) {
        const bound = debitId === null ? 'none' : formatId(this.#snapshot.writer, debitId);
        this.#fault(movement, `debit that ${named.reference} names`, named.amount > 0n ? 'one' : 'none', bound);
      }
      if (named.amount < 0n) this.#fault(movement, 'drawn amount', 'at least 0', named.amount);
      drawn += named.amount;
      if (debitId !== null) this.#drawing(movement, accountId, named, debits.get(debitId));
    }
    const exact = (kind === 'WITHHOLDING_RETURN' && movement.reason === null) || kind === 'REFUND';
    if (exact && drawn !== amount) this.#fault(movement, 'sum of what is drawn', amount, drawn);
    if (!exact && drawn > 0n && (drawn > amount || movement.reason !== null)) {
      this.#fault(movement, 'sum of what is drawn', movement.reason === null ? `at most ${amount}` : '0', drawn);
    }
    if (kind === 'REFUND' && names.length !== 1) this.#fault(movement, 'debits of a refund', '1', String(names.length));
  }

  #drawing(
    movement: MovementRecord,
    accountId: bigint,
    { reference, relation }: MovementRecord['names'][number],
    debit: Debit | undefined,
  ): void {
    if (!debit || debit.id >= movement.id)
      return this.#fault(movement, 'debit', `one before it with ${reference}`, 'none');
    if (debit.reference !== reference || debit.channel !== movement.channel || !debit.holdsReference) {
      this.#fault(movement, 'debit', `${movement.channel} ${reference}`, `${debit.channel} ${debit.reference}`);
    }
    if (debit.accountId !== accountId) {
      this.#fault(
        movement,
        'player of the debit',
        `${movement.player} ${movement.currency}`,
        `${debit.player} ${debit.currency}`,
      );
    }
    const stake = Object.hasOwn(KINDS, debit.kind) && rule(debit.kind).stake;
    if (debit.reason !== null || debit.amount >= 0n || !stake) {
      this.#fault(
        movement,
        'debit',
        'an applied stake',
        `${debit.reason ?? 'applied'} ${debit.kind} of ${debit.amount}`,
      );
    }
    if (relation === 'REFUND' && debit.purpose !== movement.purpose) {
      this.#fault(movement, 'purpose of a refund', debit.purpose, movement.purpose);
    }
    if (relation !== 'REFUND' && !debit.withholding)
      this.#fault(movement, 'debit of a return', 'a withholding', debit.kind);
    this.#outstanding(movement, debit);
  }

  /** Once for each debit: with the first movement that drew on it. */
  #outstanding(movement: MovementRecord, debit: Debit): void {
    const { drawings } = debit;
    if (drawings[0]?.movementId !== movement.id) return;
    let left = -debit.amount;
    for (const { movementId, relation, amount } of drawings) {
      const whole = relation !== 'REFUND' || amount === -debit.amount;
      if (amount > left || !whole) {
        const subject = `${relation === 'REFUND' ? 'refund' : 'return'} of ${debit.reference}`;
        const expected = whole ? `at most ${left}, which is left` : `all of it, ${-debit.amount}`;
        this.#fault({ ...movement, id: movementId }, subject, expected, amount);
      }
      left -= amount;
    }
  }

  #fault({ id, player, currency }: MovementRecord, subject: string, expected: string | bigint, seen: string | bigint) {
    const account = `${player} ${currency}`;
    this.#findings.add({ check: 'DRAWS', subject, record: id, account, expected: `${expected}`, seen: `${seen}` });
  }
}
