import { expect } from 'chai';
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { parsePublicKey, verifySignature } from '../../gateway/ebet/signature.js';
import { parseJson } from '../../gateway/json/reader.js';
import { type JsonObject } from '../../gateway/json/value.js';

const FIXTURES = 'test/fixtures/ebet';
const PEM = { type: 'spki', format: 'pem' } as const;
const PRIVATE_PEM = { type: 'pkcs8', format: 'pem' } as const;

function rsa(modulusLength: number): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', { modulusLength, publicKeyEncoding: PEM, privateKeyEncoding: PRIVATE_PEM });
}

const ebet = rsa(512);
const other = rsa(1024);
const keys = [parsePublicKey(ebet.publicKey)];

const signed = (text: string, privateKey = ebet.privateKey): string =>
  sign('RSA-MD5', Buffer.from(text), privateKey).toString('base64');

const withSignature = (body: string, signature: string): JsonObject =>
  parseJson(Buffer.from(body.replace('"signature": ""', `"signature": ${JSON.stringify(signature)}`))) as JsonObject;

const BET =
  '{"seqNo":"1|bet","event":"increaseCredit","channelId":1,"timestamp":1637308132650.0,"username":"demo","money":-80,"signature": ""}';
const BET_TEXT = '1|betincreaseCredit11637308132650.0demo-80';

const isBetSigned = (text: string, body = BET, by: readonly KeyObject[] = keys): boolean =>
  verifySignature('increaseCredit', withSignature(body, signed(text)), by);

describe("eBET's signature", () => {
  it('of increaseCredit covers seqNo, event, channelId, timestamp, username and money, in this order', () => {
    expect(isBetSigned(BET_TEXT)).to.equal(true);
    expect(isBetSigned('increaseCredit1|bet11637308132650.0demo-80')).to.equal(false);
  });

  it('of refundSingleWallet covers username and timestamp', () => {
    const body = '{"timestamp":1577808000000,"username":"apitest01","seqNo":"x","signature": ""}';
    const refund = withSignature(body, signed('apitest011577808000000'));
    expect(verifySignature('refundSingleWallet', refund, keys)).to.equal(true);
    expect(verifySignature('increaseCredit', refund, keys)).to.equal(false);
  });

  for (const file of readdirSync(FIXTURES).filter((name) => /^type-.*\.json$|^refundSingleWallet\.json$/.test(name))) {
    it(`is right over the manual's sample ${file}, and wrong over one digit more`, () => {
      const source = readFileSync(`${FIXTURES}/${file}`, 'utf8');
      const endpoint = file.startsWith('type-') ? 'increaseCredit' : 'refundSingleWallet';
      // Read with patterns, so that this text does not come from the reader under test.
      const field = (name: string): string => new RegExp(`"${name}": "?([^",\n]*)`).exec(source)?.[1] ?? '';
      const fields =
        endpoint === 'increaseCredit'
          ? ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'money']
          : ['username', 'timestamp'];
      // The bets in `detail` have a seqNo too; the request's own comes first in every sample.
      const text = fields.map(field).join('');
      expect(verifySignature(endpoint, withSignature(source, signed(text)), keys)).to.equal(true);
      expect(verifySignature(endpoint, withSignature(source, signed(`${text}0`)), keys)).to.equal(false);
    });
  }

  it('may cover the numbers in their shortest form instead of as they stand', () => {
    expect(isBetSigned('1|betincreaseCredit11637308132650demo-80')).to.equal(true);
    const body = BET.replace('-80', '820.00');
    expect(isBetSigned('1|betincreaseCredit11637308132650.0demo820.00', body)).to.equal(true);
    expect(isBetSigned('1|betincreaseCredit11637308132650demo820', body)).to.equal(true);
    expect(isBetSigned('1|betincreaseCredit11637308132650demo820.0', body)).to.equal(false);
  });

  it('is wrong when a number has no shortest form, and right over its text', () => {
    const body = BET.replace('-80', '1e400');
    expect(isBetSigned('1|betincreaseCredit11637308132650.0demo1e400', body)).to.equal(true);
    expect(isBetSigned('1|betincreaseCredit11637308132650demo', body)).to.equal(false);
  });

  it('leaves out what is absent or null', () => {
    expect(isBetSigned('1|bet11637308132650.0demo-80', BET.replace('"event":"increaseCredit",', ''))).to.equal(true);
    expect(isBetSigned('1|betincreaseCredit11637308132650.0-80', BET.replace('"demo"', 'null'))).to.equal(true);
  });

  it('covers the decoded text of strings as UTF-8', () => {
    const body = BET.replace('demo', '\\u8377\\ud83d\\ude00\\n');
    expect(isBetSigned('1|betincreaseCredit11637308132650.0荷😀\n-80', body)).to.equal(true);
  });

  it('is wrong when a signed field is no string or number', () => {
    for (const username of ['true', '["demo"]', '{}']) {
      expect(isBetSigned(BET_TEXT, BET.replace('"demo"', username)), username).to.equal(false);
    }
  });

  it('is right by any key of the channel, during a rotation, and wrong by none', () => {
    expect(isBetSigned(BET_TEXT, BET, [parsePublicKey(other.publicKey), ...keys])).to.equal(true);
    expect(isBetSigned(BET_TEXT, BET, [parsePublicKey(other.publicKey)])).to.equal(false);
    expect(isBetSigned(BET_TEXT, BET, [])).to.equal(false);
  });

  it('is wrong by another digest', () => {
    const sha1 = sign('RSA-SHA1', Buffer.from(BET_TEXT), ebet.privateKey).toString('base64');
    expect(verifySignature('increaseCredit', withSignature(BET, sha1), keys)).to.equal(false);
  });

  const good = signed(BET_TEXT);
  const malformed: [what: string, signature: string][] = [
    ['empty', ''],
    ['short', 'AAAA'],
    ['cut', good.slice(0, -4)],
    ['too long', good.replace(/=*$/, '') + 'A'.repeat(200)],
    ['without padding', good.replace(/=/g, '')],
    ['with a line break', `${good.slice(0, 40)}\n${good.slice(40)}`],
    ['with a space before it', ` ${good}`],
    ['with text after it', `${good}x`],
    ['in the alphabet for URLs', good.slice(0, -6) + '-_' + good.slice(-4)],
    ['hexadecimal', Buffer.from(good, 'base64').toString('hex')],
    ['all zeros', Buffer.alloc(64).toString('base64')],
    ['all ones', Buffer.alloc(64, 255).toString('base64')],
    ['not ASCII', '签名'],
    ['huge', 'A'.repeat(1_000_000)],
  ];
  for (const [what, signature] of malformed) {
    it(`is wrong, not an error, when it is ${what}`, () =>
      expect(verifySignature('increaseCredit', withSignature(BET, signature), keys)).to.equal(false));
  }

  it('is wrong, not an error, when it is absent or no string', () => {
    for (const value of ['null', '1', 'true', '["x"]', '{}']) {
      const body = parseJson(Buffer.from(BET.replace('"signature": ""', `"signature":${value}`))) as JsonObject;
      expect(verifySignature('increaseCredit', body, keys), value).to.equal(false);
    }
    expect(verifySignature('increaseCredit', new Map(), keys)).to.equal(false);
  });
});

describe('a public key in the configuration', () => {
  it('is RSA in PEM, as PKCS#8 or PKCS#1, with any white space around it', () => {
    const pkcs1 = createPublicKey(ebet.publicKey).export({ type: 'pkcs1', format: 'pem' }).toString();
    for (const pem of [ebet.publicKey, pkcs1, `\n${ebet.publicKey}\n\n`, ebet.publicKey.replace(/\n/g, '\r\n')]) {
      expect(isBetSigned(BET_TEXT, BET, [parsePublicKey(pem)])).to.equal(true);
    }
  });

  const bare = ebet.publicKey.replace(/-----[A-Z ]+-----/g, '').trim();
  const ed25519 = generateKeyPairSync('ed25519', { publicKeyEncoding: PEM, privateKeyEncoding: PRIVATE_PEM });
  const mistakes: [what: string, pem: string, fix: string][] = [
    ['a private key', ebet.privateKey, 'give the public key eBET handed out'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'openssl x509 -pubkey'],
    ['bare base64', bare, 'put it between the lines -----BEGIN PUBLIC KEY-----'],
    ['bare base64 on one line', bare.replace(/\n/g, ''), 'put it between the lines -----BEGIN PUBLIC KEY-----'],
    ['two keys at once', ebet.publicKey + other.publicKey, 'give each as an entry of its own'],
    ['written with \\n', ebet.publicKey.replace(/\n/g, '\\n'), 'real line breaks'],
    ['cut off', ebet.publicKey.slice(0, 80), 'must be complete'],
    ['empty', '', 'begins with -----BEGIN PUBLIC KEY-----'],
    ['for another algorithm', ed25519.publicKey, 'this is a key for ed25519; eBET signs with RSA'],
  ];
  for (const [what, pem, fix] of mistakes) {
    it(`is refused with the fix, and without printing it, when it is ${what}`, () => {
      expect(() => parsePublicKey(pem))
        .to.throw(Error, fix)
        .with.property('message')
        .that.does.not.contain(bare.slice(0, 30));
    });
  }
});
