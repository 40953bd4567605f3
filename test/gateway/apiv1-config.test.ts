import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { ConfigError, type Environment, readSetup } from '../../config.js';
import type { Apiv1Channel } from '../../gateway/apiv1/channel.js';
import { loadGatewayConfig } from '../../gateway/config.js';

const GOOD = 'provider: apiv1, merchant: brand-1, currency: CNY, keyFile: apiv1.key';
const FIRST = 'single-wallet.yaml: gateway.channels[0]';
const ONE_KEY = `${FIRST}: is a section; expected exactly one of keyFile and keyVariable`;
const PATTERN = "expected a regular expression for the whole id, from ^ to $, such as '^YK\\d{9}$'";

describe('the configuration of an api-v1 channel', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'single-wallet-apiv1-'));
    writeFileSync(path.join(folder, 'apiv1.key'), 'the secret\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function load(channels: readonly string[], environment: Environment = {}): readonly Apiv1Channel[] {
    const list = channels.map((channel) => `{ ${channel} }`).join(', ');
    writeFileSync(path.join(folder, 'single-wallet.yaml'), `gateway: { channels: [${list}] }`);
    const config = loadGatewayConfig(readSetup(environment, folder));
    return config.channels.filter((channel) => channel.provider === 'apiv1');
  }

  function loadOne(channel: string, environment: Environment = {}): Apiv1Channel {
    const [loaded] = load([channel], environment);
    if (!loaded) throw new Error('no channel');
    return loaded;
  }

  function problems(channels: readonly string[], environment: Environment = {}): string[] {
    try {
      load(channels, environment);
    } catch (error) {
      if (error instanceof ConfigError) return error.message.split('\n');
      throw error;
    }
    return [];
  }

  const keyOf = ({ key }: Apiv1Channel) => String(key.export());

  it('has defaults for its path and policies', () => {
    const { key, ...rest } = loadOne(GOOD);
    expect(String(key.export())).to.equal('the secret');
    expect(rest).to.deep.equal({
      provider: 'apiv1',
      merchant: 'brand-1',
      name: 'apiv1/brand-1',
      path: '/api-v1',
      currency: 'CNY',
      allowAnyAddress: false,
      checkCloses: true,
      exactDecimals: undefined,
      memberIdPattern: undefined,
      transactionIdPattern: undefined,
      timestampToleranceMs: undefined,
    });
  });

  it('takes every policy', () => {
    const all = `${GOOD}, path: /a/b, checkCloses: false, exactDecimals: 2, timestampToleranceSeconds: 60`;
    const channel = loadOne(`${all}, memberIdPattern: '^YK\\d{3}$', transactionIdPattern: '^a|b\\\\$'`);
    expect(channel).to.include({ path: '/a/b', checkCloses: false, exactDecimals: 2, timestampToleranceMs: 60_000 });
    expect(channel.memberIdPattern?.test('YK123')).to.equal(true);
    expect(channel.memberIdPattern?.test('YK1234')).to.equal(false);
    expect(['a', 'b\\', 'ab\\', 'xb\\', 'ax'].filter((id) => channel.transactionIdPattern?.test(id))).to.deep.equal([
      'a',
      'b\\',
    ]);
  });

  it('takes the key from the environment, or from a file of which the last line break is cut', () => {
    expect(
      keyOf(loadOne(GOOD.replace('keyFile: apiv1.key', 'keyVariable: MY_KEY'), { MY_KEY: 'the secret' })),
    ).to.equal('the secret');
    for (const text of ['the secret', 'the secret\r\n']) {
      writeFileSync(path.join(folder, 'apiv1.key'), text);
      expect(keyOf(loadOne(GOOD))).to.equal('the secret');
    }
    writeFileSync(path.join(folder, 'apiv1.key'), ' 密钥 ');
    expect(keyOf(loadOne(GOOD))).to.equal(' 密钥 ');
  });

  it('never shows the key', () => {
    const [channel] = load([GOOD]);
    expect(inspect(channel, { depth: 9, showHidden: true })).to.not.contain('the secret');
    expect(JSON.stringify(channel)).to.not.contain('the secret');
    writeFileSync(path.join(folder, 'apiv1.key'), 'the secret\nand more\n');
    const wrong = [
      ...problems([GOOD]),
      ...problems([`${GOOD}, key: the secret`]),
      ...problems([GOOD.replace('keyFile: apiv1.key', 'keyVariable: "the secret"')]),
      ...problems([GOOD.replace('keyFile: apiv1.key', 'keyVariable: MY_KEY')], { MY_KEY: 'the secret\n' }),
      ...problems([GOOD.replace('keyFile: apiv1.key', 'keyFile: the secret')]),
    ];
    expect(wrong).to.have.length(6);
    for (const line of wrong) expect(line).to.not.contain('the secret');
  });

  it('takes several channels, each with a merchant and a path of its own', () => {
    const second = GOOD.replace('brand-1', 'brand-2');
    expect(load([GOOD, `${second}, path: /brand-2`]).map((channel) => channel.path)).to.deep.equal([
      '/api-v1',
      '/brand-2',
    ]);
    expect(problems([GOOD, second])).to.deep.equal([
      'single-wallet.yaml: gateway.channels[1].path: is missing; expected a path that no other apiv1 channel has: it is all ' +
        'that tells them apart',
    ]);
    expect(problems([GOOD, `${GOOD}, path: /brand-2`])).to.deep.equal([
      'single-wallet.yaml: gateway.channels[1].merchant: is "brand-1"; expected a merchant that no other apiv1 channel has',
    ]);
  });

  it('in production refuses the development key, and needs allowFrom or a word that it does not', () => {
    const production = { NODE_ENV: 'production', MY_KEY: 'development-key' };
    writeFileSync(path.join(folder, 'apiv1.key'), 'development-key\n');
    for (const channel of [GOOD, GOOD.replace('keyFile: apiv1.key', 'keyVariable: MY_KEY')]) {
      const [setting] = /key(File|Variable)/.exec(channel) ?? [];
      expect(problems([`${channel}, allowAnyAddress: true`], production)).to.deep.equal([
        `${FIRST}: is a section; ${setting}: the development key is refused with NODE_ENV=production, expected the key that ` +
          'the provider handed out',
      ]);
      expect(problems([channel], { MY_KEY: 'development-key' }), 'not in production').to.deep.equal([]);
    }
    writeFileSync(path.join(folder, 'apiv1.key'), 'the secret\n');
    expect(problems([GOOD], production)[0]).to.contain(`${FIRST}.allowFrom: is missing; expected a list`);
    expect(problems([`${GOOD}, allowFrom: [203.0.113.9]`], production)).to.deep.equal([]);
    writeFileSync(path.join(folder, 'apiv1.key'), 'sixteen letters!\n');
    expect(problems([`${GOOD}, allowAnyAddress: true`], production)).to.deep.equal([]);
  });

  it('in production refuses a key under 16 characters on a channel that every address may call, unless allowShortKeys says so', () => {
    writeFileSync(path.join(folder, 'apiv1.key'), 'fifteen letters\n');
    const open = `${GOOD}, allowAnyAddress: true`;
    const [problem, ...more] = problems([open], { NODE_ENV: 'production' });
    expect(problem).to.equal(
      `${FIRST}: is a section; keyFile: expected a key of 16 characters or more: NODE_ENV=production takes a shorter one only ` +
        'on a channel with allowFrom, unless allowShortKeys: true lifts that',
    );
    expect(more).to.deep.equal([]);
    expect(problems([`${open}, allowShortKeys: true`], { NODE_ENV: 'production' })).to.deep.equal([]);
    expect(problems([open]), 'not in production').to.deep.equal([]);
  });

  const MERCHANT = 'expected a name for this channel of 1 to 58 of a-z 0-9 . _ -, such as "brand-1"';
  const PATH = 'expected a path such as "/api-v1" or "/brand-1/api-v1", of a-z A-Z 0-9 . _ - and /';
  const CURRENCY = 'expected an ISO 4217 code in capitals, such as "CNY"';
  const SECONDS = 'expected a whole number of seconds from 1 to 86400';
  const LINE = 'expected the key on one line, of 1 to 1,024 characters, and nothing else';
  const TABLE: readonly (readonly [what: string, channel: string, problem: string | RegExp])[] = [
    ['no merchant', GOOD.replace('merchant: brand-1, ', ''), `${FIRST}.merchant: is missing; ${MERCHANT}`],
    ['a number for a merchant', GOOD.replace('brand-1', '7'), `${FIRST}.merchant: is 7; ${MERCHANT}`],
    ['capitals in it', GOOD.replace('brand-1', 'Brand'), `${FIRST}.merchant: is "Brand"; ${MERCHANT}`],
    ['a path without a slash', `${GOOD}, path: api-v1`, `${FIRST}.path: is "api-v1"; ${PATH}`],
    ['a slash at its end', `${GOOD}, path: /api-v1/`, `${FIRST}.path: is "/api-v1/"; ${PATH}`],
    ['a pattern in it', `${GOOD}, path: "/:any"`, `${FIRST}.path: is "/:any"; ${PATH}`],
    ['dots for a step up', `${GOOD}, path: /a/../b`, `${FIRST}.path: is "/a/../b"; ${PATH}`],
    ['a currency in small letters', GOOD.replace('CNY', 'cny'), `${FIRST}.currency: is "cny"; ${CURRENCY}`],
    [
      'a currency of three decimals',
      GOOD.replace('CNY', 'KWD'),
      `${FIRST}.currency: is "KWD"; expected a currency with at most two decimals: api-v1 answers every balance with exactly two`,
    ],
    ['no key', GOOD.replace(', keyFile: apiv1.key', ''), ONE_KEY],
    ['two keys', `${GOOD}, keyVariable: MY_KEY`, ONE_KEY],
    [
      'the key itself',
      `${GOOD}, key: secret`,
      `${FIRST}.key: is not a setting; expected one of provider, merchant, path, currency, allowFrom, allowAnyAddress, ` +
        'allowShortKeys, keyFile, keyVariable, checkCloses, exactDecimals, memberIdPattern, transactionIdPattern, timestampToleranceSeconds',
    ],
    [
      'a key file that is missing',
      GOOD.replace('apiv1.key', 'none.key'),
      /keyFile: expected a file with the key that the provider handed out, such as "keys\/apiv1.key" \(ENOENT\)$/,
    ],
    ['an empty key file', GOOD.replace('apiv1.key', 'empty.key'), `${FIRST}: is a section; keyFile: ${LINE}`],
    ['a key file of several lines', GOOD.replace('apiv1.key', 'lines.key'), `${FIRST}: is a section; keyFile: ${LINE}`],
    [
      'a variable that is not set',
      GOOD.replace('keyFile: apiv1.key', 'keyVariable: NOT_SET'),
      `${FIRST}: is a section; keyVariable: expected the name of an environment variable that holds the key, such as ` +
        '"APIV1_KEY"; there is none of the name that stands there',
    ],
    ['other decimals', `${GOOD}, exactDecimals: 3`, `${FIRST}.exactDecimals: is 3; expected 2, or no such line`],
    ['a text for a flag', `${GOOD}, checkCloses: "no"`, `${FIRST}.checkCloses: is "no"; expected true or false`],
    ['no seconds', `${GOOD}, timestampToleranceSeconds: 0`, `${FIRST}.timestampToleranceSeconds: is 0; ${SECONDS}`],
    ['a pattern without ^', `${GOOD}, memberIdPattern: 'YK$'`, `${FIRST}.memberIdPattern: is "YK$"; ${PATTERN}`],
    ['a pattern without $', `${GOOD}, memberIdPattern: '^YK'`, `${FIRST}.memberIdPattern: is "^YK"; ${PATTERN}`],
    ['a $ that is data', `${GOOD}, memberIdPattern: '^YK\\$'`, `${FIRST}.memberIdPattern: is "^YK\\\\$"; ${PATTERN}`],
    [
      'a pattern that does not compile',
      `${GOOD}, memberIdPattern: '^(YK$'`,
      /memberIdPattern: is "\^\(YK\$"; expected a regular expression for the whole id, .+ \(Invalid regular expression: .+\)$/,
    ],
    ['one that compiles only in a group', `${GOOD}, memberIdPattern: '^a)|(b$'`, /\(Invalid regular expression: .+\)$/],
  ];
  for (const [what, channel, problem] of TABLE) {
    it(`names what is wrong with ${what}`, () => {
      writeFileSync(path.join(folder, 'empty.key'), '\n');
      writeFileSync(path.join(folder, 'lines.key'), 'a\nb\n');
      const [line, ...more] = problems([channel], { MY_KEY: 'x' });
      expect(more).to.deep.equal([]);
      if (typeof problem === 'string') expect(line).to.equal(problem);
      else expect(line).to.match(problem);
    });
  }
});
