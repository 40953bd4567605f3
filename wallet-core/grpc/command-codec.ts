import type { Metadata } from '@grpc/grpc-js';
import type {
  CheckCommand,
  MovementsCommand,
  Named,
  NewMovement,
  RefundCommand,
  RefundLine,
} from '../domain/command.js';
import { KINDS, type Kind } from '../domain/kinds.js';
import { faultOf } from '../domain/validate.js';
import { formatMoney, parseMoney } from '../money.js';
import { formatId } from '../journal/position.js';
import type { Outcome, Posted } from '../domain/outcome.js';
import type { MovementRecord, RefundRecord } from '../domain/record.js';
import * as pb from '../../proto/gen/wallet/v1/movement.js';
import { operatorOf, readOperator } from './operator.js';
import type * as posting from '../../proto/gen/wallet/v1/posting.js';
import { RefundLineStatus } from '../../proto/gen/wallet/v1/posting.js';

const TIMEOUT_MS_DEFAULT = 1_500;
const TIMEOUT_MS_MAX = 60_000;
/** A callback of 1 MiB, and what blanking its secrets can add: one byte for each `{"password":1},`. */
const REQUEST_BYTES_MAX = 2 ** 20 + 2 ** 17;

/** Decoded protobuf can hold anything: what is wrong with it is told by throwing this inside the codec only. */
class Fault extends Error {}

export interface ReadCommand {
  readonly command: MovementsCommand | RefundCommand | CheckCommand;
  readonly request: Uint8Array;
  readonly timeoutMs: number;
}

/** Reads a command, with what its caller showed; a text says which field is wrong and what would be right. */
export function readCommand(message: posting.Command, shown: Metadata): ReadCommand | string {
  try {
    const timeoutMs = message.timeoutMs === 0 ? TIMEOUT_MS_DEFAULT : message.timeoutMs;
    if (timeoutMs > TIMEOUT_MS_MAX) throw new Fault(`timeout_ms: is ${timeoutMs}; expected at most ${TIMEOUT_MS_MAX}`);
    if (message.request.length > REQUEST_BYTES_MAX) throw new Fault('request: is larger than 1 MiB and 128 KiB');
    const command = readBody(message, shown);
    return faultOf(command) ?? { command, request: message.request, timeoutMs };
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

function readBody({ channel, body, by }: posting.Command, shown: Metadata): ReadCommand['command'] {
  switch (body?.$case) {
    case 'movements':
      return readMovements(channel, body.value.movements, by, shown);
    case 'refund': {
      const { reference, playerId: player, currency, lines, refuseSettled, amountMax } = body.value;
      return {
        type: 'refund',
        channel,
        reference,
        player,
        currency,
        lines: lines.map((line) => readLine(line, player, currency)),
        refuseSettled,
        amountMax: amountMax === '' ? null : readAmount(amountMax, currency, 'amount_max'),
        ...readOperator(by, shown),
      };
    }
    case 'check':
      return { type: 'check', channel, reference: body.value.reference, close: body.value.close };
    case undefined:
      throw new Fault('body: is missing; expected movements, refund or check');
  }
}

function readMovements(
  channel: string,
  sent: readonly posting.NewMovement[],
  by: posting.Command['by'],
  shown: Metadata,
): MovementsCommand {
  const movements = sent.map(readMovement);
  // The others are what a platform does all day, maybe with a token that may do more than that.
  const isAdjustment = by === undefined && movements.some(({ kind }) => kind === 'ADJUSTMENT');
  const witnessed = isAdjustment ? operatorOf(by, shown) : readOperator(by, shown);
  return { type: 'movements', channel, movements, ...witnessed };
}

function readMovement(message: posting.NewMovement, index: number): NewMovement {
  const { currency, withholding, wager, names, roundUnsigned } = message;
  const kind = readKind(message.kind);
  if (kind === undefined) throw new Fault(`movements[${index}].kind: is ${message.kind}; expected one of Kind`);
  return {
    player: message.playerId,
    currency,
    kind,
    amount: readAmount(message.amount, currency, `movements[${index}].amount`),
    reference: message.reference,
    round: message.round,
    roundUnsigned,
    providerType: message.providerType,
    names: names.map((named, at) => readNamed(named, currency, `movements[${index}].names[${at}]`)),
    withholding: withholding || kind === 'WITHHOLDING',
    wager,
  };
}

/** The kind of that number; undefined for a number that is none. */
export function readKind(number: pb.Kind): Kind | undefined {
  const name = pb.Kind[number];
  return name !== undefined && Object.hasOwn(KINDS, name) ? (name as Kind) : undefined;
}

function readNamed({ reference, relation, amount }: pb.Named, currency: string, field: string): Named {
  const name = pb.Relation[relation] as keyof typeof pb.Relation | undefined;
  if (name === undefined || name === 'UNSPECIFIED') {
    throw new Fault(`${field}.relation: is ${relation}; expected one of Relation`);
  }
  return { reference, relation: name, amount: amount === '' ? 0n : readAmount(amount, currency, `${field}.amount`) };
}

/** Refund lines are not signed: a malformed amount is a line's business, not the request's. */
function readLine({ reference, amount, playerId }: posting.RefundLine, player: string, currency: string): RefundLine {
  const minor = parseMoney(amount, currency);
  const positive = minor !== undefined && minor > 0n;
  return { reference, amount: positive ? minor : null, player: playerId === '' ? player : playerId };
}

function readAmount(text: string, currency: string, field: string): bigint {
  const minor = parseMoney(text, currency);
  if (minor !== undefined) return minor;
  const seen = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  throw new Fault(`${field}: is ${seen}; expected decimal text with the decimals of ${currency || 'its currency'}`);
}

/** Writes what became of a command. */
export function writeResult(outcome: Outcome, writer: number): posting.Result {
  switch (outcome.status) {
    case 'APPLIED':
      return result(pb.Outcome.APPLIED, pb.Reason.UNSPECIFIED, outcome.timeMs, writeAll(outcome.movements, writer));
    case 'REFUSED':
      return result(pb.Outcome.REFUSED, pb.Reason[outcome.reason], outcome.timeMs, writeAll(outcome.movements, writer));
    case 'REFUND_DECIDED': {
      const { refund, givenBack } = outcome;
      const decided = result(pb.Outcome.APPLIED, pb.Reason.UNSPECIFIED, refund.timeMs);
      decided.refund = writeRefund(refund, givenBack, writer);
      return decided;
    }
    case 'CHECKED': {
      const checked = result(pb.Outcome.APPLIED);
      checked.check = writeCheck(outcome.movement, writer);
      return checked;
    }
    case 'NOT_APPLIED':
      return result(pb.Outcome.NOT_APPLIED, pb.Reason[outcome.reason]);
    case 'INVALID': {
      const invalid = result(pb.Outcome.INVALID, pb.Reason[outcome.reason]);
      invalid.message = outcome.message;
      return invalid;
    }
    case 'DONE':
    case 'NO_PLAYER':
    case 'NO_CHANNEL':
    case 'TOKEN_ISSUED':
    case 'LOGGED_IN':
    case 'NOT_LOGGED_IN':
    case 'SESSIONS_ENDED':
      throw new Error(`a posted command came to ${outcome.status}`);
  }
}

/** One shape for all of them, which V8 makes quickly. */
function result(
  outcome: pb.Outcome,
  reason = pb.Reason.UNSPECIFIED,
  timeMs = 0n,
  movements: posting.PostedMovement[] = [],
): posting.Result {
  return { outcome, reason, message: '', timeMs, movements, refund: undefined, check: undefined };
}

function writeAll(movements: readonly Posted[], writer: number): posting.PostedMovement[] {
  return movements.map((posted) => writePosted(posted, writer));
}

function writePosted({ id, currency, balanceBefore, balanceAfter }: Posted, writer: number): posting.PostedMovement {
  return {
    movementId: formatId(writer, id),
    balanceBefore: formatMoney(balanceBefore, currency),
    balanceAfter: formatMoney(balanceAfter, currency),
  };
}

function writeCheck(movement: MovementRecord | undefined, writer: number): posting.CheckResult {
  const { UNSPECIFIED, APPLIED, REFUSED } = pb.Outcome;
  const reason = movement?.reason ?? 'UNSPECIFIED';
  const outcome = movement ? (movement.reason === null ? APPLIED : REFUSED) : UNSPECIFIED;
  return { outcome, reason: pb.Reason[reason], movementId: movement ? formatId(writer, movement.id) : '' };
}

function writeRefund(refund: RefundRecord, givenBack: readonly bigint[], writer: number): posting.RefundResult {
  const { currency, player } = refund;
  return {
    refundId: formatId(writer, refund.id),
    balanceBefore: player === '' ? '' : formatMoney(refund.balanceBefore, currency),
    balanceAfter: player === '' ? '' : formatMoney(refund.balanceAfter, currency),
    refunded: formatMoney(refund.refunded, currency),
    lines: refund.lines.map(({ reference, status }, index) => ({
      reference,
      status: RefundLineStatus[status],
      amount: formatMoney(givenBack[index] ?? 0n, currency),
    })),
  };
}
