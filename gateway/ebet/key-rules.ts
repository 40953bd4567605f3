import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import type { Setup } from '../../config.js';
import type { Access } from '../access.js';

/** eBET hands out keys of 512 and of 1,024 bits; from one of 512 the private half can be computed in hours. */
const BITS_MIN = 1024;

interface Keys extends Access {
  readonly publicKeys: readonly KeyObject[];
  readonly allowShortKeys: boolean;
}

/** In production a short key is good enough only where not everybody may call, unless it is written down. */
export function keyRules({ production }: Setup) {
  return ({ publicKeys, allowFrom, allowShortKeys }: Keys, context: z.RefinementCtx): void => {
    if (!production || allowFrom || allowShortKeys) return;
    for (const [index, key] of publicKeys.entries()) {
      const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
      if (bits >= BITS_MIN) continue;
      const message =
        `expected a key of ${BITS_MIN} bits or more, it has ${bits}: NODE_ENV=production takes such a key only on a channel ` +
        'with allowFrom, unless allowShortKeys: true lifts that';
      context.addIssue({ code: 'custom', path: ['publicKeys', index], message });
    }
  };
}
