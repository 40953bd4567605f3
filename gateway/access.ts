import { z } from 'zod';
import { type Address, flagSetting, isLoopback, type Setup } from '../config.js';
import { addressListSetting, type AddressList } from './address-list.js';

/** Who may call a channel, whatever its provider. */
export interface Access {
  /** Absent: every address. */
  readonly allowFrom?: AddressList | undefined;
  /** Whether that is written down. */
  readonly allowAnyAddress: boolean;
}

const ADDRESSES =
  'expected a list of one or more addresses or ranges that the provider calls from, such as ["203.0.113.7", "198.51.100.0/24"]';
/** The settings that the channels of every provider have for it. */
export const accessSettings = {
  allowFrom: addressListSetting(ADDRESSES, 1).optional(),
  allowAnyAddress: flagSetting(false),
};

/** What must hold between these settings: in production a channel is open to every address only if that is written down. */
export function accessRules({ production }: Setup) {
  return ({ allowFrom, allowAnyAddress }: Access, context: z.RefinementCtx): void => {
    if (production && !allowFrom && !allowAnyAddress) {
      const message = `${ADDRESSES}: NODE_ENV=production needs it, unless allowAnyAddress: true lets every address call`;
      context.addIssue({ code: 'custom', path: ['allowFrom'], message });
    }
    if (allowFrom && allowAnyAddress) {
      const message = 'expected false, because allowFrom says who may call; remove one of the two';
      context.addIssue({ code: 'custom', path: ['allowAnyAddress'], message });
    }
  };
}

interface Reached {
  readonly listen: Address;
  readonly channels: readonly Access[];
}

/** The same for channels that can be called from elsewhere, in production or not; in the development set-up they cannot. */
export function reachedRule({ production, development }: Setup) {
  return ({ listen, channels }: Reached, context: z.RefinementCtx): void => {
    if (production || development || isLoopback(listen)) return;
    for (const [index, { allowFrom, allowAnyAddress }] of channels.entries()) {
      if (allowFrom || allowAnyAddress) continue;
      const message = `${ADDRESSES}: listen is beyond this machine, so it is needed, unless allowAnyAddress: true lets every address call`;
      context.addIssue({ code: 'custom', path: ['channels', index, 'allowFrom'], message });
    }
  };
}
