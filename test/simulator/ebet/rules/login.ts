import { nonEmptyText, integer } from '../../expectation.js';
import { isObject, type Members } from '../../exact-json.js';
import { businessAnswer } from '../../comparison.js';
import type { Options } from '../../options.js';
import { refusal } from '../answers.js';
import { SIGNED, signedText } from '../signature.js';
import type { Stage } from '../stage.js';
import { rule, type RuleScript } from './rule-script.js';

const WHERE = 'registerOrLogin';
function loginBody(stage: Stage, eventType: 1 | 3 | 4, fields: Members): Members {
  const { caller } = stage;
  return { ...caller.frame('registerOrLogin', 'login'), eventType, ip: '127.0.0.1', ...fields };
}

/** Signs over the fields that this eventType has. */
function signed(stage: Stage, body: Members): Members {
  return { ...body, signature: stage.caller.sign(signedText(SIGNED.registerOrLogin, body)) };
}

async function login(stage: Stage, eventType: 1 | 3 | 4, fields: Members, username: string): Promise<string> {
  const body = signed(stage, loginBody(stage, eventType, fields));
  const { currency } = stage.caller.connection.options;
  const expected = refusal(body, [200], {
    username,
    nickname: nonEmptyText,
    accessToken: nonEmptyText,
    sessionToken: nonEmptyText,
    subChannelId: integer(0),
    currency,
  });
  const { json } = await stage.compare({
    endpoint: 'registerOrLogin',
    text: stage.caller.text('registerOrLogin', body),
    expected,
  });
  const token = isObject(json) ? json.accessToken : undefined;
  return typeof token === 'string' ? token : '';
}

/** eBET, registerOrLogin. */
export function loginRules({ loginPlayer, loginPassword, accessToken }: Options): readonly RuleScript[] {
  const [username, password] = [loginPlayer ?? '', loginPassword ?? ''];
  const known = {
    alone: 'login',
    missing:
      loginPlayer === undefined || loginPassword === undefined
        ? 'needs --login-player and --login-password'
        : undefined,
  };
  // A login with a password may replace the token: the one by token comes first.
  const byToken = {
    alone: 'login',
    missing: accessToken === undefined ? 'needs --access-token' : undefined,
  };
  return [
    rule('an unknown name', `${WHERE}: password`, 'is 401, as a wrong password is', async (stage) => {
      const fields = { username: stage.fresh('nobody').toLowerCase(), password: 'wrong' };
      await stage.refused('registerOrLogin', signed(stage, loginBody(stage, 1, fields)), [401]);
    }),
    rule('a wrong password', `${WHERE}: password`, 'is 401', async (stage) => {
      const fields = { username: stage.player, password: stage.fresh('wrong') };
      for (const eventType of [1, 3] as const) {
        await stage.refused('registerOrLogin', signed(stage, loginBody(stage, eventType, fields)), [401]);
      }
    }),
    rule('a token that there is not', `${WHERE}: accessToken`, 'is 410', async (stage) => {
      const fields = { username: stage.player, accessToken: stage.fresh('wrong') };
      await stage.refused('registerOrLogin', signed(stage, loginBody(stage, 4, fields)), [410]);
    }),
    rule('a forged login', `${WHERE}: signature`, 'is 4026', async (stage) => {
      const body = signed(stage, loginBody(stage, 1, { username: stage.player, password: 'wrong' }));
      await stage.refused('registerOrLogin', { ...body, password: 'other' }, [4026]);
    }),
    rule(
      'a login of another event',
      'all calls: event',
      "an event that is not the endpoint's is 4025",
      async (stage) => {
        const fields = { username: stage.player, password: 'wrong', event: 'increaseCredit' };
        await stage.refused('registerOrLogin', signed(stage, loginBody(stage, 1, fields)), [4025]);
      },
    ),
    rule(
      'a login with a token',
      `${WHERE}: answer`,
      "without a name it is the token's player",
      async (stage) => {
        const body = signed(stage, loginBody(stage, 4, { accessToken }));
        const expected = businessAnswer({ status: integer(200), username: nonEmptyText, sessionToken: nonEmptyText });
        await stage.compare({
          endpoint: 'registerOrLogin',
          text: stage.caller.text('registerOrLogin', body),
          expected,
        });
      },
      byToken,
    ),
    rule(
      'a login with a password',
      `${WHERE}: answer`,
      'a new access token and a session; by that token again; by it under another name 410',
      async (stage) => {
        for (const eventType of [1, 3] as const) await login(stage, eventType, { username, password }, username);
        const token = await login(stage, 1, { username, password }, username);
        const kept = await login(stage, 4, { username, accessToken: token }, username);
        const other = { username: stage.fresh('nobody').toLowerCase(), accessToken: kept };
        await stage.refused('registerOrLogin', signed(stage, loginBody(stage, 4, other)), [410]);
        await stage.refused(
          'registerOrLogin',
          signed(stage, loginBody(stage, 1, { username, password: `${password}x` })),
          [401],
        );
      },
      known,
    ),
  ];
}
