import { generateKeyPairSync } from 'node:crypto';
import { amount } from '../../expectation.js';
import { number, type Members } from '../../exact-json.js';
import { batchBody } from '../batch-call.js';
import type { SignedEndpoint } from '../signature.js';
import { SIGNED, signedText, signText } from '../signature.js';
import { movementBody } from '../movement-body.js';
import { queryBody } from '../records.js';
import { refundBody } from '../refund-call.js';
import type { Stage } from '../stage.js';
import { rule, rulesOf, type RuleScript } from './rule-script.js';

const WHERE = 'increaseCredit: signature';
const EVENT = 'all calls: event';
const STALE = 'all calls: timestamp of a list';

const nothing = { money: amount(0n), moneyBefore: amount(0n) };
const other = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;

const textIn = (value: Members[string]): string => (typeof value === 'string' ? value : '');

/** A signed credit, changed after it was signed. */
function tampered(name: string, says: string, change: (signed: Members, stage: Stage) => Members): RuleScript {
  return rule(name, WHERE, says, async (stage) => {
    const { caller } = stage;
    const credit = caller.signed('increaseCredit', movementBody(caller, stage.movement(2, 1234n)));
    await stage.refused('increaseCredit', change(credit, stage), [4026], nothing);
    await stage.checkBalance();
  });
}

const IS_4026 = 'is 4026, shows no balance and moves nothing';

const tamperedRules = rulesOf(
  'tampered-signatures',
  tampered('another amount than was signed', IS_4026, (signed) => ({ ...signed, money: number('9999') })),
  tampered('another digit than was signed', IS_4026, (signed) => ({ ...signed, money: number('12.35') })),
  tampered('another seqNo than was signed', IS_4026, (signed, stage) => ({ ...signed, seqNo: stage.fresh('forged') })),
  {
    ...tampered('another player than was signed', IS_4026, (signed, stage) => ({ ...signed, username: stage.at(1) })),
    seats: 2,
  },
  tampered('another timestamp than was signed', IS_4026, (signed) => ({
    ...signed,
    timestamp: number(Date.now() + 1),
  })),
  tampered('a signature by another key', IS_4026, (signed) => ({
    ...signed,
    signature: signText(signedText(SIGNED.increaseCredit, signed), other),
  })),
  tampered('a signature cut short', IS_4026, (signed) => ({
    ...signed,
    signature: textIn(signed.signature).slice(0, 20),
  })),
  tampered('a signature with a bit changed', IS_4026, (signed) => {
    const bytes = Buffer.from(textIn(signed.signature), 'base64');
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    return { ...signed, signature: bytes.toString('base64') };
  }),
  tampered('a signature that is none', IS_4026, (signed) => ({ ...signed, signature: 'not a signature' })),
  rule('no signature', WHERE, 'a missing one is 4025, an empty one 4025 or 4026, and nothing moves', async (stage) => {
    const credit = movementBody(stage.caller, stage.movement(2, 1234n));
    await stage.refused('increaseCredit', { ...credit, signature: undefined }, [4025]);
    await stage.refused('increaseCredit', { ...credit, signature: '' }, [4025, 4026]);
    await stage.checkBalance();
  }),
  ...(['refundSingleWallet', 'autoBatchRefund', 'queryIncreaseCreditRecord'] as const).map((endpoint) =>
    rule(`a forged ${endpoint}`, `${endpoint}: signature`, 'is 4026 and moves nothing', async (stage) => {
      const body = await signedCall(stage, endpoint);
      const signature = signText(signedText(SIGNED[endpoint], body), other);
      await stage.refused(endpoint, { ...body, signature }, [4026]);
      await stage.checkBalance();
    }),
  ),
);

/** A request that would be right, signed. */
async function signedCall(stage: Stage, endpoint: Exclude<SignedEndpoint, 'registerOrLogin'>): Promise<Members> {
  const { caller, player } = stage;
  const { movement } = await stage.bet(100n);
  const body = {
    increaseCredit: () => movementBody(caller, stage.movement(2, 500n)),
    refundSingleWallet: () => refundBody(stage, player, [{ bet: movement, expects: 200 }]),
    autoBatchRefund: () => batchBody(stage, [{ bet: movement, expects: 200 }]),
    queryIncreaseCreditRecord: () => queryBody(caller, player, [movement.seqNo]),
  }[endpoint]();
  return body;
}

const crossedRules = rulesOf(
  'crossed-signatures',
  ...(['increaseCredit', 'refundSingleWallet', 'autoBatchRefund', 'queryIncreaseCreditRecord'] as const).map(
    (endpoint) =>
      rule(
        `a call of another event at ${endpoint}`,
        EVENT,
        "an event that is not the endpoint's is 4025, although it is signed",
        async (stage) => {
          const event = endpoint === 'increaseCredit' ? 'registerOrLogin' : 'syncCredit';
          await stage.refused(endpoint, { ...(await signedCall(stage, endpoint)), event }, [4025]);
          await stage.checkBalance();
        },
      ),
  ),
  rule('a login replayed as a payment', EVENT, 'the signature of a login does not move money', async (stage) => {
    const { caller } = stage;
    const credit = movementBody(caller, stage.movement(38, 1234n));
    // The signed texts of both end in a free text: a password that is an amount.
    const login = { ...credit, event: 'registerOrLogin' };
    const signature = caller.sign(signedText(SIGNED.increaseCredit, login));
    await stage.refused('increaseCredit', { ...login, signature }, [4025]);
    await stage.refused('increaseCredit', { ...credit, signature }, [4026]);
    await stage.checkBalance();
  }),
  rule(
    'a refund replayed as a payment',
    WHERE,
    'the signature of username and timestamp is 4026 here',
    async (stage) => {
      const credit = movementBody(stage.caller, stage.movement(38, 1234n));
      const signature = stage.caller.sign(signedText(SIGNED.refundSingleWallet, credit));
      await stage.refused('increaseCredit', { ...credit, signature }, [4026], nothing);
      await stage.checkBalance();
    },
  ),
  rule(
    "another player's refund",
    'refundSingleWallet: signature',
    "one player's signature is 4026 for another",
    async (stage) => {
      const { movement } = await stage.bet(100n, { username: stage.at(1) });
      const body = refundBody(stage, stage.at(1), [{ bet: movement, expects: 200 }]);
      const signature = stage.caller.sign(signedText(SIGNED.refundSingleWallet, { ...body, username: stage.player }));
      await stage.refused('refundSingleWallet', { ...body, signature }, [4026]);
      await stage.checkBalance();
    },
    { seats: 2 },
  ),
);

const DAY = 86_400_000;
const staleRules = rulesOf(
  'stale-timestamps',
  ...(['refundSingleWallet', 'autoBatchRefund', 'queryIncreaseCreditRecord'] as const).map((endpoint) =>
    rule(
      `${endpoint} captured long ago`,
      STALE,
      'a timestamp far from now is 4026: one signature could carry any list',
      async (stage) => {
        const body = await signedCall(stage, endpoint);
        for (const timestamp of [Date.now() - 2 * DAY, Date.now() + 2 * DAY]) {
          await stage.refused(endpoint, { ...body, timestamp: number(timestamp) }, [4026]);
        }
        await stage.checkBalance();
      },
    ),
  ),
);

const textRules: readonly RuleScript[] = [
  rule('numbers signed as they stand', WHERE, '820.00 in the JSON is signed as 820.00', async (stage) => {
    for (const moneyText of ['820.00', '820.0', '8.2E2'])
      await stage.send(stage.movement(2, 820_00n), { expects: 200, moneyText });
    await stage.send(stage.movement(2, 100n), { expects: 200, over: { timestamp: number(`${Date.now()}.0`) } });
  }),
  rule('numbers signed in their shortest form', WHERE, '820.00 in the JSON may be signed as 820', async (stage) => {
    const { caller } = stage;
    for (const moneyText of ['820.00', '820.50', '820']) {
      const money = moneyText === '820.50' ? 820_50n : 820_00n;
      const movement = stage.movement(2, money);
      const body = { ...movementBody(caller, movement, moneyText), timestamp: number(`${Date.now()}.0`) };
      const shortest = { ...body, money: number(String(Number(moneyText))), timestamp: number(Date.now()) };
      const timestamp = number(`${shortest.timestamp.text}.0`);
      const signature = caller.sign(signedText(SIGNED.increaseCredit, shortest));
      await stage.send(movement, { expects: 200, moneyText, over: { timestamp, signature } });
    }
  }),
];

/** eBET: what is signed, and what is not taken for it. */
export const signatureRules: readonly RuleScript[] = [...textRules, ...tamperedRules, ...crossedRules, ...staleRules];
