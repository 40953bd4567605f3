import type { MovementRecord } from '../domain/record.js';
import type { Findings } from './finding.js';
import type { MovementPlace, Snapshot, StoredAccount } from './source.js';

/** Stands for no movement: ids begin at an entry. */
const NONE = 0n;

/** The movements of each account continue from each other and end at what is stored. Keeps 16 bytes of an account. */
export class AccountsCheck {
  readonly #findings: Findings;
  readonly #balances: BigInt64Array;
  readonly #lastIds: BigInt64Array;

  constructor(findings: Findings, { accounts }: Snapshot) {
    this.#findings = findings;
    this.#balances = new BigInt64Array(accounts + 1);
    this.#lastIds = new BigInt64Array(accounts + 1);
  }

  take(movement: MovementRecord, { accountId, open, previousId }: MovementPlace): void {
    const { id, player, currency, amount, balanceBefore, balanceAfter, reason } = movement;
    const fault = (subject: string, expected: string | bigint, seen: string | bigint) => {
      const account = `${player} ${currency}`;
      this.#findings.add({ check: 'ACCOUNTS', subject, record: id, account, expected: `${expected}`, seen: `${seen}` });
    };
    const moved = reason === null ? amount : 0n;
    if (balanceBefore + moved !== balanceAfter) fault('balance after', balanceBefore + moved, balanceAfter);
    if (balanceBefore < 0n || balanceAfter < 0n) fault('balance', 'at least 0', least(balanceBefore, balanceAfter));
    if (player === '' || !this.#has(accountId)) return fault('account of the movement', `account ${accountId}`, 'none');
    if (reason === null && !open) fault('opening of the account', 'before the movement', 'later or never');
    const index = Number(accountId);
    const last = this.#lastIds[index] ?? NONE;
    const balance = this.#balances[index] ?? 0n;
    if ((previousId ?? NONE) !== last) fault('movement before', last, previousId ?? NONE);
    if (balanceBefore !== balance) fault('balance before', balance, balanceBefore);
    this.#lastIds[index] = id;
    this.#balances[index] = balanceAfter;
  }

  /** An account may have moved on since the position: then its later movements lead back to what was computed. */
  end(account: StoredAccount): void {
    const { id, player, currency, since } = account;
    const fault = (subject: string, expected: string | bigint, seen: string | bigint, record?: bigint) => {
      this.#findings.add({
        check: 'ACCOUNTS',
        subject,
        account: `${player} ${currency}`,
        expected: `${expected}`,
        seen: `${seen}`,
        ...(record === undefined ? {} : { record }),
      });
    };
    if (!this.#has(id)) return fault('number of the account', `at most ${this.#balances.length - 1}`, id);
    let { balance, lastMovementId } = account;
    for (const movement of since) {
      if (movement.accountId !== id) fault('account of the movement', id, movement.accountId, movement.id);
      if (movement.after !== balance) fault('balance after', balance, movement.after, movement.id);
      balance = movement.before;
      lastMovementId = movement.previousId;
    }
    const index = Number(id);
    const last = this.#lastIds[index] ?? NONE;
    const computed = this.#balances[index] ?? 0n;
    const newest = since.at(-1)?.id ?? (last === NONE ? undefined : last);
    if (balance !== computed) fault('stored balance', computed, balance, newest);
    if ((lastMovementId ?? NONE) !== last) fault('last movement', last, lastMovementId ?? NONE, newest);
    this.#lastIds[index] = NONE;
    this.#balances[index] = 0n;
  }

  /** What moved and is not among the accounts that were given to `end`. */
  finish(): void {
    this.#lastIds.forEach((id, index) => {
      if (id === NONE) return;
      const subject = 'account of the movement';
      this.#findings.add({ check: 'ACCOUNTS', subject, record: id, expected: `account ${index}`, seen: 'none' });
    });
  }

  #has(accountId: bigint): boolean {
    return accountId > 0n && accountId < BigInt(this.#balances.length);
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
