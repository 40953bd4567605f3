import path from 'node:path';
import { z } from 'zod';
import { ConfigError, readSetup } from '../../config.js';

/** What the configuration of this machine says of how wallet-core is reached: as the gateway does, else where it listens. */
export interface Configured {
  readonly address?: string | undefined;
  /** Absolute paths. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Of the token that wallet-core made for whoever may read its data folder. */
  readonly token: string;
}

const text = z.string().optional().catch(undefined);
const files = z.object({ certificate: text, key: text }).optional().catch(undefined);
/** Other processes look whether it is right. */
const CONTENT = z.object({
  walletCore: z.object({ listen: text, tls: files }).optional().catch(undefined),
  gateway: z.object({ walletCore: text, walletCoreCa: text, walletCoreTls: files }).optional().catch(undefined),
});

/** Undefined without a configuration that can be read. */
export function configured(): Configured | undefined {
  try {
    const { content, folder, data } = readSetup();
    const { walletCore, gateway } = CONTENT.parse(content);
    const at = (file: string | undefined) => (file === undefined ? undefined : path.resolve(folder, file));
    const shown = gateway?.walletCoreTls;
    return {
      address: gateway?.walletCore ?? reached(walletCore?.listen),
      // A certificate that is its own authority, or that has it in its file, is who certifies wallet-core.
      ca: at(gateway?.walletCoreCa ?? walletCore?.tls?.certificate),
      cert: at(shown?.certificate),
      key: at(shown?.key),
      token: path.join(data, 'operator.token'),
    };
  } catch (error) {
    if (error instanceof ConfigError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Where this machine reaches what listens there: on all of its addresses, it is on its own; a port 0 is chosen by the system. */
function reached(listen: string | undefined): string | undefined {
  if (listen?.endsWith(':0')) return undefined;
  return listen?.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:');
}
