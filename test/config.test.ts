import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { ConfigError, type Environment, readSetup } from '../config.js';
import { type Channel, loadGatewayConfig } from '../gateway/config.js';
import { certificate, type CertificateOptions } from './certificates.js';
import { loadCoreConfig } from '../wallet-core/config.js';

const EXAMPLE = path.join(import.meta.dirname, '..', '..', 'single-wallet.example.yaml');
/** Settings that name a file, with a configuration that has something else there. */
const SECRET_IN_PLACE: readonly (readonly [setting: string, write: (there: string) => string])[] = [
  [
    'gateway.channels[0].publicKeys[0]',
    (there) => `gateway: { channels: [{ provider: ebet, channelId: 1, currency: CNY, publicKeys: [${there}] }] }`,
  ],
  ['gateway.tls.certificate', (there) => `gateway: { tls: { certificate: ${there}, key: k }, channels: [${CHANNEL}] }`],
  ['gateway.walletCoreCa', (there) => `gateway: { walletCoreCa: ${there}, channels: [${CHANNEL}] }`],
  ['walletCore.tls.certificate', (there) => `walletCore: { tls: { certificate: ${there}, key: k } }`],
  ['walletCore.clientCa', (there) => `walletCore: { clientCa: ${there} }`],
];

const CHANNEL = '{ provider: ebet, channelId: 1, currency: CNY, publicKeys: [keys/ebet-1.pem] }';

const LISTED = CHANNEL.replace(' }', ', allowFrom: [203.0.113.7] }');

const API_V1 =
  '{ provider: apiv1, merchant: brand-1, currency: CNY, keyFile: keys/apiv1.key, allowFrom: [203.0.113.9] }';

const publicPem = () =>
  generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' });

/** The keys of an eBET channel, and the key of an api-v1 one. */
const keysOf = (channel: Channel | undefined) => (channel?.provider === 'ebet' ? channel.publicKeys : []);
const secretOf = (channel: Channel | undefined) => (channel?.provider === 'apiv1' ? String(channel.key.export()) : '');

describe('configuration', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-config-'));
    mkdirSync(path.join(folder, 'keys'));
    writeFileSync(path.join(folder, 'keys', 'ebet-1.pem'), publicPem());
    writeFileSync(path.join(folder, 'keys', 'apiv1.key'), 'the key of the provider\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (yaml: string) => writeFileSync(path.join(folder, 'single-wallet.yaml'), yaml);
  const core = (environment: Environment = {}) => loadCoreConfig(readSetup(environment, folder));
  const gateway = (environment: Environment = {}) => loadGatewayConfig(readSetup(environment, folder));

  function problems(load: () => unknown): string[] {
    try {
      load();
    } catch (error) {
      if (error instanceof ConfigError) return error.message.split('\n');
      throw error;
    }
    return [];
  }

  describe('without a file', () => {
    it('is a development set-up with defaults', () => {
      expect(core()).to.deep.equal({
        data: path.join(folder, 'data'),
        backups: path.join(folder, 'data', 'backups'),
        listen: { host: '127.0.0.1', port: 50051 },
        access: { tokens: 'off', health: 'open', reflection: 'token' },
        logLevel: 'info',
        scrubEveryMs: 86_400_000,
        keepRefusedMs: 2_592_000_000,
        development: true,
        production: false,
      });
      const config = gateway();
      expect(config).to.deep.include({
        data: path.join(folder, 'data'),
        listen: { host: '127.0.0.1', port: 8080 },
        walletCoreAddress: '127.0.0.1:50051',
        walletCoreNamed: false,
        logLevel: 'info',
        development: true,
      });
      expect(config.channels).to.have.length(2);
      const [ebet, apiv1] = config.channels;
      expect(ebet).to.deep.include({
        provider: 'ebet',
        channelId: 1,
        name: 'ebet/1',
        currency: 'CNY',
        timestampToleranceMs: 600_000,
        refundSettledBets: false,
        failedBets: 'await-refund',
        rotateAccessToken: false,
        accessTokenLifetimeS: 86_400,
        loginsPerMinute: 30,
        channelLoginsPerMinute: 6_000,
        queriesPerMinute: 60_000,
      });
      expect(keysOf(ebet)).to.have.length(1);
      expect(apiv1).to.deep.include({
        provider: 'apiv1',
        merchant: 'development',
        name: 'apiv1/development',
        path: '/api-v1',
        currency: 'CNY',
        checkCloses: true,
      });
      expect(secretOf(apiv1)).to.equal('development-key');
    });

    it("generates the channel's keys on the first start and keeps them", () => {
      const dev = path.join(folder, 'data', 'dev');
      const keyOf = () => keysOf(gateway().channels[0])[0]?.export({ type: 'spki', format: 'pem' });
      const first = keyOf();
      expect(first).to.equal(readFileSync(path.join(dev, 'ebet-public.pem'), 'utf8'));
      expect(statSync(path.join(dev, 'ebet-private.pem')).mode & 0o777).to.equal(0o600);
      expect(keyOf()).to.equal(first);
      rmSync(path.join(dev, 'ebet-public.pem'));
      const second = keyOf();
      expect(second, 'half a pair is replaced').to.not.equal(first);
      expect(keyOf()).to.equal(second);
    });

    it('refuses halves of different pairs', () => {
      gateway();
      const dev = path.join(folder, 'data', 'dev');
      writeFileSync(path.join(dev, 'ebet-public.pem'), publicPem());
      expect(problems(gateway)).to.deep.equal([
        `${dev}/ebet-public.pem: is not the other half of ${dev}/ebet-private.pem; remove both for a new pair`,
      ]);
    });

    it('is refused in production, however that is written', () => {
      const expected = [
        `single-wallet.yaml: is missing in ${folder}; NODE_ENV=production needs a configuration file: copy ` +
          `single-wallet.example.yaml there, or name yours in SINGLE_WALLET_CONFIG`,
      ];
      expect(problems(() => core({ NODE_ENV: 'production' }))).to.deep.equal(expected);
      expect(problems(() => gateway({ NODE_ENV: 'production' }))).to.deep.equal(expected);
      expect(problems(() => gateway({ NODE_ENV: 'Production' }))).to.deep.equal(expected);
    });
  });

  describe('from a file', () => {
    it('loads the example, in production too', () => {
      copyFileSync(EXAMPLE, path.join(folder, 'single-wallet.yaml'));
      expect(core({ NODE_ENV: 'production' }).development).to.equal(false);
      const config = gateway({ NODE_ENV: 'production' });
      expect(config.walletCoreNamed).to.equal(true);
      expect(config.channels.map(({ name, currency }) => [name, currency])).to.deep.equal([
        ['ebet/1', 'CNY'],
        ['apiv1/brand-1', 'CNY'],
      ]);
    });

    it('finds every setting in the example', () => {
      const text = readFileSync(EXAMPLE, 'utf8');
      for (const broken of [
        'unknown: 1',
        'walletCore: { unknown: 1 }',
        'gateway: { unknown: 1, channels: [{ provider: ebet, unknown: 1 }, { provider: apiv1, unknown: 1 }] }',
      ]) {
        write(broken);
        const lists = [...problems(core), ...problems(gateway)].map(
          (line) => / is not a setting; expected one of (.+)$/.exec(line)?.[1],
        );
        for (const key of lists.flatMap((list) => list?.split(', ') ?? []))
          // One that has no default stands in a comment.
          expect(text).to.match(new RegExp(`^[ -]*(?:# )?${key}:`, 'm'));
      }
    });

    it('takes what is left out from the defaults that the example states', () => {
      copyFileSync(EXAMPLE, path.join(folder, 'single-wallet.yaml'));
      const full = [core(), { ...gateway(), walletCoreNamed: false }];
      write(`gateway: { channels: [${LISTED}, ${API_V1}] }`);
      expect([core(), gateway()]).to.deep.equal(full);
    });

    it('is found by SINGLE_WALLET_CONFIG; its relative paths start beside it', () => {
      const elsewhere = path.join(folder, 'elsewhere');
      mkdirSync(elsewhere);
      write(`{ data: ledger, walletCore: { backups: kept }, gateway: { channels: [${CHANNEL}] } }`);
      const setup = readSetup({ SINGLE_WALLET_CONFIG: '../single-wallet.yaml' }, elsewhere);
      expect(loadCoreConfig(setup).data).to.equal(path.join(folder, 'ledger'));
      expect(loadCoreConfig(setup).backups).to.equal(path.join(folder, 'kept'));
      expect(keysOf(loadGatewayConfig(setup).channels[0])).to.have.length(1);
    });

    it('may leave out what the other process needs', () => {
      write('walletCore: { listen: "[::1]:0" }');
      expect(core().listen).to.deep.equal({ host: '::1', port: 0 });
    });

    it('has a scrub as often as it says, or none', () => {
      const every = (hours: string) => {
        write(`walletCore: { scrubEveryHours: ${hours} }`);
        return core().scrubEveryMs;
      };
      expect(['0', '0.5', '500'].map(every)).to.deep.equal([0, 1_800_000, 1_800_000_000]);
      for (const hours of ['-1', '501', 'daily']) {
        write(`walletCore: { scrubEveryHours: ${hours} }`);
        expect(problems(core)[0]).to.match(
          /^single-wallet\.yaml: walletCore\.scrubEveryHours: is .*; expected hours from 0 to 500, such as 24 or 0\.5; 0 turns it off$/,
        );
      }
    });

    it('takes a section without content for one that is left out', () => {
      write(`walletCore:\ngateway:\n  listen:\n  channels: [${CHANNEL}]`);
      expect(core().logLevel).to.equal('info');
      expect(gateway().listen.port).to.equal(8080);
    });

    it('keeps several keys, for rotation', () => {
      writeFileSync(path.join(folder, 'keys', 'ebet-2.pem'), publicPem());
      write(`gateway: { channels: [${CHANNEL.replace(']', ', keys/ebet-2.pem]')}] }`);
      expect(keysOf(gateway().channels[0])).to.have.length(2);
    });

    it('gives frozen results', () => {
      write(`gateway: { channels: [${CHANNEL}] }`);
      const config = gateway();
      for (const part of [config, config.listen, config.channels, config.channels[0], keysOf(config.channels[0])]) {
        expect(part).to.be.frozen;
      }
      expect(core()).to.be.frozen;
      expect(core().listen).to.be.frozen;
    });
  });

  describe('from the environment', () => {
    it('overrides the file', () => {
      write(
        `{ data: ledger, walletCore: { listen: "127.0.0.1:1" }, gateway: { listen: "127.0.0.1:2", channels: [${CHANNEL}] } }`,
      );
      const environment = {
        SINGLE_WALLET_DATA: 'other',
        WALLET_CORE_LISTEN: '127.0.0.2:50052',
        WALLET_CORE_METRICS: '127.0.0.1:9464',
        GATEWAY_LISTEN: '[::1]:8081',
        GATEWAY_METRICS: '127.0.0.1:9465',
        WALLET_CORE_ADDRESS: 'core.internal:50052',
      };
      expect(core(environment)).to.deep.include({
        data: path.join(folder, 'other'),
        listen: { host: '127.0.0.2', port: 50052 },
        metrics: { host: '127.0.0.1', port: 9464 },
      });
      expect(gateway(environment)).to.deep.include({
        data: path.join(folder, 'other'),
        listen: { host: '::1', port: 8081 },
        metrics: { host: '127.0.0.1', port: 9465 },
        walletCoreAddress: 'core.internal:50052',
        walletCoreNamed: true,
      });
    });

    it('leaves alone what an empty variable would override', () => {
      expect(core({ WALLET_CORE_LISTEN: '', SINGLE_WALLET_DATA: '', SINGLE_WALLET_CONFIG: '' }).listen.port).to.equal(
        50051,
      );
    });

    it('is named in errors', () => {
      const address = (lowest: number, port: number) =>
        `expected host:port with a port from ${lowest} to 65535, such as "127.0.0.1:${port}" or "[::1]:${port}"`;
      expect(problems(() => gateway({ GATEWAY_LISTEN: ':8080', WALLET_CORE_ADDRESS: 'localhost:0' }))).to.deep.equal([
        `GATEWAY_LISTEN: is ":8080"; ${address(0, 8080)}`,
        `WALLET_CORE_ADDRESS: is "localhost:0"; ${address(1, 50051)}`,
      ]);
      expect(problems(() => core({ WALLET_CORE_LISTEN: '[127.0.0.1]:1' }))).to.deep.equal([
        `WALLET_CORE_LISTEN: is "[127.0.0.1]:1"; ${address(0, 50051)}`,
      ]);
      const missing = path.join(folder, 'x.yaml');
      expect(problems(() => core({ SINGLE_WALLET_CONFIG: 'x.yaml' }))).to.deep.equal([
        `SINGLE_WALLET_CONFIG: is "x.yaml"; expected a YAML file that this process may read ` +
          `(ENOENT: no such file or directory, open '${missing}')`,
      ]);
    });
  });

  describe('production', () => {
    const OPEN = CHANNEL.replace(' }', ', allowAnyAddress: true }');
    const refusal = (file: string) => [
      `single-wallet.yaml: gateway.channels[0].publicKeys[0]: is "${file}"; ` +
        'development keys are refused with NODE_ENV=production, expected a file with a public key of eBET',
    ];

    it('refuses a key in the dev folder of the data folder, and a copy of the development key elsewhere', () => {
      gateway();
      copyFileSync(path.join(folder, 'data', 'dev', 'ebet-public.pem'), path.join(folder, 'keys', 'copy.pem'));
      for (const file of ['data/dev/ebet-public.pem', 'keys/copy.pem']) {
        write(`gateway: { channels: [${OPEN.replace('keys/ebet-1.pem', file)}] }`);
        expect(problems(() => gateway({ NODE_ENV: 'production' }))).to.deep.equal(refusal(file));
        expect(problems(gateway), 'not in production').to.deep.equal([]);
      }
    });

    it('refuses a development key of which nothing else is left than a copy', () => {
      gateway();
      copyFileSync(path.join(folder, 'data', 'dev', 'ebet-public.pem'), path.join(folder, 'keys', 'copy.pem'));
      rmSync(path.join(folder, 'data'), { recursive: true });
      write(`{ data: ledger, gateway: { channels: [${OPEN.replace('keys/ebet-1.pem', 'keys/copy.pem')}] } }`);
      expect(problems(() => gateway({ NODE_ENV: 'production' }))).to.deep.equal(refusal('keys/copy.pem'));
    });
  });

  describe('production, for a channel', () => {
    const ADDRESSES =
      'expected a list of one or more addresses or ranges that the provider calls from, such as ["203.0.113.7", "198.51.100.0/24"]';
    const FIRST = 'single-wallet.yaml: gateway.channels[0]';
    const OPEN =
      `${FIRST}.allowFrom: is missing; ${ADDRESSES}: NODE_ENV=production needs it, ` +
      'unless allowAnyAddress: true lets every address call';
    const short = (index: number, bits: number) =>
      `${FIRST}.publicKeys[${index}]: is "keys/${bits}.pem"; expected a key of 1024 bits or more, it has ${bits}: ` +
      'NODE_ENV=production takes such a key only on a channel with allowFrom, unless allowShortKeys: true lifts that';

    /** What is wrong, in production, with a channel that has keys of so many bits and these settings. */
    function wrong(bits: readonly number[], settings: string): string[] {
      for (const modulusLength of bits) {
        const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
        writeFileSync(
          path.join(folder, 'keys', `${modulusLength}.pem`),
          publicKey.export({ type: 'spki', format: 'pem' }),
        );
      }
      const keys = bits.map((length) => `keys/${length}.pem`).join(', ');
      write(
        `gateway: { channels: [{ provider: ebet, channelId: 1, currency: CNY, publicKeys: [${keys}]${settings} }] }`,
      );
      expect(problems(gateway), 'not in production').to.deep.equal([]);
      return problems(() => gateway({ NODE_ENV: 'production' }));
    }

    it('that every address may call, refuses it unless allowAnyAddress says so', () => {
      expect(wrong([1024], '')).to.deep.equal([OPEN]);
      expect(wrong([1024], ', allowAnyAddress: false')).to.deep.equal([OPEN]);
      expect(wrong([1024], ', allowFrom:')).to.deep.equal([OPEN]);
      expect(wrong([1024], ', allowAnyAddress: true')).to.deep.equal([]);
      expect(wrong([1024], ', allowFrom: [203.0.113.7]')).to.deep.equal([]);
    });

    it('that every address may call, refuses its keys under 1,024 bits unless allowShortKeys says so', () => {
      const open = ', allowAnyAddress: true';
      expect(wrong([512], open)).to.deep.equal([short(0, 512)]);
      expect(wrong([2048, 1023, 1024, 512], open)).to.deep.equal([short(1, 1023), short(3, 512)]);
      expect(wrong([512], `${open}, allowShortKeys: true`)).to.deep.equal([]);
    });

    it('with allowFrom, takes short keys', () => {
      expect(wrong([512], ', allowFrom: [203.0.113.7]')).to.deep.equal([]);
    });

    it('names both when both are wrong; allowShortKeys does not stand for allowAnyAddress', () => {
      expect(wrong([512], '')).to.deep.equal([OPEN, short(0, 512)]);
      expect(wrong([512], ', allowShortKeys: true')).to.deep.equal([OPEN]);
    });
  });

  describe('of what listens beyond loopback', () => {
    const listening = (more = '') => write(`gateway: { listen: "0.0.0.0:80", ${more} channels: [${LISTED}] }`);
    const PLAIN =
      'expected an address that only this machine reaches, such as "127.0.0.1:8080", or tls with a certificate; ' +
      'allowPlainHttpBeyondLoopback: true lifts that where a proxy that speaks TLS stands before it';

    it('refuses a gateway that speaks plain HTTP, unless allowPlainHttpBeyondLoopback says so', () => {
      listening();
      expect(problems(gateway)).to.deep.equal([`single-wallet.yaml: gateway.listen: is "0.0.0.0:80"; ${PLAIN}`]);
      listening('allowPlainHttpBeyondLoopback: true,');
      expect(gateway().listen.host).to.equal('0.0.0.0');
    });

    it('refuses metrics of either process, unless allowMetricsBeyondLoopback says so', () => {
      const set = (more = '') => {
        const metrics = `metrics: "0.0.0.0:9464"${more}`;
        write(`{ walletCore: { ${metrics} }, gateway: { ${metrics}, channels: [${CHANNEL}] } }`);
      };
      const METRICS =
        'expected an address that only this machine reaches, such as "127.0.0.1:9464"; ' +
        'allowMetricsBeyondLoopback: true lifts that where only Prometheus reaches it';
      set();
      expect([...problems(core), ...problems(gateway)]).to.deep.equal([
        `single-wallet.yaml: walletCore.metrics: is "0.0.0.0:9464"; ${METRICS}`,
        `single-wallet.yaml: gateway.metrics: is "0.0.0.0:9464"; ${METRICS}`,
      ]);
      set(', allowMetricsBeyondLoopback: true');
      expect([core().metrics?.host, gateway().metrics?.host]).to.deep.equal(['0.0.0.0', '0.0.0.0']);
    });

    it('refuses a gateway that shows its token without TLS, unless allowPlainTokenBeyondLoopback says so', async () => {
      writeFileSync(path.join(folder, 'keys', 'gateway.token'), `swt_${'x'.repeat(43)}\n`);
      const reaching = (address: string, more = '') => {
        const token = 'walletCoreTokenFile: keys/gateway.token';
        write(`gateway: { walletCore: "${address}:50051", ${token}, ${more} channels: [${CHANNEL}] }`);
        return problems(gateway);
      };
      const TOKEN =
        'expected an address on this machine, such as "127.0.0.1:50051", or walletCoreCa: everybody on the way could read the ' +
        'token; allowPlainTokenBeyondLoopback: true lifts that where the network itself lets nobody else in';
      for (const host of ['core.internal', '10.0.0.5', '[2001:db8::5]']) {
        expect(reaching(host)).to.deep.equal([`single-wallet.yaml: gateway.walletCore: is "${host}:50051"; ${TOKEN}`]);
        expect(reaching(host, 'allowPlainTokenBeyondLoopback: true,')).to.deep.equal([]);
      }
      expect(reaching('[::1]')).to.deep.equal([]);
      expect(problems(() => gateway({ WALLET_CORE_ADDRESS: '10.0.0.5:1' }))).to.deep.equal([
        `WALLET_CORE_ADDRESS: is "10.0.0.5:1"; ${TOKEN}`,
      ]);
      const authority = await certificate('authority', { isAuthority: true });
      writeFileSync(path.join(folder, 'ca.pem'), authority.certificate);
      expect(reaching('10.0.0.5', 'walletCoreCa: ca.pem,')).to.deep.equal([]);
    });

    it('refuses a channel that every address may call, unless allowAnyAddress says so', () => {
      const reached = (channel: string) => {
        write(
          `gateway: { listen: "0.0.0.0:80", allowPlainHttpBeyondLoopback: true, channels: [${LISTED}, ${channel}] }`,
        );
        return problems(gateway);
      };
      const open = CHANNEL.replace('channelId: 1', 'channelId: 2');
      for (const channel of [open, API_V1.replace(', allowFrom: [203.0.113.9]', '')]) {
        expect(reached(channel)).to.deep.equal([
          'single-wallet.yaml: gateway.channels[1].allowFrom: is missing; expected a list of one or more addresses or ranges that the ' +
            'provider calls from, such as ["203.0.113.7", "198.51.100.0/24"]: listen is beyond this machine, so it is needed, ' +
            'unless allowAnyAddress: true lets every address call',
        ]);
        expect(problems(() => gateway({ GATEWAY_LISTEN: '127.0.0.1:80' }))).to.deep.equal([]);
        expect(
          problems(() => gateway({ NODE_ENV: 'production' })),
          'said once',
        ).to.have.length(1);
        expect(reached(channel.replace(' }', ', allowAnyAddress: true }'))).to.deep.equal([]);
      }
    });

    it('knows loopback in all its forms', () => {
      write(`gateway: { channels: [${LISTED}] }`);
      for (const host of ['127.0.0.1', '127.8.8.8', 'localhost', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]']) {
        expect(problems(() => gateway({ GATEWAY_LISTEN: `${host}:80` }))).to.deep.equal([]);
      }
      for (const host of ['0.0.0.0', '10.0.0.1', '[::]', '[::ffff:10.0.0.1]', 'localhost.example', '128.0.0.1']) {
        const expected = [`GATEWAY_LISTEN: is "${host}:80"; ${PLAIN}`];
        expect(problems(() => gateway({ GATEWAY_LISTEN: `${host}:80` }))).to.deep.equal(expected);
      }
    });
  });

  describe('of a certificate', () => {
    const CERTIFICATE =
      'expected a PEM file with a certificate and those that it was issued with, such as "keys/tls.pem"';
    const KEY =
      'expected a PEM file with the private key of the certificate, without a passphrase, such as "keys/tls.key"';
    const MARKED = 'single-wallet.yaml: gateway.tls';

    async function made(options: CertificateOptions = {}, otherKey?: string): Promise<string[]> {
      const pair = await certificate('gateway', options);
      writeFileSync(path.join(folder, 'tls.pem'), pair.certificate);
      writeFileSync(path.join(folder, 'tls.key'), otherKey ?? pair.key);
      return problems(gateway);
    }

    beforeEach(() =>
      write(`gateway: { listen: "0.0.0.0:443", tls: { certificate: tls.pem, key: tls.key }, channels: [${LISTED}] }`),
    );

    it('takes one that is valid, with its key, and lets the gateway listen beyond loopback', async () => {
      expect(await made()).to.deep.equal([]);
      const { tls } = gateway();
      expect(tls?.now.certificate).to.match(/^-----BEGIN CERTIFICATE-----/);
      expect(inspect(tls, { depth: 9, showHidden: true })).to.not.contain('PRIVATE KEY');
    });

    it('names the file that cannot be read', () => {
      const [line, ...more] = problems(gateway);
      expect(line).to.match(/^single-wallet\.yaml: gateway\.tls\.certificate: is "tls\.pem"; expected .* \(ENOENT\)$/);
      expect(more).to.deep.equal([]);
    });

    it('refuses one that has expired, and one that is not valid yet', async () => {
      const [expired] = await made({ fromDays: -30, toDays: -1 });
      expect(expired).to.match(
        /^single-wallet\.yaml: gateway\.tls\.certificate: is "tls\.pem"; expected one that is valid, this one was until \d{4}-/,
      );
      const [early] = await made({ fromDays: 1, toDays: 30 });
      expect(early).to.match(
        /^single-wallet\.yaml: gateway\.tls\.certificate: is "tls\.pem"; expected one that is valid, this one is from \d{4}-.* on$/,
      );
    });

    it('refuses the key of another certificate, and what is none', async () => {
      const other = await certificate('other');
      expect(await made({}, other.key)).to.deep.equal([
        `${MARKED}.key: is "tls.key"; ${KEY}; this key is of another certificate than tls.pem`,
      ]);
      const [none] = await made({}, 'the key itself is a secret');
      expect(none).to.contain(`${MARKED}.key: is "tls.key"; ${KEY} (`).and.not.contain('secret');
      writeFileSync(path.join(folder, 'tls.pem'), other.key);
      const [wrong] = problems(gateway);
      expect(wrong).to.contain(`${MARKED}.certificate: is "tls.pem"; ${CERTIFICATE} (`).and.not.contain('PRIVATE');
    });

    it('needs both', () => {
      write(`gateway: { tls: { certificate: tls.pem }, channels: [${CHANNEL}] }`);
      expect(problems(gateway)).to.deep.equal([`${MARKED}.key: is missing; ${KEY}`]);
    });
  });

  describe('with mistakes', () => {
    const channel = (changes: string) => `gateway: { channels: [{ ${changes} }] }`;
    const GOOD = 'provider: ebet, channelId: 1, currency: CNY, publicKeys: [keys/ebet-1.pem]';
    const FIRST = 'single-wallet.yaml: gateway.channels[0]';
    const KEYS =
      'provider, channelId, currency, publicKeys, allowFrom, allowAnyAddress, allowShortKeys, loginsPerMinute, channelLoginsPerMinute, queriesPerMinute, ' +
      'timestampToleranceMinutes, refundSettledBets, failedBets, rotateAccessToken, accessTokenMinutes';
    const ADDRESSES =
      'expected a list of one or more addresses or ranges that the provider calls from, such as ["203.0.113.7", "198.51.100.0/24"]';
    const ENTRY = 'expected an address or a CIDR range, such as "203.0.113.7", "198.51.100.0/24" or "2001:db8::/32"';
    const RATE = 'expected a whole number from 1 to 1000000';
    const ID = 'expected the channelId that eBET sends, a whole number above 0';
    const CODE = 'expected an ISO 4217 code in capitals, such as "CNY"';
    const MINUTES = 'expected a whole number of minutes from 1 to 1440';
    const FILES = `expected a list of one or more files with eBET's public keys, such as ["keys/ebet-1.pem"]`;
    const GATEWAY =
      'expected a section with the keys listen, walletCore, walletCoreTokenFile, walletCoreCa, walletCoreTls, allowPlainTokenBeyondLoopback, logLevel, tls, allowPlainHttpBeyondLoopback, metrics, allowMetricsBeyondLoopback, trustedProxies, channels';

    const table: [string, string, string[]][] = [
      [
        'is no section',
        '- a',
        ['single-wallet.yaml: is a list; expected a section with the keys data, walletCore, gateway'],
      ],
      ['has no gateway', 'data: x', [`single-wallet.yaml: gateway: is missing; ${GATEWAY}`]],
      ['is empty', '', [`single-wallet.yaml: gateway: is missing; ${GATEWAY}`]],
      ['has no section gateway', 'gateway: 5', [`single-wallet.yaml: gateway: is 5; ${GATEWAY}`]],
      [
        'has no channels',
        'gateway: {}',
        ['single-wallet.yaml: gateway.channels: is missing; expected a list of one or more channels'],
      ],
      [
        'has an empty list',
        'gateway: { channels: [] }',
        ['single-wallet.yaml: gateway.channels: is an empty list; expected a list of one or more channels'],
      ],
      [
        'has no list',
        'gateway: { channels: ebet }',
        ['single-wallet.yaml: gateway.channels: is "ebet"; expected a list of one or more channels'],
      ],
      [
        'has a number for a folder',
        `{ data: 7, gateway: { channels: [${CHANNEL}] } }`,
        ['single-wallet.yaml: data: is 7; expected the path of a folder, such as "data"'],
      ],
      [
        'misspells sections',
        `{ walletcore: {}, gateway: { chanels: 1, channels: [${CHANNEL}] } }`,
        [
          'single-wallet.yaml: gateway.chanels: is not a setting; expected one of listen, walletCore, walletCoreTokenFile, walletCoreCa, walletCoreTls, allowPlainTokenBeyondLoopback, logLevel, tls, allowPlainHttpBeyondLoopback, metrics, allowMetricsBeyondLoopback, trustedProxies, channels',
          'single-wallet.yaml: walletcore: is not a setting; expected one of data, walletCore, gateway',
        ],
      ],
      [
        'has another level',
        `gateway: { logLevel: verbose, channels: [${CHANNEL}] }`,
        [
          'single-wallet.yaml: gateway.logLevel: is "verbose"; expected one of fatal, error, warn, info, debug, trace, silent',
        ],
      ],
      [
        'has a port for an address',
        `gateway: { listen: 8080, channels: [${CHANNEL}] }`,
        [
          'single-wallet.yaml: gateway.listen: is 8080; expected host:port with a port from 0 to 65535, such as "127.0.0.1:8080" or "[::1]:8080"',
        ],
      ],
      [
        'has a port out of range',
        `gateway: { walletCore: "core:65536", channels: [${CHANNEL}] }`,
        [
          'single-wallet.yaml: gateway.walletCore: is "core:65536"; expected host:port with a port from 1 to 65535, such as "127.0.0.1:50051" or "[::1]:50051"',
        ],
      ],
      [
        'has a text for a channel',
        'gateway: { channels: [ebet] }',
        [`${FIRST}: is "ebet"; expected a channel, with provider: ebet or apiv1`],
      ],
      ['has no provider', channel('channelId: 1'), [`${FIRST}.provider: is missing; expected "ebet" or "apiv1"`]],
      [
        'has another provider',
        channel(GOOD.replace('ebet', 'eBET')),
        [`${FIRST}.provider: is "eBET"; expected "ebet" or "apiv1"`],
      ],
      [
        'leaves out all the rest',
        channel('provider: ebet'),
        [
          `${FIRST}.channelId: is missing; ${ID}`,
          `${FIRST}.currency: is missing; ${CODE}`,
          `${FIRST}.publicKeys: is missing; ${FILES}`,
        ],
      ],
      ['has a text for channelId', channel(GOOD.replace('1,', '"1",')), [`${FIRST}.channelId: is "1"; ${ID}`]],
      ['has channelId 0', channel(GOOD.replace('1,', '0,')), [`${FIRST}.channelId: is 0; ${ID}`]],
      ['has a broken channelId', channel(GOOD.replace('1,', '1.5,')), [`${FIRST}.channelId: is 1.5; ${ID}`]],
      [
        'has a currency in small letters',
        channel(GOOD.replace('CNY', 'cny')),
        [`${FIRST}.currency: is "cny"; ${CODE}`],
      ],
      [
        'has one key without a list',
        channel(GOOD.replace('[keys/ebet-1.pem]', 'keys/ebet-1.pem')),
        [`${FIRST}.publicKeys: is "keys/ebet-1.pem"; ${FILES}`],
      ],
      [
        'has no keys',
        channel(GOOD.replace('keys/ebet-1.pem', '')),
        [`${FIRST}.publicKeys: is an empty list; ${FILES}`],
      ],
      [
        'has no minutes',
        channel(`${GOOD}, timestampToleranceMinutes: 0`),
        [`${FIRST}.timestampToleranceMinutes: is 0; ${MINUTES}`],
      ],
      [
        'has parts of minutes',
        channel(`${GOOD}, timestampToleranceMinutes: 1.5`),
        [`${FIRST}.timestampToleranceMinutes: is 1.5; ${MINUTES}`],
      ],
      [
        'has a text for a flag',
        channel(`${GOOD}, refundSettledBets: "no"`),
        [`${FIRST}.refundSettledBets: is "no"; expected true or false`],
      ],
      [
        'has an access token that is never valid',
        channel(`${GOOD}, accessTokenMinutes: 0`),
        [`${FIRST}.accessTokenMinutes: is 0; expected a whole number of minutes from 1 to 525600`],
      ],
      [
        'has a text for a flag of logins',
        channel(`${GOOD}, rotateAccessToken: "no"`),
        [`${FIRST}.rotateAccessToken: is "no"; expected true or false`],
      ],
      [
        'has an address without a list',
        channel(`${GOOD}, allowFrom: 203.0.113.7`),
        [`${FIRST}.allowFrom: is "203.0.113.7"; ${ADDRESSES}`],
      ],
      ['lets nobody call', channel(`${GOOD}, allowFrom: []`), [`${FIRST}.allowFrom: is an empty list; ${ADDRESSES}`]],
      [
        'has what is no address',
        channel(
          `${GOOD}, allowFrom: [203.0.113.7, provider.example, 203.0.113.256, 010.0.0.1, "203.0.113.7:80", "[2001:db8::1]", ` +
            '"fe80::1%eth0", 203.0.113.7/33, "2001:db8::/129", 203.0.113.0/, 203.0.113.0/024, 7, "::ffff:203.0.113.0/129"] ',
        ),
        [
          ...['provider.example', '203.0.113.256', '010.0.0.1', '203.0.113.7:80', '[2001:db8::1]', 'fe80::1%eth0'],
          ...['203.0.113.7/33', '2001:db8::/129', '203.0.113.0/', '203.0.113.0/024', 7, '::ffff:203.0.113.0/129'],
        ].map((entry, index) => `${FIRST}.allowFrom[${index + 1}]: is ${JSON.stringify(entry)}; ${ENTRY}`),
      ],
      [
        'has a range of every address, or halves of it',
        channel(`${GOOD}, allowFrom: [0.0.0.0/0, "::/0", "::ffff:0:0/96", 0.0.0.0/1, 128.0.0.0/1, "8000::/6"]`),
        ['0.0.0.0/0', '::/0', '::ffff:0:0/96', '0.0.0.0/1', '128.0.0.0/1', '8000::/6'].map(
          (entry, index) =>
            `${FIRST}.allowFrom[${index}]: is "${entry}"; ${ENTRY}; this range is every address, or a large part of them`,
        ),
      ],
      [
        'says who may call, and that everybody may',
        channel(`${GOOD}, allowFrom: [203.0.113.7], allowAnyAddress: true`),
        [
          `${FIRST}.allowAnyAddress: is true; expected false, because allowFrom says who may call; remove one of the two`,
        ],
      ],
      [
        'trusts every proxy',
        `gateway: { trustedProxies: [127.0.0.1, 0.0.0.0/0], channels: [${CHANNEL}] }`,
        [
          `single-wallet.yaml: gateway.trustedProxies[1]: is "0.0.0.0/0"; ${ENTRY}; this range is every address, or a large part of them`,
        ],
      ],
      [
        'trusts a proxy without a list',
        `gateway: { trustedProxies: true, channels: [${CHANNEL}] }`,
        [
          'single-wallet.yaml: gateway.trustedProxies: is true; expected a list of the addresses or ranges of your own proxies, ' +
            'such as ["127.0.0.1", "10.0.5.0/28"]',
        ],
      ],
      [
        'has rates that are none',
        channel(`${GOOD}, loginsPerMinute: 0, queriesPerMinute: 1.5`),
        [`${FIRST}.loginsPerMinute: is 0; ${RATE}`, `${FIRST}.queriesPerMinute: is 1.5; ${RATE}`],
      ],
      [
        'has a setting that is not known',
        channel(`${GOOD}, secret: 1`),
        [`${FIRST}.secret: is not a setting; expected one of ${KEYS}`],
      ],
      [
        'has two channels with one id',
        `gateway: { channels: [${CHANNEL}, ${CHANNEL}] }`,
        [
          'single-wallet.yaml: gateway.channels[1].channelId: is 1; expected a channelId that no other eBET channel has',
        ],
      ],
      [
        'sets a key twice',
        'data: a\ndata: b',
        ['single-wallet.yaml: line 2, column 1: Map keys must be unique; expected valid YAML'],
      ],
      [
        'is not YAML',
        'gateway:\n  listen: "a',
        ['single-wallet.yaml: line 2, column 13: Missing closing "quote; expected valid YAML'],
      ],
    ];
    for (const [what, yaml, expected] of table) {
      it(`names what is wrong if the file ${what}`, () => {
        write(yaml);
        expect(problems(gateway)).to.deep.equal(expected);
      });
    }

    it('names what is wrong with the section walletCore', () => {
      write('{ walletCore: { listen: core, loglevel: info }, gateway: nobody looks }');
      expect(problems(core)).to.deep.equal([
        'single-wallet.yaml: walletCore.listen: is "core"; expected host:port with a port from 0 to 65535, such as "127.0.0.1:50051" or "[::1]:50051"',
        'single-wallet.yaml: walletCore.loglevel: is not a setting; expected one of listen, logLevel, backups, scrubEveryHours, keepRefusedDays, metrics, allowMetricsBeyondLoopback, tokens, health, reflection, tls, clientCa, allowInsecureListen',
      ]);
    });

    it('names key files that are missing or hold no key', () => {
      writeFileSync(path.join(folder, 'keys', 'empty.pem'), '');
      write(channel(GOOD.replace('keys/ebet-1.pem', 'keys/none.pem, keys/empty.pem')));
      const [missing, empty, ...more] = problems(gateway);
      const expected = 'expected a file with a public key of eBET, such as "keys/ebet-1.pem"';
      expect(missing).to.equal(`${FIRST}.publicKeys[0]: is "keys/none.pem"; ${expected} ` + '(ENOENT)');
      expect(empty).to.match(
        /^single-wallet\.yaml: gateway\.channels\[0\]\.publicKeys\[1\]: is "keys\/empty\.pem"; expected a file with a public key of eBET, such as "keys\/ebet-1\.pem" \(.+\)$/,
      );
      expect(more).to.deep.equal([]);
    });

    it('does not show a secret that stands where the name of its file belongs', async () => {
      const token = `swt_${'x'.repeat(43)}`;
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      writeFileSync(path.join(folder, 'tls.pem'), (await certificate('gateway')).certificate);
      const tls = `tls: { certificate: tls.pem, key: ${JSON.stringify(key)} }`;
      write(`gateway: { walletCoreTokenFile: ${token}, ${tls}, channels: [${CHANNEL}] }`);
      expect(problems(gateway)).to.deep.equal([
        'single-wallet.yaml: gateway.walletCoreTokenFile: is a token itself; expected a file with a token that npx single-wallet ' +
          'token create printed, such as "keys/gateway.token"',
        'single-wallet.yaml: gateway.tls.key: is a private key itself; expected a PEM file with the private key of the ' +
          'certificate, without a passphrase, such as "keys/tls.key" (ENOENT)',
      ]);
    });

    it('does not show a password of digits that stands there', () => {
      write(`gateway: { walletCoreTokenFile: 482915077164, channels: [${CHANNEL}] }`);
      expect(problems(gateway).join('\n'))
        .to.contain('gateway.walletCoreTokenFile: is a number of 12 characters; expected')
        .and.not.contain('482915077164');
    });

    for (const [setting, settings] of SECRET_IN_PLACE) {
      it(`does not show a private key that stands where the file of ${setting} belongs`, () => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
        write(settings(JSON.stringify(key)));
        const told = problems(setting.startsWith('walletCore.') ? core : gateway).join('\n');
        expect(told).to.contain(`${setting}: is a private key itself`).and.contain('(ENOENT)');
        for (const line of key.split('\n').slice(1, -2)) expect(told).to.not.contain(line);
      });
    }

    it('is frank about a file that cannot be read', () => {
      mkdirSync(path.join(folder, 'single-wallet.yaml'));
      expect(problems(core)).to.deep.equal([
        'single-wallet.yaml: cannot be read; expected a YAML file that this process may read (EISDIR: illegal operation on a directory, read)',
      ]);
    });
  });
});
