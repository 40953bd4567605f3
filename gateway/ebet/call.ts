import type { Callback } from '../callback.js';
import { JsonNumber, type JsonObject, type WritableJson } from '../json/value.js';
import { shortestNumber } from '../json/shortest-number.js';
import type { Rate } from '../rates.js';
import type { WalletClient } from '../wallet-client.js';
import type { Rejection } from './admission.js';
import type { EbetChannel } from './channel.js';
import { STATUS } from './status.js';

/** A callback of a known channel on its way through an endpoint. */
export interface Call {
  readonly body: JsonObject;
  /** The body as it came, without the values of secrets: what the ledger keeps. */
  readonly request: Buffer;
  readonly channel: EbetChannel;
  readonly client: WalletClient;
  readonly callback: Callback;
}

/** The members of an answer, of its own; those that every answer has come to them. `timestamp` is now unless it says otherwise. */
export type Answer = { readonly status: number } & { [member: string]: WritableJson | undefined };

/** One of eBET's calls. */
export interface Endpoint {
  /** Which rate counts it; absent for what moves money, which is never too much. */
  readonly rate?: Rate;
  /** How large a body may be; absent: 1 MiB. */
  readonly bodyBytesMax?: number;
  /** The whole way of a call; a rejection is an answer, an exception a fault of ours. */
  readonly answer: (call: Call) => Promise<Answer>;
  /** The answer to a call that was not decided, in the endpoint's own shape. */
  readonly refuse: (body: JsonObject, status: number) => Answer;
}

/** Has the operator told why a call was not decided. */
export function noteRejection({ callback }: Call, { status, why }: Rejection): void {
  if (status === STATUS.BUSY) callback.leaveUndecided(why);
  else callback.refuse(why, status === STATUS.SYSTEM_ERROR);
}

/** The player's name as the ledger has it; eBET sends lower case, and we look up nothing else. */
export function playerOf(username: string): string {
  return username.toLowerCase();
}

/** An amount as a JSON number with its exact value: "900.10" is 900.1. */
export function amountJson(decimal: string): JsonNumber {
  return new JsonNumber(shortestNumber(decimal) ?? decimal);
}
