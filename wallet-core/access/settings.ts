import { z } from 'zod';
import type { Setup } from '../../config.js';

const EXPOSURES = ['open', 'token', 'off'] as const;
/** Who may use a service beside wallet.v1: everybody, callers with any token, or nobody. */
export type Exposure = (typeof EXPOSURES)[number];

/** Who may call wallet-core. */
export interface Access {
  readonly tokens: 'required' | 'off';
  readonly health: Exposure;
  readonly reflection: Exposure;
}

/** On one machine, where who can reach wallet-core is trusted. */
export const OPEN: Access = { tokens: 'off', health: 'open', reflection: 'open' };

const TOKENS = { error: 'expected required (every call shows a token, see docs/security.md) or off' };
const EXPOSURE = { error: 'expected open, token (whoever has any token) or off' };

/** The settings of walletCore that say who may call; in the development set-up anybody on this machine may. */
export function accessSettings({ development }: Setup) {
  return {
    tokens: z.enum(['required', 'off'], TOKENS).default(development ? 'off' : 'required'),
    health: z.enum(EXPOSURES, EXPOSURE).default('open'),
    reflection: z.enum(EXPOSURES, EXPOSURE).default('token'),
  };
}
