import { existsSync } from 'node:fs';
import path from 'node:path';
import { childEnvironment, ConfigError, readSetup } from '../config.js';
import { apiv1Faults } from './apiv1/kept-request.js';
import { differences, type Caused, type Fault } from './caused.js';
import { loadGatewayConfig, type Channel } from './config.js';
import { ebetFaults } from './ebet/kept-request.js';
import { JsonError, parseJson } from './json/reader.js';
import { isJsonObject, type JsonObject } from './json/value.js';

export type { Caused, Fault } from './caused.js';

/** As the settings of their channels make these names. */
const PROVIDERS = /^(?:ebet|apiv1)\//;

/** Holds requests that the ledger kept to the keys of the channels that they came by. */
export class KeptRequestCheck {
  /** By the channel's name in the ledger; several, where several configurations have it. */
  readonly #channels = new Map<string, Channel[]>();

  /** Reads the gateway's configuration: the files that are named, or the one that the gateway itself would read. */
  static configured(files: readonly string[]): KeptRequestCheck {
    const setups = files.map((file) => readSetup(childEnvironment({ SINGLE_WALLET_CONFIG: file })));
    const [setup = readSetup()] = setups;
    if (setup.development && !existsSync(path.join(setup.data, 'dev'))) {
      // The gateway would make keys for the development set-up here, and they would have signed nothing.
      throw new ConfigError(["there is no single-wallet.yaml here; name the gateway's configuration with --config"]);
    }
    return new KeptRequestCheck(
      (setups.length > 0 ? setups : [setup]).flatMap((each) => loadGatewayConfig(each).channels),
    );
  }

  constructor(channels: readonly Channel[]) {
    for (const channel of channels) {
      this.#channels.set(channel.name, [...(this.#channels.get(channel.name) ?? []), channel]);
    }
  }

  /** Whether what comes by this channel must be signed: a name tells whose it is. */
  static isProviders(channel: string): boolean {
    return PROVIDERS.test(channel);
  }

  /** Whether what comes by this channel can be checked. */
  knows(channel: string): boolean {
    return this.#channels.has(channel);
  }

  /** What is wrong with a request of a known channel; nothing if it is good by any of its configurations. */
  faults(name: string, bytes: Uint8Array, caused: Caused): Fault[] {
    const foreign = caused.records.find(({ channel }) => channel !== name);
    if (foreign) return differences({ 'channel of what it caused': [name, foreign.channel] });
    const body = bodyOf(bytes);
    if (!body) return [{ subject: 'request', expected: 'a JSON object', seen: 'something else' }];
    const judged = (this.#channels.get(name) ?? []).map((channel) => faultsOf(body, channel, caused));
    return judged.find((faults) => faults.length === 0) ?? judged[0] ?? [];
  }
}

function faultsOf(body: JsonObject, channel: Channel, caused: Caused): Fault[] {
  switch (channel.provider) {
    case 'ebet':
      return ebetFaults(body, channel, caused);
    case 'apiv1':
      return apiv1Faults(body, channel, caused);
  }
}

function bodyOf(bytes: Uint8Array): JsonObject | undefined {
  try {
    const body = parseJson(bytes);
    return isJsonObject(body) ? body : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}
