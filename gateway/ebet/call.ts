import type { Logger } from 'pino';
import { JsonNumber, type JsonObject, type WritableJson } from '../json/value.js';
import { shortestNumber } from '../json/shortest-number.js';
import type { Rate } from '../rates.js';
import type { WalletClient } from '../wallet-client.js';
import { textOf, type Rejection } from './admission.js';
import type { EbetChannel } from './channel.js';
import { STATUS } from './status.js';

/** A callback of a known channel on its way through an endpoint. */
export interface Call {
  readonly body: JsonObject;
  /** The body as it came, without the values of secrets: what the ledger keeps. */
  readonly request: Buffer;
  readonly channel: EbetChannel;
  /** Where it comes from. */
  readonly address: string;
  readonly client: WalletClient;
  /** When the answer must leave, on the clock of performance.now(): however often it asks wallet-core. */
  readonly deadline: number;
  readonly log: Logger;
}

/** The members of an answer, beside those that every answer has; `timestamp` is now unless it says otherwise. */
export type Answer = { readonly status: number } & { readonly [member: string]: WritableJson | undefined };

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

/** One line for a call that was not decided: what the person on call looks for. */
export function logRejection(
  endpoint: string,
  { log, body, channel, address, client, request }: Call,
  { status, why }: Rejection,
): void {
  const [seqNo, username] = [textOf(body, 'seqNo'), textOf(body, 'username')];
  const subject = { endpoint, channel: channel.name, address, seqNo, username };
  const named = { reference: seqNo, playerId: playerOf(username), status: String(status), reason: why };
  // Of a login not even what is left without its secrets: a password could stand where none belongs.
  const kept = endpoint === 'registerOrLogin' ? Buffer.alloc(0) : request;
  client.refused.note({ address, channel: channel.name, endpoint, ...named, body: kept });
  if (status === STATUS.SYSTEM_ERROR) log.error({ ...subject, status, why }, 'a callback was not decided');
  else log.warn({ ...subject, status, why }, 'a callback was not decided');
}

/** The player's name as the ledger has it; eBET sends lower case, and we look up nothing else. */
export function playerOf(username: string): string {
  return username.toLowerCase();
}

/** An amount as a JSON number with its exact value: "900.10" is 900.1. */
export function amountJson(decimal: string): JsonNumber {
  return new JsonNumber(shortestNumber(decimal) ?? decimal);
}
