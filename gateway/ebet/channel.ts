import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { faultOfFile, flagSetting, section, type Setup } from '../../config.js';
import { isCurrency } from '../../wallet-core/money.js';
import { accessRules, accessSettings, type Access } from '../access.js';
import { isDevelopmentKey } from '../development.js';
import { rateSettings, type RateLimits } from '../rates.js';
import { keyRules } from './key-rules.js';
import { parsePublicKey } from './signature.js';

/** What a channel does with a bet that eBET holds for failed although it was debited (see failedBets below). */
export const FAILED_BETS = ['await-refund', 'self-refund', 'reject-payout'] as const;

/** One eBET channel, as the configuration describes it. */
export interface EbetChannel extends Access, RateLimits {
  readonly provider: 'ebet';
  /** What eBET sends as `channelId`; positive. */
  readonly channelId: number;
  /** The channel's name in the ledger, "ebet/<channelId>". */
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  /** eBET's keys; a signature by any of them is good, so that keys can be rotated. */
  readonly publicKeys: readonly KeyObject[];
  /** How far the `timestamp` of a call with an unsigned list may be from now. */
  readonly timestampToleranceMs: number;
  /** Whether a bet that an accepted payout named with `betMoney` ≠ 0 is refunded all the same; else 208. */
  readonly refundSettledBets: boolean;
  /**
   * What a payout does that names a debited bet as failed: nothing, eBET asks for the refund itself; refund the bet; or be
   * refused until eBET has refunded it.
   */
  readonly failedBets: (typeof FAILED_BETS)[number];
  /** Whether a login by access token replaces the token by a new one. */
  readonly rotateAccessToken: boolean;
  /** For how long an access token that a login issues is valid. */
  readonly accessTokenLifetimeS: number;
}

const CHANNEL_ID = { error: 'expected the channelId that eBET sends, a whole number above 0' };
const CURRENCY = { error: 'expected an ISO 4217 code in capitals, such as "CNY"' };
const KEYS = { error: 'expected a list of one or more files with eBET\'s public keys, such as ["keys/ebet-1.pem"]' };
const KEY = { error: 'expected a file with a public key of eBET, such as "keys/ebet-1.pem"' };
/** The widest that timestampToleranceMinutes can be. */
export const TOLERANCE_MINUTES_MAX = 1440;

const MINUTES = { error: 'expected a whole number of minutes from 1 to 1440' };
const TOKEN_MINUTES = { error: 'expected a whole number of minutes from 1 to 525600' };
const WAY = { error: `expected one of ${FAILED_BETS.join(', ')}` };
/** The schema of the eBET channels of one configuration: two of them cannot have the same channelId. */
export function ebetChannel(setup: Setup) {
  const taken = new Set<number>();
  return section({
    provider: z.literal('ebet'),
    channelId: z
      .int(CHANNEL_ID)
      .positive({ ...CHANNEL_ID, abort: true })
      .refine((id) => !taken.has(id) && taken.add(id), {
        error: 'expected a channelId that no other eBET channel has',
      }),
    currency: z.string(CURRENCY).refine(isCurrency, CURRENCY),
    publicKeys: z.array(publicKeyFile(setup), KEYS).min(1, KEYS),
    ...accessSettings,
    allowShortKeys: flagSetting(false),
    ...rateSettings,
    timestampToleranceMinutes: z.int(MINUTES).min(1, MINUTES).max(TOLERANCE_MINUTES_MAX, MINUTES).default(10),
    refundSettledBets: flagSetting(false),
    failedBets: z.enum(FAILED_BETS, WAY).default('await-refund'),
    rotateAccessToken: flagSetting(false),
    accessTokenMinutes: z.int(TOKEN_MINUTES).min(1, TOKEN_MINUTES).max(525_600, TOKEN_MINUTES).default(1440),
  })
    .superRefine(accessRules(setup))
    .superRefine(keyRules(setup))
    .transform(({ timestampToleranceMinutes, accessTokenMinutes, allowShortKeys, ...channel }): EbetChannel => ({
      ...channel,
      name: `ebet/${channel.channelId}`,
      timestampToleranceMs: timestampToleranceMinutes * 60_000,
      accessTokenLifetimeS: accessTokenMinutes * 60,
    }));
}

function publicKeyFile({ folder, production }: Setup) {
  return z.string(KEY).transform((name, context): KeyObject => {
    const file = path.resolve(folder, name);
    try {
      const key = parsePublicKey(readFileSync(file, 'utf8'));
      if (!production || !isDevelopmentKey(key)) return key;
      context.addIssue(
        'development keys are refused with NODE_ENV=production, expected a file with a public key of eBET',
      );
    } catch (error) {
      context.addIssue(`${KEY.error} (${faultOfFile(error)})`);
    }
    return z.NEVER;
  });
}
