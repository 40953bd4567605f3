import path from 'node:path';
import { expect } from 'chai';
import { CORE_METRICS, GATEWAY_METRICS, type MetricTable } from '../metrics.js';
import { metricsOf } from './scrape.js';
import { Process, System } from './system.js';

describe('metrics', () => {
  let system: System;

  before(async () => {
    system = await System.start(undefined, [], { WALLET_CORE_METRICS: '127.0.0.1:0', GATEWAY_METRICS: '127.0.0.1:0' });
  });
  after(() => system.stop());

  const both: [string, MetricTable, () => Process][] = [
    ['wallet-core', CORE_METRICS, () => system.core],
    ['the gateway', GATEWAY_METRICS, () => system.gateway],
  ];
  for (const [name, table, process] of both) {
    it(`of ${name} are those of its table and of Node.js, on an address of their own`, async () => {
      const response = await fetch(await metricsOf(process()));
      expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
      const text = await response.text();
      for (const { name: metric, type, help } of Object.values(table)) {
        expect(text).to.contain(`# HELP ${metric} ${help}\n# TYPE ${metric} ${type}\n`);
      }
      expect(text).to.match(/^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m);
    });

    it(`of ${name} have one path and are read with GET`, async () => {
      const url = await metricsOf(process());
      expect((await fetch(url, { method: 'POST', body: '{}' })).status).to.equal(405);
      expect((await fetch(new URL('/', url))).status).to.equal(404);
    });
  }

  const taken: ['wallet-core' | 'gateway', string, string][] = [
    ['wallet-core', 'walletCore.metrics', 'WALLET_CORE_METRICS'],
    ['gateway', 'gateway.metrics', 'GATEWAY_METRICS'],
  ];
  for (const [name, setting, variable] of taken) {
    it(`of ${name} on an address that is taken keep it from starting, and it says why`, async () => {
      const { host } = new URL(await metricsOf(system.core));
      const second = new Process(name, {
        SINGLE_WALLET_CONFIG: path.join(system.folder, 'single-wallet.yaml'),
        SINGLE_WALLET_DATA: path.join(system.folder, 'second'),
        WALLET_CORE_ADDRESS: system.clients.address,
        [variable]: host,
      });
      expect(await second.ended).to.equal(1);
      expect(second.output).to.contain(`${name} cannot start: ${setting} (${variable}): ${host} is in use;`);
    });
  }
});
