import type { BlockRecord, LedgerRecord, MovementRecord, RefundRecord } from '../domain/record.js';
import { entryOf } from '../journal/position.js';
import type { Findings } from './finding.js';
import type { Source } from './source.js';

/**
 * Refund requests, refunds and blocks agree: what a request says of its lines stands behind it in the entry, no refund
 * comes from nowhere, and no debit was applied that was blocked before.
 */
export class RefundsCheck {
  readonly #findings: Findings;
  readonly #source: Source;

  constructor(findings: Findings, source: Source) {
    this.#findings = findings;
    this.#source = source;
  }

  take(records: readonly LedgerRecord[]): void {
    /** Refunds that a request before them explains. */
    const explained = new Set<LedgerRecord>();
    for (const [index, record] of records.entries()) {
      if (record.type === 'refund') this.#request(record, records, index, explained);
      if (record.type === 'block') this.#block(record);
      if (record.type !== 'movement' || record.kind !== 'REFUND' || explained.has(record)) continue;
      if (!isOfFailedBet(record, records, index)) {
        this.#fault('reason of the refund', record, 'a request or a payout that asks for it', 'none');
      }
    }
  }

  #request(request: RefundRecord, records: readonly LedgerRecord[], index: number, explained: Set<LedgerRecord>): void {
    const { channel, reference, lines, refunded } = request;
    let next = index + 1;
    let sum = 0n;
    for (const line of lines) {
      const caused = records[next];
      if (line.status === 'REFUNDED') {
        const fits =
          caused?.type === 'movement' &&
          caused.kind === 'REFUND' &&
          caused.channel === channel &&
          caused.reference === reference &&
          caused.player === line.player &&
          caused.names[0]?.reference === line.reference;
        if (!fits || caused.amount !== line.amount) {
          const seen = fits ? `one of ${caused.amount}` : 'none';
          this.#fault(`refund of ${line.reference}`, request, `one of ${line.amount} to ${line.player}`, seen);
        }
        if (!fits) continue;
        explained.add(caused);
        sum += caused.amount;
        next += 1;
      } else if (line.status === 'UNKNOWN') {
        const fits =
          caused?.type === 'block' &&
          caused.channel === channel &&
          caused.reference === line.reference &&
          caused.player === line.player;
        if (fits) next += 1;
        const block = this.#source.block(channel, line.reference, line.player);
        if (block === undefined || entryOf(block) > entryOf(request.id)) {
          this.#fault(`block of ${line.reference}`, request, `one for ${line.player}`, 'none');
        }
      }
    }
    if (sum !== refunded) this.#fault('sum of the refunds', request, refunded, sum);
  }

  #block(block: BlockRecord): void {
    const { id, channel, reference, player } = block;
    const held = this.#source.holder(channel, reference);
    const blocked = held && held.reason === null && held.amount < 0n && held.id > id;
    if (!blocked || (player !== '' && player !== held.player)) return;
    this.#fault('outcome of a blocked debit', held, 'BLOCKED', 'applied');
  }

  #fault(
    subject: string,
    { id, player, currency }: RefundRecord | MovementRecord,
    expected: string | bigint,
    seen: string | bigint,
  ): void {
    const account = player === '' ? {} : { account: `${player} ${currency}` };
    this.#findings.add({ check: 'REFUNDS', subject, record: id, ...account, expected: `${expected}`, seen: `${seen}` });
  }
}

/** Whether a payout further on in the entry says that the bet failed which this refund gives back. */
function isOfFailedBet(refund: MovementRecord, records: readonly LedgerRecord[], index: number): boolean {
  const bet = refund.names[0]?.reference;
  return records
    .slice(index + 1)
    .some(
      (record) =>
        record.type === 'movement' &&
        record.channel === refund.channel &&
        record.reference === refund.reference &&
        record.reason === null &&
        record.names.some(({ reference, relation }) => relation === 'REFUND_FAILED' && reference === bet),
    );
}
