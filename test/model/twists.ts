import { Kind, Relation, type Named } from '../../proto/gen/wallet/v1/movement.js';
import type { Command, NewMovement, RefundCommand, RefundLine } from '../../proto/gen/wallet/v1/posting.js';

/** A change of a command. */
type Twist = (command: Command) => Command;

/** A list is never empty here; what has no such part stays as it is. */
function pick(twists: readonly Twist[], n: number): Twist {
  return twists[n % twists.length] ?? ((command) => command);
}

function onMovements(change: (movements: readonly NewMovement[]) => readonly NewMovement[]): Twist {
  return (command) => {
    if (command.body?.$case !== 'movements') return command;
    const movements = [...change(command.body.value.movements)];
    return { ...command, body: { ...command.body, value: { movements } } };
  };
}

/** Changes the last movement. */
function onMovement(change: Partial<NewMovement> | ((movement: NewMovement) => Partial<NewMovement>)): Twist {
  return onMovements((movements) =>
    movements.map((movement, n) =>
      n < movements.length - 1
        ? movement
        : { ...movement, ...(typeof change === 'function' ? change(movement) : change) },
    ),
  );
}

function onRefund(change: (refund: RefundCommand) => Partial<RefundCommand>): Twist {
  return (command) => {
    if (command.body?.$case !== 'refund') return command;
    return { ...command, body: { ...command.body, value: { ...command.body.value, ...change(command.body.value) } } };
  };
}

function onLine(change: Partial<RefundLine>): Twist {
  return onRefund(({ lines }) => ({ lines: lines.map((line, n) => (n === 0 ? { ...line, ...change } : line)) }));
}

const mention = (reference: string): Named => ({ reference, relation: Relation.MENTION, amount: '' });
const otherwise = (amount: string) => (amount.includes('.') ? `${amount}0` : `${amount}.0`);
const turned = (amount: string) => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);

/** The same request, in another form or with what is not compared. */
const SAME: readonly Twist[] = [
  onMovement(({ amount }) => ({ amount: otherwise(amount) })),
  onMovement({ roundUnsigned: true, round: 'z' }),
  onMovement(({ names }) => ({ names: [...names].reverse() })),
  onMovement(({ names }) => ({ names: [...names, ...names] })),
  onMovements((movements) => movements.slice(0, 1)),
  onMovements((movements) => movements.slice(-1)),
  onRefund(({ refuseSettled }) => ({ refuseSettled: !refuseSettled })),
  onRefund(({ amountMax }) => ({ amountMax: amountMax === '' ? '1' : '' })),
];

/** Another request under the same reference. */
const DIFFERENT: readonly Twist[] = [
  onMovement(({ playerId }) => ({ playerId: playerId === 'bob' ? 'ann' : 'bob' })),
  onMovement({ currency: 'JPY', amount: '0' }),
  onMovement(({ kind }) => ({
    kind: kind === Kind.BET ? Kind.TIP : Kind.BET,
    wager: false,
    withholding: false,
    names: [],
  })),
  onMovement(({ amount }) => ({ amount: turned(amount) })),
  onMovement({ amount: '0' }),
  onMovement({ round: 'z' }),
  onMovement({ providerType: '3' }),
  onMovement(({ names }) => ({ names: [...names, mention('r1')] })),
  onMovement({ names: [] }),
  onMovements((movements) => [...movements].reverse()),
  onMovements((movements) => movements.concat(movements.map((one) => ({ ...one, reference: `${one.reference}+` })))),
  onRefund(({ lines }) => ({ lines: [...lines, ...lines] })),
  onRefund(({ lines }) => ({ lines: lines.slice(0, 1) })),
  onRefund(({ playerId }) => ({ playerId: playerId === 'ann' ? 'bob' : 'ann' })),
  onRefund(() => ({ currency: 'JPY' })),
  onLine({ amount: '1' }),
  onLine({ amount: 'nothing' }),
  onLine({ playerId: 'cat' }),
  (command) => ({ ...command, channel: command.channel === 'a' ? 'b' : 'a' }),
];

const TWISTS = [...SAME, ...DIFFERENT];

/** The nth way to send a command again otherwise. */
export function twisted(command: Command, n: number): Command {
  return pick(TWISTS, n)(command);
}

const name = (change: Partial<Named>): Twist => {
  return onMovement(({ names }) => ({ names: [...names, { ...mention('r1'), ...change }] }));
};

/** What no command may be. */
const MOVEMENT_FAULTS: readonly Twist[] = [
  onMovement({ reference: '' }),
  onMovement({ reference: 'r'.repeat(129) }),
  onMovement({ reference: 'ré' }),
  onMovement({ playerId: '' }),
  onMovement({ playerId: 'ANN' }),
  onMovement({ playerId: 'a'.repeat(65) }),
  onMovement({ playerId: 'a\nb' }),
  onMovement({ currency: 'cny' }),
  onMovement({ currency: '' }),
  onMovement({ kind: Kind.UNSPECIFIED }),
  onMovement({ kind: Kind.REFUND, amount: '1' }),
  onMovement({ kind: Kind.BET, amount: '1', wager: false, withholding: false, names: [] }),
  onMovement({ kind: Kind.DEPOSIT, amount: '-1', wager: false, withholding: false, names: [] }),
  onMovement({ amount: '' }),
  onMovement({ amount: 'ten' }),
  onMovement({ amount: '0.0001' }),
  onMovement({ kind: Kind.ADJUSTMENT, amount: `1${'0'.repeat(18)}`, wager: false, withholding: false, names: [] }),
  onMovement({ round: 'x'.repeat(129) }),
  onMovement({ providerType: '1'.repeat(33) }),
  onMovement({ kind: Kind.TIP, amount: '0', wager: true }),
  onMovement({ kind: Kind.TIP, amount: '0', wager: false, withholding: true }),
  name({ relation: Relation.UNSPECIFIED }),
  name({ relation: Relation.REFUND }),
  name({ amount: '1' }),
  name({ reference: '' }),
  onMovement({
    kind: Kind.PAYOUT,
    amount: '1',
    wager: false,
    withholding: false,
    names: [{ ...mention('r1'), relation: Relation.RETURN }],
  }),
  onMovement({
    kind: Kind.PAYOUT,
    amount: '1',
    wager: false,
    withholding: false,
    names: [{ ...mention('r1'), relation: Relation.RETURN_CAPPED, amount: '-1' }],
  }),
  onMovement({
    kind: Kind.WITHHOLDING_RETURN,
    amount: '2',
    wager: false,
    withholding: false,
    names: [{ ...mention('r1'), relation: Relation.RETURN, amount: '1' }],
  }),
  onMovement({ kind: Kind.BET, amount: '0', names: [{ ...mention('r1'), relation: Relation.SETTLE }] }),
  onMovements(() => []),
  onMovements((movements) => [...movements, ...movements]),
  onMovements((movements) =>
    Array.from({ length: 101 }, (_, n) =>
      movements.slice(-1).map((one) => ({ ...one, reference: `many-${n}` })),
    ).flat(),
  ),
];

const REFUND_FAULTS: readonly Twist[] = [
  onRefund(() => ({ lines: [] })),
  onRefund(() => ({ reference: '' })),
  onRefund(() => ({ currency: 'yuan' })),
  onRefund(() => ({ amountMax: 'much' })),
  onRefund(({ lines }) => ({ playerId: '', lines: lines.map((line) => ({ ...line, playerId: '' })) })),
  onLine({ reference: '' }),
  onLine({ playerId: 'ANN' }),
];

const FAULTS: readonly Twist[] = [
  (command) => ({ ...command, channel: '' }),
  (command) => ({ ...command, channel: 'A!' }),
  (command) => ({ ...command, channel: 'c'.repeat(65) }),
  (command) => ({ ...command, timeoutMs: 60_001 }),
  (command) => ({ ...command, body: undefined }),
  (command) =>
    command.body?.$case === 'check'
      ? { ...command, body: { $case: 'check', value: { reference: '', close: true } } }
      : { ...command, body: undefined },
];

/** A command with the nth of the faults that it can have. */
export function broken(command: Command, n: number): Command {
  const own = { movements: MOVEMENT_FAULTS, refund: REFUND_FAULTS, check: [] }[command.body?.$case ?? 'check'];
  return pick([...own, ...FAULTS], n)(command);
}
