import { verify, type KeyObject } from 'node:crypto';
import { shortest } from './amounts.js';
import type { Flawed } from './flaws.js';
import { NumberText, textIn, type JsonObject, type Writable } from './json.js';
import type { Ledger } from './ledger.js';

export interface EbetChannel {
  readonly currency: string;
  readonly publicKey: KeyObject;
  readonly name: string;
  readonly ledger: Ledger;
  readonly flawed: Flawed;
  readonly refundPaidOutBets: boolean;
  readonly refunds: Refunds;
  readonly balance: (player: string) => Writable;
}

/** What is told apart from a status: the members of an answer beside its echo. */
export type Answer = { readonly [member: string]: Writable | undefined } & { readonly status: number };

/** Refund requests by their seqNo, which is apart from those of movements. */
export type Refunds = Map<string, { readonly request: string; readonly answer: Answer }>;

interface Field {
  readonly type: 'string' | 'number' | 'object' | 'list';
  readonly required?: false;
  readonly form?: RegExp;
}

export type Fields = Readonly<Record<string, Field>>;

/** What every call has. */
export const CALL: Fields = {
  username: { type: 'string', form: /^[^\x00-\x1f\x7f]{1,64}$/ },
  seqNo: { type: 'string', form: /^[\x20-\x7e]{1,128}$/ },
  event: { type: 'string' },
  currency: { type: 'string', required: false },
};

/** What every signed call has. */
export const SIGNED_CALL: Fields = {
  ...CALL,
  timestamp: { type: 'number', form: /^\d{13}(\.0)?$/ },
  signature: { type: 'string' },
};

const ROUND = /^[^\x00-\x1f\x7f]{0,128}$/;
export const ROUND_FIELD: Fields = { roundCode: { type: 'string', required: false, form: ROUND } };

/** 4025 for a field that is missing or malformed, 4030 for one of another type. */
export function fieldFault(body: JsonObject, fields: Fields): number | undefined {
  for (const [name, { type, required, form }] of Object.entries(fields)) {
    const value = body.get(name) ?? '';
    if (value === '' && required === false) continue;
    if (value === '') return 4025;
    const seen =
      value instanceof NumberText
        ? 'number'
        : value instanceof Map
          ? 'object'
          : Array.isArray(value)
            ? 'list'
            : typeof value;
    if (seen !== type) return 4030;
    if (form && !form.test(textIn(value))) return 4025;
  }
  return undefined;
}

/** Whether one of the texts, each a list of fields, is what the channel's key signed: with numbers as sent, or shortest. */
export function isSigned(body: JsonObject, texts: readonly (readonly string[])[], channel: EbetChannel): boolean {
  if (channel.flawed('signature-unchecked')) return true;
  const signature = Buffer.from(textIn(body.get('signature')), 'base64');
  const forms: ((number: string) => string)[] = channel.flawed('signature-over-parsed-numbers')
    ? [(number) => String(Number(number))]
    : [(number) => number, (number) => shortest(number) ?? number];
  if (channel.flawed('signature-over-sent-numbers-only')) forms.pop();
  const textOf = (fields: readonly string[], form: (number: string) => string) =>
    fields
      .map((name) => body.get(name))
      .map((value) => (value instanceof NumberText ? form(value.text) : textIn(value)));
  return texts.some((fields) =>
    forms.some((form) => verify('RSA-MD5', Buffer.from(textOf(fields, form).join('')), channel.publicKey, signature)),
  );
}

/** Whether the call is for another endpoint than the one that it came to. */
export function isMisdirected(body: JsonObject, event: string, { flawed }: EbetChannel): boolean {
  return body.get('event') !== event && !flawed('event-unchecked');
}

export function isForeign(body: JsonObject, { currency, flawed }: EbetChannel): boolean {
  return ![currency, ''].includes(textIn(body.get('currency'))) && !flawed('currency-unchecked');
}

const TOLERANCE_MS = 10 * 60_000;

/** The lists are not signed, so a captured signature must not serve for long. */
export function isStale(body: JsonObject): boolean {
  return Math.abs(Date.now() - Number(textIn(body.get('timestamp')))) > TOLERANCE_MS;
}

/** The name by which the ledger knows a player. */
export function playerOf(body: JsonObject, { flawed }: EbetChannel): string {
  const sent = textIn(body.get('username'));
  return flawed('user-name-as-sent') ? sent : sent.toLowerCase();
}
