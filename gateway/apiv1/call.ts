import type { Callback } from '../callback.js';
import { decimalsOf } from '../../wallet-core/money.js';
import { JsonNumber, type JsonObject, type WritableJson } from '../json/value.js';
import type { WalletClient } from '../wallet-client.js';
import { textOf } from './admission.js';
import type { Apiv1Channel } from './channel.js';
import type { SignedEndpoint } from './signature.js';
import { STATUS, type ErrorCode } from './status.js';

/** A callback on its way through an endpoint. */
export interface Call {
  readonly endpoint: SignedEndpoint;
  readonly body: JsonObject;
  /** The body as it came: what the ledger keeps. The protocol has no secret in it, and `sign` is the proof of who asked. */
  readonly request: Buffer;
  readonly channel: Apiv1Channel;
  readonly client: WalletClient;
  readonly callback: Callback;
}

/** The members of an answer, beside the echo of `transaction_id`. */
export type Answer = { readonly status: number; readonly error_code?: ErrorCode } & {
  readonly [member: string]: WritableJson | undefined;
};

/** One of the calls. A rejection is an answer, an exception a fault of ours. */
export type Endpoint = (call: Call) => Promise<Answer>;

/** The answer to what did not succeed; `balance` is decimal text, absent where it is not known or nobody's to know. */
export function failure(errorCode: ErrorCode, balance?: JsonNumber): Answer {
  return { status: STATUS.FAILURE, balance, error_code: errorCode };
}

/** The player's name as the ledger has it. */
export function playerOf(body: JsonObject): string {
  return textOf(body, 'member_id').toLowerCase();
}

/** A balance as a JSON number with exactly two decimals, whatever the currency has: "7" yen is 7.00. */
export function balanceJson(decimal: string, currency: string): JsonNumber {
  return new JsonNumber(decimalsOf(currency) === 0 ? `${decimal}.00` : decimal);
}
