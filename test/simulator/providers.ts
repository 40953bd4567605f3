import { apiv1 } from './apiv1/provider.js';
import { ebet } from './ebet/provider.js';
import type { Provider } from './provider.js';
import { SetupError } from './setup-error.js';

/** Every protocol that can be played. */
export const PROVIDERS: readonly Provider[] = [ebet, apiv1];

export function providerNamed(name: string): Provider {
  const provider = PROVIDERS.find((one) => one.name === name);
  if (provider) return provider;
  throw new SetupError(`--provider ${name}: unknown; expected one of ${PROVIDERS.map((one) => one.name).join(', ')}`);
}
