import { Kind, Outcome, Reason } from '../../proto/gen/wallet/v1/movement.js';
import type { PostedMovement, Result } from '../../proto/gen/wallet/v1/posting.js';
import { formatMoney, parseMoney } from '../../wallet-core/money.js';
import type { JsonNumber, JsonObject } from '../json/value.js';
import type { Ask } from '../batches.js';
import { fieldFault, signatureFault, staleness, textOf, type FieldName } from './admission.js';
import { balanceJson, failure, playerOf, type Answer, type Call } from './call.js';
import { errorOf, isOurs, STATUS, whyOf } from './status.js';
import { TRANSACTION_TYPES } from './transaction-types.js';

const FIELDS: readonly FieldName[] = [
  'transaction_id',
  'member_id',
  'action_value',
  'action_type',
  'order_id',
  'remarks',
  'timestamp',
  'sign',
];

/** balance-update: one movement of money. */
export async function balanceUpdate(call: Call): Promise<Answer> {
  const { body, channel, client, callback } = call;
  const fault = fieldFault(body, FIELDS, channel) ?? (await signatureFault('balance-update', call));
  if (fault !== undefined) {
    // To what is not rightly signed no balance is told.
    callback.refuse(fault);
    return failure('OTHERS');
  }
  const stale = staleness(body, channel);
  if (stale !== undefined) {
    // A repeat of what was decided gets the first answer, however late it comes; what is new comes too late. The question
    // stands behind a first copy that is still under way, and closes what is then told to have failed.
    const result = await client.post(checkOf(call), callback);
    if (!result?.check) return timeOut(call, result);
    if (!isDecided(call, result.check.outcome)) return refuse(call, stale);
  }
  const ask = askOf(call);
  if (typeof ask === 'string') return refuse(call, ask);
  return answerOf(call, await client.post(ask, callback));
}

function checkOf({ body, channel, request }: Call): Ask {
  const value = { reference: textOf(body, 'transaction_id'), close: channel.checkCloses && isStake(body) };
  return { channel: channel.name, request, body: { $case: 'check', value } };
}

/** Whether what is recorded is the answer to each repeat: of a settlement that was refused there may be another attempt. */
function isDecided({ body }: Call, outcome: Outcome): boolean {
  return outcome === Outcome.APPLIED || (outcome === Outcome.REFUSED && isStake(body));
}

const STAKES: ReadonlySet<Kind | undefined> = new Set([Kind.BET, Kind.BET_RESTORED]);

function isStake(body: JsonObject): boolean {
  return STAKES.has(TRANSACTION_TYPES.get(textOf(body, 'action_type'))?.kind);
}

/** The command, or what is wrong with the request. */
function askOf({ body, channel, request }: Call): Ask | string {
  const { currency } = channel;
  const providerType = textOf(body, 'action_type');
  const type = TRANSACTION_TYPES.get(providerType);
  if (!type) throw new Error(`action_type ${providerType} has no row in the table`);
  const amount = parseMoney(textOf(body, 'action_value'), currency);
  if (amount === undefined) return `action_value has more decimals than ${currency}`;
  if ((type.sign === 'debit' && amount > 0n) || (type.sign === 'credit' && amount < 0n)) {
    return `action_value has the wrong sign for action_type ${providerType}`;
  }
  const movement = {
    playerId: playerOf(body),
    currency,
    kind: type.kind,
    amount: formatMoney(amount, currency),
    reference: textOf(body, 'transaction_id'),
    round: roundOf(textOf(body, 'order_id')),
    roundUnsigned: true,
    providerType,
    names: [],
    withholding: false,
    wager: type.kind === Kind.BET,
  };
  return { channel: channel.name, request, body: { $case: 'movements', value: { movements: [movement] } } };
}

/**
 * By its order a movement is found in the ledger. An id that the ledger cannot hold stands only in the kept request: it is
 * not signed, and must not be what a movement fails for.
 */
function roundOf(orderId: string): string {
  return /[\x00-\x1f\x7f]/.test(orderId) ? '' : orderId;
}

async function answerOf(call: Call, result: Result | undefined): Promise<Answer> {
  const [posted] = result?.movements ?? [];
  if (result?.outcome === Outcome.APPLIED && posted) {
    return { status: STATUS.SUCCESS, balance: balanceJson(posted.balanceAfter, call.channel.currency) };
  }
  if (result?.outcome === Outcome.REFUSED && posted) {
    return failure(errorOf(result.outcome, result.reason), await balanceOfRefusal(call, result, posted));
  }
  if (!result || errorOf(result.outcome, result.reason) === 'TIME_OUT') return timeOut(call, result);
  return refuse(call, whyOf(result, call.callback));
}

/** Reasons that are looked at before the account: such a refusal may be of nobody's. */
const BEFORE_ACCOUNT: ReadonlySet<Reason> = new Set([Reason.BLOCKED, Reason.MAINTENANCE]);

/** The balance of a recorded refusal, the same at each repeat; none if the player had no account then. */
async function balanceOfRefusal(
  { body, channel, client, callback }: Call,
  { reason, timeMs }: Result,
  { balanceAfter }: PostedMovement,
): Promise<JsonNumber | undefined> {
  const { currency } = channel;
  if (reason === Reason.NO_ACCOUNT) return undefined;
  if (BEFORE_ACCOUNT.has(reason) && parseMoney(balanceAfter, currency) === 0n) {
    const openedMs = await client.openedMs(playerOf(body), currency, callback);
    if (openedMs === undefined || openedMs === null || openedMs > timeMs) return undefined;
  }
  return balanceJson(balanceAfter, currency);
}

/** Refuses what is rightly signed: with the present balance of a known member. */
async function refuse(call: Call, why: string): Promise<Answer> {
  const { body, channel, client, callback } = call;
  callback.refuse(why);
  const balance = await client.balance(playerOf(body), channel.currency, callback);
  return failure('OTHERS', typeof balance === 'string' ? balanceJson(balance, channel.currency) : undefined);
}

/** Nobody knows what became of it, or will: the provider asks transaction-check. */
function timeOut(call: Call, result: Result | undefined): Answer {
  call.callback.leaveUndecided(whyOf(result, call.callback), isOurs(result));
  return failure('TIME_OUT');
}
