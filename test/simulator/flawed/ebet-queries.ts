import { fieldFault, isForeign, isMisdirected, isSigned, isStale, playerOf } from './ebet-call.js';
import { CALL, ROUND_FIELD, SIGNED_CALL, type Answer, type EbetChannel, type Fields } from './ebet-call.js';
import { shownIn, STATUS_OF } from './ebet-movements.js';
import { textIn, type JsonObject } from './json.js';
import type { Entry } from './ledger.js';
import type { Logins } from './logins.js';

const QUERY_FIELDS: Fields = { ...SIGNED_CALL, ...ROUND_FIELD, querySeqNo: { type: 'string', required: false } };

/** queryIncreaseCreditRecord: what was recorded for the seqNos asked, or for a round. */
export function queryIncreaseCreditRecord(body: JsonObject, channel: EbetChannel): Answer {
  const username = textIn(body.get('username'));
  const fault = fieldFault(body, QUERY_FIELDS);
  if (fault) return { status: fault, username };
  if (!isSigned(body, [['username', 'timestamp']], channel) || isStale(body)) return { status: 4026, username };
  if (isMisdirected(body, 'queryIncreaseCreditRecord', channel)) return { status: 4025, username };
  const { ledger, name } = channel;
  const player = playerOf(body, channel);
  const asked = new Set(textIn(body.get('querySeqNo')).split(',').filter(Boolean));
  const found =
    asked.size === 0
      ? ledger.round(name, player, textIn(body.get('roundCode')))
      : [...asked].flatMap((seqNo) => ledger.known(name, seqNo) ?? []).filter((entry) => entry.player === player);
  return { status: 200, username, creditRecord: found.map((entry) => recordOf(entry, username, channel)) };
}

function recordOf(entry: Entry, username: string, channel: EbetChannel) {
  const { reference, type, round, reason, timeMs, cents } = entry;
  const isRefunded = entry.refunded && !channel.flawed('query-without-refunds');
  return {
    querySeqNo: reference,
    type: Number(type),
    username,
    roundCode: round,
    status: reason ? STATUS_OF[reason] : isRefunded ? 209 : 200,
    creditTime: timeMs,
    moneyBefore: shownIn(channel, entry.before),
    moneyAfter: shownIn(channel, entry.after),
    money: shownIn(channel, { cents, float: Number(cents) / 100 }),
  };
}

/** syncCredit: a balance. It is not signed. */
export function syncCredit(body: JsonObject, channel: EbetChannel, logins: Logins): Answer {
  const sent = textIn(body.get('username'));
  const names = { username: sent, userName: sent };
  const refused = (status: number): Answer => ({ status, ...names, money: 0, currency: channel.currency });
  const fault = fieldFault(body, CALL);
  if (fault) return refused(fault);
  if (isMisdirected(body, 'syncCredit', channel) || isForeign(body, channel)) return refused(4025);
  const player = playerOf(body, channel);
  if (logins.hasEnded(textIn(body.get('sessionToken')))) return refused(410);
  if (!channel.ledger.has(player)) return refused(4037);
  return { status: 200, ...names, money: channel.balance(player), currency: channel.currency };
}

const LOGIN_FIELDS: Fields = {
  ...SIGNED_CALL,
  username: { type: 'string', required: false, form: /^[^\x00-\x1f\x7f]{1,64}$/ },
  eventType: { type: 'number' },
  password: { type: 'string', required: false },
  accessToken: { type: 'string', required: false },
};
const SIGNED = ['seqNo', 'event', 'channelId', 'timestamp', 'username'];

/** registerOrLogin: checks a player's password (eventType 1 and 3) or access token (4). */
export function registerOrLogin(body: JsonObject, channel: EbetChannel, logins: Logins): Answer {
  const sent = textIn(body.get('username'));
  const eventType = Number(textIn(body.get('eventType')));
  const byToken = eventType === 4;
  const secret = byToken ? 'accessToken' : 'password';
  const fault = fieldFault(body, LOGIN_FIELDS);
  if (fault) return { status: fault };
  if (![1, 3, 4].includes(eventType) || textIn(body.get(secret)) === '') return { status: 4025 };
  if (!byToken && sent === '') return { status: 4025 };
  if (!isSigned(body, [[...SIGNED, secret]], channel)) return { status: 4026 };
  if (isMisdirected(body, 'registerOrLogin', channel) || isForeign(body, channel)) return { status: 4025 };

  const named = playerOf(body, channel);
  const found = byToken
    ? logins.byToken(textIn(body.get(secret)), named)
    : logins.byPassword(named, textIn(body.get(secret)));
  if (!found) return { status: byToken ? 410 : 401 };
  if (channel.ledger.isFrozen(found.player)) return { status: 4029 };
  return {
    status: 200,
    subChannelId: 0,
    accessToken: found.accessToken,
    username: sent === '' ? found.player : sent,
    nickname: found.player,
    sessionToken: logins.begin(found.player),
    currency: channel.currency,
  };
}
