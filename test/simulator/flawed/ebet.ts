import { createPublicKey } from 'node:crypto';
import type { Answer, EbetChannel } from './ebet-call.js';
import { increaseCredit, shownIn } from './ebet-movements.js';
import { queryIncreaseCreditRecord, registerOrLogin, syncCredit } from './ebet-queries.js';
import { autoBatchRefund, refundSingleWallet } from './ebet-refunds.js';
import type { Endpoint } from './endpoint.js';
import type { Flawed } from './flaws.js';
import { NumberText, readJson, textIn, type JsonObject } from './json.js';
import type { FailedBets, Ledger } from './ledger.js';
import type { Logins } from './logins.js';

export interface EbetOptions {
  readonly channelId: number;
  readonly currency: string;
  /** PEM. */
  readonly publicKey: string;
  readonly failedBets?: FailedBets;
  readonly refundPaidOutBets?: boolean;
  /** A second channel, with the same key, that is under maintenance. */
  readonly maintenanceChannelId?: number;
}

/** A channel's name in the ledger. */
export function nameOf(channelId: number | undefined): string {
  return `ebet/${channelId}`;
}

/** eBET's calls, each for the channel that it names. */
export function ebetEndpoints(
  options: EbetOptions | undefined,
  ledger: Ledger,
  logins: Logins,
  flawed: Flawed,
): [string, Endpoint][] {
  if (!options) return [];
  const channels = new Map<number, EbetChannel>();
  for (const channelId of [options.channelId, options.maintenanceChannelId]) {
    if (channelId !== undefined) channels.set(channelId, channelOf(channelId, options, ledger, flawed));
  }
  const on =
    (answer: (body: JsonObject, channel: EbetChannel) => Answer): Endpoint =>
    (bytes) => {
      const read = readJson(bytes);
      if (!read || !(read.value instanceof Map)) return { http: 400, body: { status: 4025 } };
      const body: JsonObject = read.value;
      const isTwofold = read.duplicateKey && !flawed('duplicate-keys-accepted');
      const decided = isTwofold ? { status: 4025 } : ofChannel(body, channels, answer);
      return { http: 200, body: { timestamp: Date.now(), ...decided, ...echoOf(body) } };
    };
  return [
    ['/increaseCredit', on(increaseCredit)],
    ['/refundSingleWallet', on(refundSingleWallet)],
    ['/autoBatchRefund', on(autoBatchRefund)],
    ['/queryIncreaseCreditRecord', on(queryIncreaseCreditRecord)],
    ['/syncCredit', on((body, channel) => syncCredit(body, channel, logins))],
    ['/registerOrLogin', on((body, channel) => registerOrLogin(body, channel, logins))],
    ['/netCheck', () => ({ http: 200, body: { status: 200 } })],
  ];
}

function channelOf(
  channelId: number,
  { currency, publicKey, refundPaidOutBets = false }: EbetOptions,
  ledger: Ledger,
  flawed: Flawed,
): EbetChannel {
  const channel: EbetChannel = {
    currency,
    publicKey: createPublicKey(publicKey),
    name: nameOf(channelId),
    ledger,
    flawed,
    refundPaidOutBets,
    refunds: new Map(),
    balance: (player) => shownIn(channel, ledger.balance(player)),
  };
  return channel;
}

/** Which channel a call is for is told before anything else of it. */
function ofChannel(
  body: JsonObject,
  channels: ReadonlyMap<number, EbetChannel>,
  answer: (body: JsonObject, channel: EbetChannel) => Answer,
): Answer {
  const asked = body.get('channelId') ?? undefined;
  const refused = { username: textIn(body.get('username')), money: 0, moneyBefore: 0 };
  if (asked === undefined) return { ...refused, status: 4025 };
  if (!(asked instanceof NumberText)) return { ...refused, status: 4030 };
  const channel = channels.get(Number(asked.text));
  return channel ? answer(body, channel) : { ...refused, status: 202 };
}

function echoOf(body: JsonObject) {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return { event: text(body.get('event')), seqNo: text(body.get('seqNo')) };
}
