import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import path from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { parse, stringify } from 'yaml';
import { AddressList } from '../../gateway/address-list.js';
import { startGateway } from '../../gateway/app.js';
import type { GatewayConfig } from '../../gateway/config.js';
import { HTTP_LIMITS } from '../../gateway/http-server.js';
import { Renewed } from '../../renewed.js';
import { certificate, type Pair } from '../certificates.js';
import { Scrape } from '../scrape.js';
import { Process, System } from '../system.js';
import { Ebet, print } from './ebet.js';

function send(port: number, method: string, endpoint: string, body: string, ca?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: endpoint, method, ca, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve(text));
    });
    asked.on('error', reject).end(body);
  });
}

describe('a gateway with a certificate', () => {
  let system: System;
  let authority: Pair;
  let secure: Process;
  let port: number;

  before(async () => {
    system = await System.start([{ channelId: 1, currency: 'CNY', allowAnyAddress: true }]);
    authority = await certificate('the authority of the tests', { isAuthority: true });
    const pair = await certificate('gateway', { issuer: authority });
    writeFileSync(path.join(system.folder, 'tls.pem'), pair.certificate);
    writeFileSync(path.join(system.folder, 'tls.key'), pair.key);
    const config = parse(readFileSync(path.join(system.folder, 'single-wallet.yaml'), 'utf8')) as { gateway: object };
    const gateway = {
      ...config.gateway,
      listen: '0.0.0.0:0',
      metrics: '127.0.0.1:0',
      tls: { certificate: 'tls.pem', key: 'tls.key' },
    };
    const file = path.join(system.folder, 'secure.yaml');
    writeFileSync(file, stringify({ ...config, gateway }));
    const environment = { SINGLE_WALLET_CONFIG: file, WALLET_CORE_ADDRESS: system.clients.address };
    secure = new Process('gateway', environment);
    port = Number((await secure.listening).split(':')[1]);
  });
  after(async () => {
    await secure.stop('SIGKILL');
    await system.stop();
  });

  it('serves providers and probes over HTTPS, also beyond loopback', async () => {
    const ebet = new Ebet(system);
    const player = await ebet.player('100.00');
    const bet = print(ebet.signed('/increaseCredit', player.movement(1, '-30')));
    expect(await send(port, 'POST', '/increaseCredit', bet, authority.certificate)).to.include('"money":70');
    await player.expectLedger('70.00', 'BET -30.00');
    expect(await send(port, 'GET', '/readyz', '', authority.certificate)).to.equal('ready\n');
  });

  it('is believed only by those who trust who issued it', async () => {
    const error = await send(port, 'GET', '/healthz', '').catch((error: NodeJS.ErrnoException) => error.code);
    expect(error).to.equal('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('does not answer plain HTTP', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      () => 'answered',
      () => 'hung up',
    );
    expect(answer).to.equal('hung up');
  });

  it('says in its log until when the certificate is valid', async () => {
    await secure.prints('"msg":"listening"');
    expect(secure.output).to.match(/"certificateValidTo":"\d{4}-\d\d-\d\dT/);
  });

  it('refuses a key that was replaced by that of another certificate, says what to mend, and goes on with the old one', async () => {
    const other = await certificate('other', { issuer: authority });
    writeFileSync(path.join(system.folder, 'tls.key'), other.key);
    await secure.prints('"fix":"gateway.tls.key: expected a PEM file with the private key of the certificate');
    expect(await send(port, 'GET', '/healthz', '', authority.certificate)).to.equal('alive\n');
  });

  it('shows a certificate that was replaced without a restart, and says in its log and its metrics until when that is valid', async () => {
    const renewed = await certificate('renewed', { toDays: 60 });
    writeFileSync(path.join(system.folder, 'tls.key'), renewed.key);
    writeFileSync(path.join(system.folder, 'tls.pem'), renewed.certificate);
    const validTo = new Date(new X509Certificate(renewed.certificate).validTo).toISOString();
    await secure.prints(`"certificateValidTo":"${validTo}","msg":"its files were replaced`);
    expect(await send(port, 'GET', '/healthz', '', renewed.certificate)).to.equal('alive\n');
    const expiry = 'single_wallet_gateway_certificate_expiry_timestamp_seconds{setting="gateway.tls"}';
    expect((await Scrape.of(secure)).value(expiry)).to.equal(Date.parse(validTo) / 1000);
  });
});

describe('a gateway with a certificate, told to stop', () => {
  it('does not wait for those who connected and did not agree on TLS', async () => {
    const shown = await certificate('gateway');
    const listen = { host: '127.0.0.1', port: 0 };
    const config: GatewayConfig = {
      ...{ data: '', listen, walletCoreAddress: '127.0.0.1:1', walletCoreNamed: true, walletCoreToken: undefined },
      ...{ trustedProxies: new AddressList([]), channels: [], development: false, logLevel: 'silent' },
      tls: new Renewed('gateway.tls', [], () => ({ ...shown, key: createPrivateKey(shown.key), validTo: '' })),
    };
    // Nothing else ends such a connection while this test runs.
    const limits = { ...HTTP_LIMITS, headersMs: 3_600_000, requestMs: 3_600_000 };
    const gateway = await startGateway(config, pino({ enabled: false }), limits);
    const silent = connect(gateway.port, '127.0.0.1');
    const halfway = connect(gateway.port, '127.0.0.1');
    const closed = [silent, halfway].map((socket) => new Promise((done) => socket.on('error', done).on('close', done)));
    // The first bytes of a record of TLS, which has 512.
    halfway.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]));
    await Promise.all([silent, halfway].map((socket) => once(socket, 'connect')));
    // The gateway takes connections in the order in which they come: once it answers on the third, it has the two.
    expect(await send(gateway.port, 'GET', '/healthz', '', shown.certificate)).to.equal('alive\n');
    await gateway.stop();
    await Promise.all(closed);
  });
});
