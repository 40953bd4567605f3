import { z } from 'zod';
import { type Address, flagSetting, isLoopback, type Setup } from '../../config.js';
import type { Renewed } from '../../renewed.js';
import { authoritiesSetting, type Tls, tlsSetting } from '../../tls.js';

const EXPOSURES = ['open', 'token', 'off'] as const;
/** Who may use a service beside wallet.v1: everybody, callers with any token, or nobody. */
export type Exposure = (typeof EXPOSURES)[number];

/** Who may call wallet-core. */
export interface Access {
  readonly tokens: 'required' | 'off';
  readonly health: Exposure;
  readonly reflection: Exposure;
  /** With it gRPC is spoken over TLS and not otherwise. */
  readonly tls?: Renewed<Tls>;
  /** PEM: callers without a certificate of these authorities are refused. */
  readonly clientCa?: Renewed<string>;
}

/** On one machine, where who can reach wallet-core is trusted. */
export const OPEN: Access = { tokens: 'off', health: 'open', reflection: 'open' };

const TOKENS = { error: 'expected required (every call shows a token, see docs/security.md) or off' };
const EXPOSURE = { error: 'expected open, token (whoever has any token) or off' };

/** The settings of walletCore that say who may call; in the development set-up anybody on this machine may. */
export function accessSettings(setup: Setup) {
  return {
    tokens: z.enum(['required', 'off'], TOKENS).default(setup.development ? 'off' : 'required'),
    health: z.enum(EXPOSURES, EXPOSURE).default('open'),
    reflection: z.enum(EXPOSURES, EXPOSURE).default('token'),
    tls: tlsSetting(setup, 'walletCore.tls').optional(),
    clientCa: authoritiesSetting(setup, 'walletCore.clientCa').optional(),
    allowInsecureListen: flagSetting(false),
  };
}

interface Listening {
  readonly listen: Address;
  readonly tokens: Access['tokens'];
  readonly tls?: Renewed<Tls> | undefined;
  readonly clientCa?: Renewed<string> | undefined;
  readonly allowInsecureListen: boolean;
}

/** Whoever reaches wallet-core from another machine is asked who he is, and nobody on the way reads or changes what he says. */
export function listenRule(set: Listening, context: z.RefinementCtx): void {
  const { listen, tokens, tls, clientCa, allowInsecureListen } = set;
  if (clientCa !== undefined && !tls) {
    context.addIssue({ code: 'custom', path: ['clientCa'], message: 'expected tls with a certificate beside it' });
  }
  if (isLoopback(listen) || allowInsecureListen || (tls && tokens === 'required')) return;
  const message =
    'expected an address that only this machine reaches, such as "127.0.0.1:50051", or tls and tokens: required; ' +
    'allowInsecureListen: true lifts that where the network itself lets nobody else in';
  context.addIssue({ code: 'custom', path: ['listen'], message });
}
