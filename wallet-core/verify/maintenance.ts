import type { LedgerRecord } from '../domain/record.js';
import { formatId } from '../journal/position.js';
import type { Findings } from './finding.js';
import type { Snapshot } from './source.js';

/** The maintenance that a channel is under is the one that its records came to. */
export class MaintenanceCheck {
  readonly #findings: Findings;
  readonly #held = new Map<string, bigint | null>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  take(record: LedgerRecord): void {
    if (record.type === 'channel') this.#held.set(record.channel, null);
    if (record.type === 'maintenance') this.#held.set(record.channel, record.maintenance ? record.id : null);
  }

  end({ maintenance, writer }: Snapshot): void {
    const shown = (id: bigint | null | undefined) =>
      id === undefined ? 'no such channel' : id === null ? 'none' : formatId(writer, id);
    for (const channel of new Set([...maintenance.keys(), ...this.#held.keys()])) {
      const [expected, seen] = [this.#held.get(channel), maintenance.get(channel)];
      if (expected === seen) continue;
      const subject = `maintenance of channel ${channel}`;
      this.#findings.add({ check: 'DERIVED', subject, expected: shown(expected), seen: shown(seen) });
    }
  }
}
