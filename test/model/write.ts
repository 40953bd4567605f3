import { Kind, Relation, type Named } from '../../proto/gen/wallet/v1/movement.js';
import type { Command, NewMovement } from '../../proto/gen/wallet/v1/posting.js';
import type { History } from './history.js';
import type {
  CommandIntent,
  Intent,
  LineIntent,
  MovementIntent,
  NameIntent,
  ReferenceIntent,
  Share,
  Step,
} from './intents.js';
import type { Act } from './naive/act.js';
import { KIND_RULES } from './naive/kinds.js';
import { minorOf, textOf } from './naive/money.js';
import { broken, twisted } from './twists.js';

/** A stake as it was asked for. */
interface Debit {
  readonly channel: string;
  readonly movement: NewMovement;
}

const CALLS_AT_ONCE_MAX = 4;
const COMMANDS_OF_BATCH_MAX = 4;

/** Writes down what steps come to: they say "the last bet but one", the history says its reference. */
export function writeHistory(opening: readonly Act[], steps: readonly Step[]): History {
  const writer = new Writer();
  const parts: Act[][][] = opening.map((act) => [[act]]);
  for (const act of opening) if (act.act === 'post') writer.remember(act.command);
  for (const { when, intent } of steps) {
    const act = writer.actOf(intent);
    const [part, call] = [parts.at(-1), parts.at(-1)?.at(-1)];
    const batched = act.act === 'post' && call?.every((other) => other.act === 'post');
    if (when === 'in a batch' && batched && call && call.length < COMMANDS_OF_BATCH_MAX) call.push(act);
    else if (when !== 'then' && part && part.length < CALLS_AT_ONCE_MAX) part.push([act]);
    else parts.push([[act]]);
  }
  return parts;
}

class Writer {
  readonly #commands: Command[] = [];
  readonly #used: string[] = [];
  readonly #refunds: string[] = [];
  readonly #debits: Debit[] = [];

  actOf(intent: Intent): Act {
    switch (intent.does) {
      case 'post': {
        const command = {
          ...this.#commandOf(intent.command, intent.channel),
          timeoutMs: intent.impatient ? 1 : 60_000,
        };
        this.remember(command);
        return { act: 'post', command };
      }
      case 'break':
        return { act: 'post', command: broken(this.#earlier(intent.command), intent.fault) };
      case 'open channel':
        return { act: 'open channel', channel: intent.channel };
      case 'begin maintenance':
      case 'end maintenance':
        return { act: 'maintenance', channel: intent.channel, on: intent.does === 'begin maintenance' };
      case 'open account':
      case 'balance':
        return { act: intent.does, player: intent.player, currency: intent.currency };
      case 'freeze':
      case 'unfreeze':
        return { act: intent.does, player: intent.player, reason: intent.reason };
    }
  }

  /** Takes in a command for what later ones say of it. */
  remember(command: Command): void {
    this.#commands.push(command);
    const { channel, body } = command;
    if (body?.$case === 'refund') this.#refunds.push(body.value.reference);
    if (body?.$case !== 'movements') return;
    for (const movement of body.value.movements) {
      if (!this.#used.includes(movement.reference)) this.#used.push(movement.reference);
      if (KIND_RULES[movement.kind]?.stake) this.#debits.push({ channel, movement });
    }
  }

  #commandOf(intent: CommandIntent, channel: string): Command {
    switch (intent.does) {
      case 'movements': {
        const movements: NewMovement[] = [];
        for (const movement of intent.movements) {
          const taken = movements.map(({ reference }) => reference);
          movements.push(this.#movementOf(movement, channel, taken));
        }
        return commandOf(channel, { $case: 'movements', value: { movements } });
      }
      case 'return':
      case 'payout':
        return this.#settlementOf(intent, channel);
      case 'refund': {
        const reference = referenceOf(intent.reference, this.#refunds, []);
        const [first] = intent.lines;
        const debit = first && this.#debitOf(first.reference, channel);
        const { playerId, currency } =
          intent.ofDebit && debit ? debit : { playerId: intent.player, currency: intent.currency };
        const player = intent.player === '' ? '' : playerId;
        const lines = intent.lines.map((line) => this.#lineOf(line, channel, player, currency));
        const amountMax = intent.maximum === 'low' ? textOf(1_500n, currency) : '';
        const value = { reference, playerId: player, currency, lines, refuseSettled: intent.refuseSettled, amountMax };
        return commandOf(channel, { $case: 'refund', value });
      }
      case 'check': {
        const value = { reference: referenceOf(intent.reference, this.#used, []), close: intent.close };
        return commandOf(channel, { $case: 'check', value });
      }
      case 'again': {
        const earlier = this.#earlier(intent.command);
        return intent.twist === undefined ? earlier : twisted(earlier, intent.twist);
      }
    }
  }

  #earlier(back: number): Command {
    return (
      nthLast(this.#commands, back) ?? commandOf('a', { $case: 'check', value: { reference: 'r0', close: false } })
    );
  }

  #movementOf(intent: MovementIntent, channel: string, taken: readonly string[]): NewMovement {
    const { player: playerId, currency, kind, round, providerType, roundUnsigned } = intent;
    const sign = KIND_RULES[kind]?.sign;
    const negative = (sign === 'any' ? intent.negative : sign === '<= 0') !== intent.wrongSign;
    const reference = referenceOf(intent.reference, this.#used, taken);
    const relations = RELATIONS[kind] ?? [Relation.MENTION];
    const names = intent.names.map((name) => this.#nameOf(name, channel, relations));
    const size = kind === Kind.WITHHOLDING_RETURN ? returned(names, currency) : intent.size;
    const amount = textOf(negative ? -size : size, currency);
    const [withholding, wager] = kind === Kind.BET ? [intent.withholding, intent.wager] : [false, false];
    return {
      playerId,
      currency,
      kind,
      amount,
      reference,
      round,
      providerType,
      names,
      withholding,
      wager,
      roundUnsigned,
    };
  }

  /** A return of an earlier debit, or a payout that names one. */
  #settlementOf(intent: Extract<CommandIntent, { does: 'return' | 'payout' }>, channel: string): Command {
    const kind = intent.does === 'return' ? Kind.WITHHOLDING_RETURN : Kind.PAYOUT;
    const here = this.#debits.filter((debit) => debit.channel === channel).map(({ movement }) => movement);
    const fitting = here.filter((debit) =>
      intent.does === 'return' ? debit.withholding || debit.kind === Kind.WITHHOLDING : debit.kind === Kind.BET,
    );
    const debit = nthLast(fitting, intent.debit) ?? here.at(-1);
    const relations = RELATIONS[kind] ?? [];
    const relation = relations[intent.relation % relations.length] ?? Relation.MENTION;
    const currency = intent.foreign === 'currency' || !debit ? 'JPY' : debit.currency;
    const whole = debit ? minorOf(debit.amount, debit.currency) : undefined;
    const drawn = shareOf(intent.share, whole ?? 0n);
    const first = {
      reference: debit?.reference ?? 'r9',
      relation,
      amount: isDrawn(relation) ? textOf(drawn, currency) : '',
    };
    const names = [first, ...intent.more.map((name) => this.#nameOf(name, channel, relations, currency))];
    const size = intent.does === 'return' ? returned(names, currency) : intent.share === 'nothing' ? 0n : drawn + 500n;
    const movement: NewMovement = {
      playerId: intent.foreign === 'player' || !debit ? 'bob' : debit.playerId,
      round: intent.foreign === 'round' || !debit ? 'z' : debit.round,
      reference: referenceOf(intent.reference, this.#used, []),
      amount: textOf(size, currency),
      ...{ kind, currency, names, providerType: '', withholding: false, wager: false, roundUnsigned: false },
    };
    return commandOf(channel, { $case: 'movements', value: { movements: [movement] } });
  }

  #nameOf(intent: NameIntent, channel: string, relations: readonly Relation[], currency = 'CNY'): Named {
    const debit = this.#debitOf(intent.reference, channel);
    const relation = relations[intent.relation % relations.length] ?? Relation.MENTION;
    const reference = debit?.reference ?? referenceOf(intent.reference, this.#used, []);
    const drawn = shareOf(intent.share, debit ? (minorOf(debit.amount, debit.currency) ?? 0n) : 700n);
    return { reference, relation, amount: isDrawn(relation) ? textOf(drawn, currency) : '' };
  }

  #debitOf(intent: ReferenceIntent, channel: string): NewMovement | undefined {
    if (intent.of !== 'used') return undefined;
    return nthLast(
      this.#debits.filter((debit) => debit.channel === channel),
      intent.back,
    )?.movement;
  }

  #lineOf(intent: LineIntent, channel: string, player: string, currency: string) {
    const debit = this.#debitOf(intent.reference, channel);
    const reference = debit?.reference ?? referenceOf(intent.reference, this.#used, []);
    const whole = (debit && minorOf(debit.amount, debit.currency)) ?? 1_000n;
    const amount = intent.share === 'text' ? 'ten' : textOf(shareOf(intent.share, whole), currency);
    const own = debit?.playerId ?? 'ann';
    const named = { 'of the command': player === '' ? own : '', 'of the debit': own, another: 'cat' }[intent.whose];
    return { reference, amount, playerId: named };
  }
}

const RELATIONS: Readonly<Partial<Record<Kind, readonly Relation[]>>> = {
  [Kind.PAYOUT]: [Relation.SETTLE, Relation.REFUND_FAILED, Relation.REJECT_FAILED, Relation.RETURN_CAPPED],
  [Kind.WITHHOLDING_RETURN]: [Relation.RETURN, Relation.RETURN, Relation.RETURN, Relation.MENTION],
};

const isDrawn = (relation: Relation) => relation === Relation.RETURN || relation === Relation.RETURN_CAPPED;

function commandOf(channel: string, body: NonNullable<Command['body']>): Command {
  return { channel, timeoutMs: 60_000, request: Buffer.alloc(0), body };
}

function nthLast<T>(list: readonly T[], back: number): T | undefined {
  return list.length === 0 ? undefined : list[list.length - 1 - (back % list.length)];
}

function returned(names: readonly Named[], currency: string): bigint {
  const parts = names.filter(({ relation }) => relation === Relation.RETURN);
  return parts.reduce((sum, { amount }) => sum + (minorOf(amount, currency) ?? 0n), 0n);
}

function shareOf(share: Share, amount: bigint): bigint {
  const whole = amount < 0n ? -amount : amount;
  return { all: whole, half: whole / 2n, more: whole + 1n, nothing: 0n }[share];
}

/** New ones are r1, r2, …; what comes later is one of those. */
function referenceOf(intent: ReferenceIntent, used: readonly string[], taken: readonly string[]): string {
  const numbers = [...used, ...taken].map((reference) => Number(/^r(\d+)$/.exec(reference)?.[1] ?? 0));
  const next = Math.max(0, ...numbers) + 1;
  if (intent.of === 'new') return `r${next}`;
  if (intent.of === 'later') return `r${next + intent.ahead}`;
  const old = nthLast(used, intent.back);
  return old === undefined || taken.includes(old) ? `r${next}` : old;
}
