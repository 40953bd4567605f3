import { LogInOutcome, type LogInRequest, type LogInResponse } from '../../proto/gen/wallet/v1/account.js';
import { shortestNumber } from '../json/shortest-number.js';
import * as field from './admission.js';
import { busy, currencyFault, eventFault, fieldFault, signatureFault, textOf, type Rejection } from './admission.js';
import { noteRejection, playerOf, type Answer, type Call, type Endpoint } from './call.js';
import type { SignedEndpoint } from './signature.js';
import { STATUS, statusOfLogIn } from './status.js';
import type { JsonObject } from '../json/value.js';

const FIELDS = field.fieldsOf({
  ...field.SIGNED_CALL,
  username: { ...field.USERNAME, required: false },
  eventType: { type: 'number', required: true },
});

/** A way to log in: what it needs, and what is signed. */
interface Way {
  readonly signed: SignedEndpoint;
  readonly fields: field.Fields;
  readonly credential: (body: JsonObject) => NonNullable<LogInRequest['credential']>;
}

const BY_PASSWORD: Way = {
  signed: 'registerOrLoginByPassword',
  fields: field.fieldsOf({ username: field.USERNAME, password: { type: 'string', required: true } }),
  credential: (body) => ({
    $case: 'password',
    value: { playerId: playerOf(textOf(body, 'username')), password: textOf(body, 'password') },
  }),
};

const BY_TOKEN: Way = {
  signed: 'registerOrLoginByToken',
  fields: field.fieldsOf({ accessToken: { type: 'string', required: true } }),
  credential: (body) => ({
    $case: 'accessToken',
    value: { playerId: playerOf(textOf(body, 'username')), accessToken: textOf(body, 'accessToken') },
  }),
};

/** By eventType (eBET manual, registerOrLogin): a form with name and password, an app link with both, an access token. */
const WAYS: ReadonlyMap<string, Way> = new Map([
  ['1', BY_PASSWORD],
  ['3', BY_PASSWORD],
  ['4', BY_TOKEN],
]);

/**
 * registerOrLogin: checks a player's credentials. The request is not kept, not even without its secrets: a password could be
 * guessed from the signature alone, for checking a guess against it costs next to nothing.
 */
export const registerOrLogin: Endpoint = {
  rate: 'logins',
  bodyBytesMax: 2 ** 16,
  answer,
  refuse: (body, status) => ({ status, username: textOf(body, 'username') || undefined }),
};

async function answer(call: Call): Promise<Answer> {
  const { body, channel, client } = call;
  const { currency } = channel;
  const way = WAYS.get(shortestNumber(textOf(body, 'eventType')) ?? '');
  const fault =
    fieldFault(body, FIELDS) ??
    (way && fieldFault(body, way.fields)) ??
    (await signatureFault(way?.signed ?? 'registerOrLogin', call)) ??
    eventFault('registerOrLogin', body);
  if (fault) return refuse(call, fault);
  if (!way) return refuse(call, { status: STATUS.NOT_AVAILABLE, why: 'eventType is unknown' });
  const foreign = currencyFault(body, currency);
  if (foreign) return refuse(call, foreign);

  const login: LogInRequest = {
    channel: channel.name,
    reference: textOf(body, 'seqNo'),
    currency,
    credential: way.credential(body),
    rotateAccessToken: channel.rotateAccessToken,
    accessTokenLifetimeS: channel.accessTokenLifetimeS,
  };
  const response = await client.logIn(login, call.callback);
  return response ? answerOf(call, response) : refuse(call, busy(call));
}

function answerOf(call: Call, { outcome, playerId, accessToken, sessionToken }: LogInResponse): Answer {
  const status = statusOfLogIn(outcome);
  if (status !== STATUS.SUCCESS) return refuse(call, { status, why: LogInOutcome[outcome] ?? `outcome ${outcome}` });
  // By token without a name, the answer tells whose token it is.
  const username = textOf(call.body, 'username') || playerId;
  return {
    status,
    subChannelId: 0,
    accessToken,
    username,
    nickname: username,
    sessionToken,
    currency: call.channel.currency,
  };
}

function refuse(call: Call, rejection: Rejection): Answer {
  noteRejection(call, rejection);
  return registerOrLogin.refuse(call.body, rejection.status);
}
