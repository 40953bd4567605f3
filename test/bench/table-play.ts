import { randomBytes } from 'node:crypto';
import type { NewMovement, RefundLine } from '../../wallet-core/domain/command.js';
import type { Submission } from '../../wallet-core/storage/port.js';
import { Random } from '../simulator/random.js';
import { CHANNEL_ID, CURRENCY, PLATFORM } from './world.js';

export const CHANNELS = ['ebet/1', 'ebet/2', 'ebet/3'] as const;

const NO_REQUEST = new Uint8Array(0);

/**
 * What eBET and a platform ask of a wallet whose players sit at its tables, without end: rounds of bets and payouts,
 * withholdings with their returns, tips and bonuses, refunds, some of bets that never come or come too late, bets that
 * nobody can afford, and deposits. What eBET asks carries its request of about 1.1 KB. `from` begins every reference.
 */
export function* tablePlay(players: readonly string[], from: string): Generator<Submission> {
  const random = new Random(1, from);
  for (let number = 1; ; number += 1) {
    const round = new Round(random, random.pick(CHANNELS), `${from}-${number}`);
    const seats = Array.from({ length: random.int(2, 9) }, () => random.pick(players));
    for (const [seat, player] of seats.entries()) yield* round.stake(player, seat);
    for (const [seat, player] of seats.entries()) yield* round.result(player, seat);
    if (random.chance(0.3)) yield depositOf(random.pick(players), `${from}-${number}-deposit`, 50_000n);
  }
}

export function depositOf(player: string, reference: string, amount: bigint): Submission {
  const movements = [movementOf({ player, kind: 'DEPOSIT', amount, reference })];
  return { command: { type: 'movements', channel: PLATFORM, movements }, request: NO_REQUEST };
}

class Round {
  readonly #name: string;

  constructor(
    readonly random: Random,
    readonly channel: string,
    readonly reference: string,
  ) {
    this.#name = `bac-${reference}`;
  }

  *stake(player: string, seat: number): Generator<Submission> {
    const bet = `${this.reference}|${seat}|bet`;
    const amount = -100n * BigInt(this.random.int(1, 50));
    yield this.#ebet({ player, kind: 'BET', amount, reference: bet, wager: true, providerType: '1' });
    if (seat === 0) {
      const reference = `${this.reference}|held`;
      yield this.#ebet({
        player,
        kind: 'WITHHOLDING',
        amount: -2000n,
        reference,
        withholding: true,
        providerType: '27',
      });
    }
    if (this.random.chance(0.01)) {
      yield this.#ebet({ player, kind: 'BET', amount: -(10n ** 15n), reference: `${bet}|much`, providerType: '1' });
    }
  }

  *result(player: string, seat: number): Generator<Submission> {
    const bet = `${this.reference}|${seat}|bet`;
    if (this.random.chance(0.01)) {
      yield* this.#refund(player, bet);
      return;
    }
    const amount = this.random.chance(0.45) ? 100n * BigInt(this.random.int(1, 100)) : 0n;
    const names = [{ reference: bet, relation: 'SETTLE' as const, amount: 0n }];
    yield this.#ebet({ player, kind: 'PAYOUT', amount, reference: `${bet}|paid`, names, providerType: '2' });
    if (seat === 0) {
      const back = { reference: `${this.reference}|held`, relation: 'RETURN' as const, amount: 1500n };
      const movement = { player, kind: 'WITHHOLDING_RETURN' as const, amount: 1500n, names: [back] };
      yield this.#ebet({ ...movement, reference: `${this.reference}|back`, providerType: '28' });
    }
    if (this.random.chance(0.03)) {
      yield this.#ebet({ player, kind: 'TIP', amount: -500n, reference: `${bet}|tip`, providerType: '3' });
    }
    if (this.random.chance(0.01)) {
      yield this.#ebet({ player, kind: 'BONUS', amount: 8800n, reference: `${bet}|bonus`, providerType: '23' });
    }
  }

  /** Of a bet, and of another one that comes after its refund. */
  *#refund(player: string, bet: string): Generator<Submission> {
    const lines: RefundLine[] = [bet, `${bet}|late`].map((reference) => ({ reference, amount: null, player }));
    const reference = `${bet}|refund`;
    const command = { type: 'refund' as const, channel: this.channel, reference, player, currency: CURRENCY, lines };
    const request = this.#request({ player, amount: 0n, reference, providerType: '' });
    yield { command: { ...command, refuseSettled: false, amountMax: null }, request };
    yield this.#ebet({ player, kind: 'BET', amount: -100n, reference: `${bet}|late`, providerType: '1' });
  }

  #ebet(change: Pick<NewMovement, 'player' | 'kind' | 'amount' | 'reference'> & Partial<NewMovement>): Submission {
    const movement = movementOf({ round: this.#name, roundUnsigned: true, ...change });
    const command = { type: 'movements' as const, channel: this.channel, movements: [movement] };
    return { command, request: this.#request(movement) };
  }

  /** In the form of eBET's own, whose length it has. */
  #request({ player, amount, reference, providerType }: Omit<Parameters<typeof movementOf>[0], 'kind'>): Uint8Array {
    const betList = Array.from({ length: 5 }, (_, index) => ({
      ...{ betMoney: this.random.int(1, 5000), betType: 60 + index, betId: `${reference}-${60 + index}` },
      ...{ odds: 0.95, status: 'ACCEPTED' },
    }));
    const detail = { roundCode: this.#name, tableType: 1, tableCode: 'A3', gameName: 'baccarat', betList };
    const times = { betTime: 1686811358280, validBet: 0, totalBet: 0, judgeResult: [70, 60, 80] };
    const head = { username: player, channelId: CHANNEL_ID, money: Number(amount), type: providerType, platform: 3 };
    const rest = { currency: CURRENCY, seqNo: reference, detail: { ...detail, ...times }, event: 'increaseCredit' };
    const signed = { timestamp: 1686811358544, signature: randomBytes(128).toString('base64') };
    return Buffer.from(JSON.stringify({ ...head, ...rest, ...signed }));
  }
}

function movementOf(
  change: Pick<NewMovement, 'player' | 'kind' | 'amount' | 'reference'> & Partial<NewMovement>,
): NewMovement {
  return {
    ...{ currency: CURRENCY, round: '', roundUnsigned: false, providerType: '', names: [] },
    ...{ withholding: false, wager: false },
    ...change,
  };
}
