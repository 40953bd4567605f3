import { Kind, Outcome, Reason } from '../../proto/gen/wallet/v1/movement.js';
import {
  RefundLineStatus,
  Result,
  type Command,
  type NewMovement,
  type PostBatchResponse,
  type PostResponse,
  type RefundLine,
} from '../../proto/gen/wallet/v1/posting.js';
import { cents, fixed } from '../simulator/money.js';
import type { Random } from '../simulator/random.js';
import { call, MOVEMENT, type Clients } from '../system.js';
import {
  UNKNOWN,
  Untrue,
  type Answer,
  type Asked,
  type Call,
  type ClientJournal,
  type Entry,
} from './client-journal.js';
import { Driver } from './driver.js';

export const PLATFORM = 'platform/test';

interface Posting {
  readonly asked: Asked;
  readonly command: Command;
}

const STAKES: readonly Kind[] = [Kind.BET, Kind.TIP, Kind.WITHDRAWAL];

/** The operator's platform over gRPC: single commands and batches, of one movement and of several, and refunds. */
export class PlatformDriver extends Driver {
  #bets: { readonly reference: string; readonly player: string; readonly amount: bigint }[] = [];

  constructor(
    name: string,
    random: Random,
    journal: ClientJournal,
    readonly connections: { readonly clients: Clients },
  ) {
    super(name, random, journal);
  }

  override meet(players: readonly string[]): void {
    super.meet(players);
    this.#bets = [];
  }

  /** What a player has at first. */
  opening(player: string, amount: bigint): Call {
    return this.#post(this.#movements([{ playerId: player, kind: Kind.DEPOSIT, round: '' }, amount]));
  }

  protected next(): Call {
    if (this.random.chance(0.6)) return this.#post(this.#posting());
    return this.#postBatch(Array.from({ length: this.random.int(2, 12) }, () => this.#posting()));
  }

  protected override learn({ asked, final }: Entry): void {
    if (!final?.movements.every(({ applied }) => applied)) return;
    for (const { reference, player, amount } of asked.movements) {
      if (amount < 0n) this.#bets.push({ reference, player, amount: -amount });
    }
  }

  #posting(): Posting {
    const { random } = this;
    const small = () => BigInt(random.int(0, 3_000));
    const playerId = this.player();
    const kinds: readonly { weight: number; make: () => Posting }[] = [
      { weight: 4, make: () => this.#movements([{ playerId, kind: Kind.BET, wager: true }, -this.stake()]) },
      { weight: 2, make: () => this.#movements([{ playerId, kind: Kind.PAYOUT }, small()]) },
      { weight: 3, make: () => this.#movements([{ playerId, kind: Kind.DEPOSIT, round: '' }, small()]) },
      { weight: 2, make: () => this.#movements([{ playerId, kind: Kind.WITHDRAWAL, round: '' }, -this.stake()]) },
      { weight: 1, make: () => this.#movements([{ playerId, kind: Kind.ADJUSTMENT, round: '' }, -this.stake()]) },
      { weight: 2, make: () => this.#transfer() },
      { weight: 2, make: () => this.#refund() },
    ];
    return random.weighted(kinds).make();
  }

  /** From one player to another, or not at all. */
  #transfer(): Posting {
    const amount = this.stake();
    return this.#movements(
      [{ playerId: this.player(), kind: Kind.WITHDRAWAL, round: '' }, -amount],
      [{ playerId: this.player(), kind: Kind.DEPOSIT, round: '' }, amount],
    );
  }

  #movements(...changes: readonly (readonly [change: Partial<NewMovement>, amount: bigint])[]): Posting {
    const movements = changes.map(([change, amount]) => {
      return { ...MOVEMENT, ...change, amount: fixed(amount), reference: this.fresh('m') };
    });
    const asked = movements.map(({ reference, playerId, amount, kind }) => {
      return { reference, player: playerId, amount: cents(amount) ?? 0n, stake: STAKES.includes(kind) };
    });
    return {
      asked: { what: `post ${movements.map(({ kind }) => Kind[kind]).join(' ')}`, channel: PLATFORM, movements: asked },
      command: commandOf({ $case: 'movements', value: { movements } }),
    };
  }

  #refund(): Posting {
    const known = this.#bets.length > 0 && this.random.chance(0.8) ? this.random.pick(this.#bets) : undefined;
    const bet = known ?? { reference: this.fresh('never'), player: this.player(), amount: 100n };
    const reference = this.fresh('refund');
    const line: RefundLine = { reference: bet.reference, amount: fixed(bet.amount), playerId: '' };
    const value = {
      reference,
      playerId: bet.player,
      currency: 'CNY',
      lines: [line],
      refuseSettled: false,
      amountMax: '',
    };
    return {
      asked: { what: 'post refund', channel: PLATFORM, movements: [], refund: reference },
      command: commandOf({ $case: 'refund', value }),
    };
  }

  #post({ asked, command }: Posting): Call {
    const send = async () => {
      const { result } = await call<PostResponse>((done) => this.connections.clients.posting.post({ command }, done));
      return [result];
    };
    return { asked: [asked], send: () => answers([asked], [command], send) };
  }

  #postBatch(postings: readonly Posting[]): Call {
    const asked = postings.map((posting) => posting.asked);
    const commands = postings.map(({ command }) => command);
    const send = async () =>
      (await call<PostBatchResponse>((done) => this.connections.clients.posting.postBatch({ commands }, done))).results;
    return { asked, send: () => answers(asked, commands, send) };
  }
}

function commandOf(body: NonNullable<Command['body']>): Command {
  return { channel: PLATFORM, timeoutMs: 20_000, request: Buffer.alloc(0), body };
}

/** A gRPC status instead of an answer: nobody knows what became of the commands. */
async function answers(
  asked: readonly Asked[],
  commands: readonly Command[],
  send: () => Promise<readonly (Result | undefined)[]>,
): Promise<Answer[]> {
  const results = await send().catch(() => undefined);
  if (!results) return asked.map(() => UNKNOWN);
  if (results.length !== asked.length) throw new Untrue(`${results.length} results for ${asked.length} commands`);
  return results.map((result, index) => {
    const [one, command] = [asked[index], commands[index]];
    if (!result || !one || !command) throw new Untrue('a command without a result');
    return answerOf(result, one, command);
  });
}

function answerOf(result: Result, asked: Asked, command: Command): Answer {
  const { outcome, reason, message, refund } = result;
  const said = `${Outcome[outcome]} ${Reason[reason]} ${message}`;
  if (outcome === Outcome.NOT_APPLIED) return { ...UNKNOWN, fate: 'not applied', text: said };
  if (outcome !== Outcome.APPLIED && outcome !== Outcome.REFUSED) throw new Untrue(`${asked.what}: ${said}`);
  const applied = outcome === Outcome.APPLIED;
  const isFinal = applied || asked.movements.some(({ stake }) => stake);
  const player = command.body?.$case === 'refund' ? command.body.value.playerId : '';
  const [before, after] = [cents(refund?.balanceBefore ?? ''), cents(refund?.balanceAfter ?? '')];
  return {
    ...UNKNOWN,
    ...(before === undefined || after === undefined ? {} : { balances: { before, after } }),
    fate: isFinal ? 'final' : 'open',
    text: Buffer.from(Result.encode(result).finish()).toString('hex'),
    movements: asked.movements.map(({ reference }, index) => {
      const posted = result.movements[index];
      return {
        reference,
        applied,
        before: cents(posted?.balanceBefore ?? ''),
        after: cents(posted?.balanceAfter ?? ''),
      };
    }),
    lines: (refund?.lines ?? []).map(({ reference, status }) => ({ reference, player, status: lineStatus(status) })),
  };
}

function lineStatus(status: RefundLineStatus): Answer['lines'][number]['status'] {
  if (status === RefundLineStatus.REFUNDED) return 'refunded';
  return status === RefundLineStatus.UNKNOWN ? 'unknown' : 'other';
}
