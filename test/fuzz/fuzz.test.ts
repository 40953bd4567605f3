import path from 'node:path';
import { expect } from 'chai';
import { Kind } from '../../proto/gen/wallet/v1/movement.js';
import { residentBytes } from '../bench/proc.js';
import { metricsOf, Scrape } from '../scrape.js';
import { System } from '../system.js';
import { CommandLine } from '../wallet-core/command-line.js';
import { verify } from '../wallet-core/verify.js';
import { HttpFuzz } from './http-fuzz.js';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 50_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** Generous: each takes about a third of it. */
const RESIDENT_BYTES_MAX = 512 * 2 ** 20;

describe(`the gateway under ${REQUESTS} spoilt requests, seed ${SEED}`, () => {
  let system: System;
  let fuzz: HttpFuzz;

  before(async function () {
    this.timeout(REQUESTS * 20);
    const channels = [
      { channelId: 1, currency: 'CNY' },
      { provider: 'apiv1', merchant: 'brand-1', currency: 'CNY' },
    ] as const;
    // Over plain HTTP also where tests run secured: it closes halves of connections, which TLS has not.
    const metrics = { GATEWAY_METRICS: '127.0.0.1:0', WALLET_CORE_METRICS: '127.0.0.1:0' };
    system = await System.start(channels, [], metrics, [], false);
    fuzz = new HttpFuzz(system, SEED);
    await fuzz.prepare();
    const { requests, statuses } = await fuzz.run(REQUESTS);
    for (const process of [system.gateway, system.core]) {
      await fuzz.runOn(new URL(await metricsOf(process)).origin, '/metrics', REQUESTS / 50);
    }
    console.log(`      ${requests} requests, answers by HTTP status: ${JSON.stringify(statuses)}`);
  });
  after(() => system.stop());

  it('has no fault in its log, nor has wallet-core, and serves good requests to the end', async () => {
    const lines = `${system.gateway.output}\n${system.core.output}`.split('\n');
    expect(lines.filter((line) => /"level":[56]0/.test(line)).slice(0, 3)).to.deep.equal([]);
    expect((await system.post('/netCheck', '')).json['status']).to.equal(200);
    expect(fuzz.accepted.length).to.be.above(REQUESTS / 200);
    for (const process of [system.gateway, system.core]) {
      expect((await Scrape.of(process)).value('process_resident_memory_bytes')).to.be.above(0);
    }
  });

  it('moves what was signed and nothing else', async () => {
    const applied = new Map<string, string>();
    for (const channel of ['ebet/1', 'apiv1/brand-1']) {
      for (const { reference, playerId, amount, kind } of await system.clients.movements({ channel })) {
        if (kind === Kind.REFUND) continue;
        const signed = fuzz.signed.get(`${channel} ${reference}`);
        expect({ player: playerId, amount }, `${channel} ${reference}`).to.deep.equal(signed);
        applied.set(reference, amount);
      }
    }
    for (const reference of fuzz.accepted) expect(applied.get(reference)).to.equal('-0.01');
  });

  it('leaves a ledger that is proved, with the signature of each request', async () => {
    expect((await verify(system.clients)).clean).to.equal(true);
    const config = path.join(system.folder, 'single-wallet.yaml');
    const address = ['--address', system.clients.address];
    const { code, stdout } = await CommandLine.run('verify', '--signatures', '--config', config, ...address);
    expect(code, stdout).to.equal(0);
  });

  it('takes no more memory than a bound', () => {
    for (const { child } of [system.gateway, system.core]) {
      expect(residentBytes(child.pid ?? 0)).to.be.below(RESIDENT_BYTES_MAX);
    }
  });
});
