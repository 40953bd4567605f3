import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { codeOf, flagSetting, messageOf, section, type Setup } from '../../config.js';
import { accessRules, accessSettings, type Access } from '../access.js';
import { decimalsOf, isCurrency } from '../../wallet-core/money.js';
import { isDevelopmentSecret } from '../development.js';

/** One api-v1 channel, as the configuration describes it. */
export interface Apiv1Channel extends Access {
  readonly provider: 'apiv1';
  /** Ours alone, the protocol does not have it: names the channel. */
  readonly merchant: string;
  /** The channel's name in the ledger, "apiv1/<merchant>". */
  readonly name: string;
  /** What stands before /balance-check and the others: no call names its merchant, so this finds the channel. */
  readonly path: string;
  /** ISO 4217, with at most two decimals. */
  readonly currency: string;
  /** What both sides sign with. A KeyObject, so that it is not printed by accident. */
  readonly key: KeyObject;
  /** Whether a transaction-check of an id that nothing holds closes it for debits. */
  readonly checkCloses: boolean;
  /** Two: `action_value` must be written with exactly two decimals. */
  readonly exactDecimals: 2 | undefined;
  /** What the ids must look like as they are sent; matches whole ids only. */
  readonly memberIdPattern: RegExp | undefined;
  readonly transactionIdPattern: RegExp | undefined;
  /** How far a timestamp may be from now; undefined: it does not matter. */
  readonly timestampToleranceMs: number | undefined;
}

const MERCHANT = { error: 'expected a name for this channel of 1 to 58 of a-z 0-9 . _ -, such as "brand-1"' };
const PATH = { error: 'expected a path such as "/api-v1" or "/brand-1/api-v1", of a-z A-Z 0-9 . _ - and /' };
const CURRENCY = { error: 'expected an ISO 4217 code in capitals, such as "CNY"' };
const DECIMALS = {
  error: 'expected a currency with at most two decimals: api-v1 answers every balance with exactly two',
};
const FILE = { error: 'expected a file with the key that the provider handed out, such as "keys/apiv1.key"' };
const VARIABLE = { error: 'expected the name of an environment variable that holds the key, such as "APIV1_KEY"' };
const EXACT = { error: 'expected 2, or no such line' };
const SECONDS = { error: 'expected a whole number of seconds from 1 to 86400' };
/** Whoever has seen one signed call can try shorter ones until its md5 comes out. */
const KEY_CHARACTERS_MIN = 16;
/** The schema of the api-v1 channels of one configuration: no two of them have the same merchant or path. */
export function apiv1Channel(setup: Setup) {
  const [merchants, paths] = [new Set<string>(), new Set<string>()];
  return section({
    provider: z.literal('apiv1'),
    merchant: z
      .string(MERCHANT)
      .regex(/^[a-z0-9._-]{1,58}$/, { ...MERCHANT, abort: true })
      .refine(isNew(merchants), { error: 'expected a merchant that no other apiv1 channel has' }),
    path: z
      .string(PATH)
      .regex(/^(\/[\w-][\w.-]*)+$/, { ...PATH, abort: true })
      .default('/api-v1')
      .refine(isNew(paths), {
        error: 'expected a path that no other apiv1 channel has: it is all that tells them apart',
      }),
    currency: z
      .string(CURRENCY)
      .refine(isCurrency, { ...CURRENCY, abort: true })
      .refine((currency) => decimalsOf(currency) <= 2, DECIMALS),
    ...accessSettings,
    allowShortKeys: flagSetting(false),
    keyFile: z.string(FILE).optional(),
    keyVariable: z.string(VARIABLE).optional(),
    checkCloses: flagSetting(true),
    exactDecimals: z.literal(2, EXACT).optional(),
    memberIdPattern: anchoredPattern('^YK\\d{9}$').optional(),
    transactionIdPattern: anchoredPattern('^\\d{8,20}$').optional(),
    timestampToleranceSeconds: z.int(SECONDS).min(1, SECONDS).max(86_400, SECONDS).optional(),
  })
    .superRefine(accessRules(setup))
    .transform((settings, context): Apiv1Channel => {
      const { keyFile, keyVariable, timestampToleranceSeconds, allowShortKeys, ...rest } = settings;
      const key = readKey(setup, keyFile, keyVariable, allowShortKeys || rest.allowFrom !== undefined);
      if (typeof key === 'string') {
        context.addIssue(key);
        return z.NEVER;
      }
      return {
        ...rest,
        name: `apiv1/${rest.merchant}`,
        key,
        exactDecimals: rest.exactDecimals,
        memberIdPattern: rest.memberIdPattern,
        transactionIdPattern: rest.transactionIdPattern,
        timestampToleranceMs: timestampToleranceSeconds === undefined ? undefined : timestampToleranceSeconds * 1000,
      };
    });
}

function isNew(taken: Set<string>) {
  return (text: string) => !taken.has(text) && taken.add(text).size > 0;
}

/**
 * The key, or what to mend. What is told never has the value of a variable or the content of a file, nor what stands in place of the
 * name of either: whoever put the key itself there should not read it in a log.
 */
function readKey(
  setup: Setup,
  file: string | undefined,
  variable: string | undefined,
  mayBeShort: boolean,
): KeyObject | string {
  if ((file === undefined) === (variable === undefined)) return 'expected exactly one of keyFile and keyVariable';
  let text: string;
  if (file !== undefined) {
    try {
      text = readFileSync(path.resolve(setup.folder, file), 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      return `keyFile: ${FILE.error} (${codeOf(error)})`;
    }
  } else {
    text = setup.environment[variable ?? ''] ?? '';
    if (text === '') return `keyVariable: ${VARIABLE.error}; there is none of the name that stands there`;
  }
  const from = file !== undefined ? 'keyFile' : 'keyVariable';
  if (!/^[^\x00-\x1f\x7f]{1,1024}$/u.test(text)) {
    return `${from}: expected the key on one line, of 1 to 1,024 characters, and nothing else`;
  }
  if (setup.production && isDevelopmentSecret(text)) {
    return `${from}: the development key is refused with NODE_ENV=production, expected the key that the provider handed out`;
  }
  if (setup.production && !mayBeShort && text.length < KEY_CHARACTERS_MIN) {
    return (
      `${from}: expected a key of ${KEY_CHARACTERS_MIN} characters or more: NODE_ENV=production takes a shorter one only on a ` +
      'channel with allowFrom, unless allowShortKeys: true lifts that'
    );
  }
  return createSecretKey(text, 'utf8');
}

/** A regular expression that says of a whole id whether it is one; anything else could match a part of it. */
function anchoredPattern(example: string) {
  const error = `expected a regular expression for the whole id, from ^ to $, such as '${example}'`;
  return z.string({ error }).transform((source, context): RegExp => {
    const [, inner] = /^\^([^]*)\$$/.exec(source) ?? [];
    const escaped = /(\\*)$/.exec(inner ?? '')?.[1]?.length ?? 0;
    try {
      const pattern = new RegExp(source, 'u');
      // In a group, so that the anchors hold for every alternative of `^a|b$`.
      if (inner !== undefined && escaped % 2 === 0) return new RegExp(`^(?:${inner})$`, pattern.flags);
      context.addIssue(error);
    } catch (fault) {
      context.addIssue(`${error} (${messageOf(fault)})`);
    }
    return z.NEVER;
  });
}
