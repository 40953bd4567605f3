import { whyUnanswered } from '../unreached.js';
import { JsonNumber, type Json, type JsonObject } from '../json/value.js';
import { shortestNumber } from '../json/shortest-number.js';
import type { Call } from './call.js';
import type { EbetChannel } from './channel.js';
import { verifySignature, type SignedEndpoint } from './signature.js';
import { STATUS } from './status.js';

type FieldType = 'string' | 'number' | 'object' | 'list';

export interface Field {
  readonly type: FieldType;
  /** Absent, null and empty text are the same: missing. */
  readonly required: boolean;
  /** What the text, or a number's source text, must look like. */
  readonly form?: RegExp;
}

/** The forms that the fields have in every call. */
export const SEQ_NO: Field = { type: 'string', required: true, form: /^[\x20-\x7e]{1,128}$/ };
/** Not beginning with `.0`: a timestamp may end so, and the name follows it in what is signed. */
export const USERNAME: Field = { type: 'string', required: true, form: /^(?!\.0)[^\x00-\x1f\x7f]{1,64}$/ };
export const EVENT: Field = { type: 'string', required: true };
const SIGNATURE: Field = { type: 'string', required: true };
/**
 * The signed text begins with seqNo, event, channelId and timestamp, and goes on with what players choose themselves: their
 * name and password. With a whole payment in his password, a login that was signed would be one, if all before it could pass
 * for a seqNo. So no seqNo has an event in it with the digits of a channelId and a timestamp behind it, which may be
 * signed as `1.0`.
 */
const CALL_SEQ_NO: Field = {
  ...SEQ_NO,
  form: /^(?!.*(?:registerOrLogin|increaseCredit)\d[\d.]{13})[\x20-\x7e]{1,128}$/,
};
/**
 * Milliseconds of the years 2014 to 2096 in exactly 13 digits: other lengths or beginnings would let a digit of the
 * channelId before it, or of the name behind it, be taken for one of its own.
 */
export const TIMESTAMP: Field = { type: 'number', required: true, form: /^(1[4-9]|[23]\d)\d{11}(\.0)?$/ };
export const CURRENCY: Field = { type: 'string', required: false };

/** What every signed call has. */
export const SIGNED_CALL: Readonly<Record<string, Field>> = {
  username: USERNAME,
  seqNo: CALL_SEQ_NO,
  event: EVENT,
  timestamp: TIMESTAMP,
  signature: SIGNATURE,
  currency: CURRENCY,
};

/** Why a call goes no further: its status, before anything was asked of the ledger. */
export interface Rejection {
  readonly status: number;
  /** For the log. */
  readonly why: string;
}

/** wallet-core is away, slow or full: what became of the call nobody knows, and eBET sends it again. */
export function busy({ callback }: Pick<Call, 'callback'>): Rejection {
  return { status: STATUS.BUSY, why: whyUnanswered(callback.failedWith) };
}

/** The channel of a call, found by its channelId as text, or why there is none. */
export function channelOf(body: JsonObject, channels: ReadonlyMap<string, EbetChannel>): EbetChannel | Rejection {
  const channelId = body.get('channelId');
  if (channelId === undefined || channelId === null) return missing('channelId');
  if (!(channelId instanceof JsonNumber)) return { status: STATUS.WRONG_TYPE, why: 'channelId is not a number' };
  const channel = channels.get(shortestNumber(channelId.text) ?? '');
  return channel ?? { status: STATUS.NO_CHANNEL, why: `channelId ${channelId.text.slice(0, 40)} is not configured` };
}

/** Whether a call comes from where its channel may be called from. */
export function addressFault({ allowFrom }: EbetChannel, address: string): Rejection | undefined {
  if (!allowFrom || allowFrom.has(address)) return undefined;
  return { status: STATUS.ADDRESS_NOT_ALLOWED, why: "the address is not in the channel's allowFrom" };
}

/** The fields of a call, by their names. */
export type Fields = readonly (readonly [name: string, field: Field])[];

/** Laid out once, because every call is held to them. */
export function fieldsOf(table: Readonly<Record<string, Field>>): Fields {
  return Object.entries(table);
}

/** The first thing that is wrong with the fields of a call. */
export function fieldFault(body: JsonObject, fields: Fields): Rejection | undefined {
  for (const [name, { type, required, form }] of fields) {
    const value = body.get(name);
    if (value === undefined || value === null || value === '') {
      if (required) return missing(name);
      continue;
    }
    if (!isOf(type, value)) return { status: STATUS.WRONG_TYPE, why: `${name} is not a ${type}` };
    const text = value instanceof JsonNumber ? value.text : value;
    if (form && typeof text === 'string' && !form.test(text)) {
      return { status: STATUS.WRONG_PARAMETER, why: `${name} is malformed` };
    }
  }
  return undefined;
}

/** Whether one of the channel's keys signed the call. */
export async function signatureFault(
  endpoint: SignedEndpoint,
  { body, channel, callback }: Call,
): Promise<Rejection | undefined> {
  if (await callback.isSignedBy(() => verifySignature(endpoint, body, channel.publicKeys))) return undefined;
  return { status: STATUS.WRONG_SIGNATURE, why: "the signature is by none of the channel's keys" };
}

/**
 * `event` names the endpoint that the call is for, or what is signed for one call would serve for another: a signed login
 * could be replayed as a payment.
 */
export function eventFault(endpoint: string, body: JsonObject): Rejection | undefined {
  if (body.get('event') === endpoint) return undefined;
  return { status: STATUS.WRONG_PARAMETER, why: `event is not ${endpoint}` };
}

/** A call may leave its currency out; it cannot name another than the channel's. */
export function currencyFault(body: JsonObject, currency: string): Rejection | undefined {
  const claimed = textOf(body, 'currency');
  if (claimed === '' || claimed === currency) return undefined;
  return { status: STATUS.WRONG_PARAMETER, why: `currency is not the channel's, ${currency}` };
}

/**
 * A list is not signed, so one captured signature could carry any list: it serves only for as long as the channel's
 * tolerance.
 */
function staleness(body: JsonObject, { timestampToleranceMs }: EbetChannel): Rejection | undefined {
  if (Math.abs(Date.now() - Number(textOf(body, 'timestamp'))) <= timestampToleranceMs) return undefined;
  return { status: STATUS.WRONG_SIGNATURE, why: `timestamp is more than ${timestampToleranceMs} ms away` };
}

/** The checks of a call whose list is not signed, in the protocol's order. */
export async function listCallFault(
  endpoint: SignedEndpoint,
  call: Call,
  fields: Fields,
): Promise<Rejection | undefined> {
  const { body, channel } = call;
  return (
    fieldFault(body, fields) ??
    (await signatureFault(endpoint, call)) ??
    staleness(body, channel) ??
    eventFault(endpoint, body) ??
    currencyFault(body, channel.currency)
  );
}

function missing(name: string): Rejection {
  return { status: STATUS.WRONG_PARAMETER, why: `${name} is missing` };
}

function isOf(type: FieldType, value: Json | undefined): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'number':
      return value instanceof JsonNumber;
    case 'object':
      return value instanceof Map;
    case 'list':
      return Array.isArray(value);
  }
}

/** The text of a field that fieldFault has let through; a number's source text; empty if it is absent. */
export function textOf(body: JsonObject, name: string): string {
  const value = body.get(name);
  if (typeof value === 'string') return value;
  return value instanceof JsonNumber ? value.text : '';
}
