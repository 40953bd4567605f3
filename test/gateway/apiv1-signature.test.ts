import { createHash, createSecretKey } from 'node:crypto';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { verifySignature } from '../../gateway/apiv1/signature.js';
import { parseJson } from '../../gateway/json/reader.js';
import type { JsonObject } from '../../gateway/json/value.js';
import { System } from '../system.js';
import { Apiv1, ENDPOINTS, expectFailure, expectSuccess, seconds } from './apiv1.js';
import { fresh, number, print, type Fields } from './ebet.js';

const KEY = 'the-key';
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const key = createSecretKey(KEY, 'utf8');
const read = (body: string): JsonObject => parseJson(Buffer.from(body)) as JsonObject;

/** Whether an update of this value, as it stands in the JSON, is rightly signed over this text of it. */
const isSigned = (value: string, signed: string): boolean =>
  verifySignature(
    'balance-update',
    read(
      `{"transaction_id":"23985235","member_id":"YK398362287","action_value":${value},"action_type":1,` +
        `"timestamp":"1730456083","sign":"${md5(`23985235YK398362287${signed}11730456083${KEY}`)}"}`,
    ),
    key,
  );

describe('the api-v1 sign', () => {
  it('is the md5 of the fields of each call and the key, in the order of the page', () => {
    const member = `"member_id":"YK398362287"`;
    const rest = `"timestamp":"1730456083"`;
    for (const [endpoint, body, text] of [
      ['balance-check', member, 'YK3983622871730456083'],
      ['transaction-check', `"transaction_id":"23985235"`, '239852351730456083'],
      [
        'balance-update',
        `${member},"transaction_id":"23985235","action_value":820.00,"action_type":1,"order_id":"S1","remarks":"r"`,
        '23985235YK398362287820.0011730456083',
      ],
    ] as const) {
      const signed = (by: string) => read(`{${body},${rest},"sign":"${md5(by)}"}`);
      expect(verifySignature(endpoint, signed(text + KEY), key), endpoint).to.equal(true);
      expect(verifySignature(endpoint, signed(text), key), 'without the key').to.equal(false);
      expect(verifySignature(endpoint, signed(KEY + text), key), 'the key first').to.equal(false);
      expect(verifySignature(endpoint, signed(text + KEY), createSecretKey('another', 'utf8'))).to.equal(false);
    }
  });

  it('is over the source text of a number, or its shortest form', () => {
    expect(isSigned('820.00', '820.00')).to.equal(true);
    expect(isSigned('820.00', '820')).to.equal(true);
    expect(isSigned('820.00', '820.0')).to.equal(false);
    expect(isSigned('820', '820')).to.equal(true);
    expect(isSigned('820', '820.00')).to.equal(false);
    expect(isSigned('-0.10', '-0.1')).to.equal(true);
  });

  it('is over a text exactly as it stands', () => {
    expect(isSigned('"820.00"', '820.00')).to.equal(true);
    expect(isSigned('"820.00"', '820')).to.equal(false);
  });

  it('is over UTF-8', () => {
    const body = (sign: string) => read(`{"member_id":"会员","timestamp":1730456083,"sign":"${sign}"}`);
    expect(verifySignature('balance-check', body(md5(`会员1730456083${KEY}`)), key)).to.equal(true);
  });

  it('is wrong, not an error, when it or a field is malformed', () => {
    const right = md5(`demo1730456083${KEY}`);
    const body = (sign: string, member = '"demo"') =>
      read(`{"member_id":${member},"timestamp":"1730456083","sign":${sign}}`);
    expect(verifySignature('balance-check', body(`"${right}"`), key)).to.equal(true);
    for (const sign of ['null', '1', '""', `"${right}0"`, `"${right.slice(1)}"`, `"${'g'.repeat(32)}"`, '[]']) {
      expect(verifySignature('balance-check', body(sign), key), sign).to.equal(false);
    }
    for (const member of ['null', 'true', '["demo"]', '1e400']) {
      expect(verifySignature('balance-check', body(`"${right}"`, member), key), member).to.equal(false);
    }
  });

  it('needs a key that is not printed by accident', () => {
    expect(inspect({ key }, { depth: 9, showHidden: true })).to.not.contain(KEY);
    expect(JSON.stringify({ key })).to.not.contain(KEY);
  });
});

describe('an api-v1 call', () => {
  let system: System;
  let apiv1: Apiv1;

  before(async () => {
    system = await System.start([{ provider: 'apiv1', merchant: 'brand-1', currency: 'CNY' }]);
    apiv1 = new Apiv1(system);
  });
  after(() => system.stop());

  it('signed wrongly is OTHERS without a balance, and takes no transaction_id', async () => {
    const member = await apiv1.member();
    const fields = member.movement(3, '10.00');
    const wrong = { ...fields, sign: md5('wrong') };
    expectFailure(await apiv1.send('balance-update', wrong), 'OTHERS');
    expectFailure(await member.balanceCheck({ sign: md5('wrong') }), 'OTHERS');
    expectFailure(await apiv1.transactionCheck('T', { sign: md5('wrong') }), 'OTHERS');
    expectSuccess(await apiv1.send('balance-update', fields), '1010.00');
  });

  it('is refused when any signed field was changed afterwards', async () => {
    const [member, other] = [await apiv1.member(), await apiv1.member()];
    const fields = member.movement(3, '10.00');
    const sign = apiv1.sign(apiv1.signedText('balance-update', fields));
    for (const change of [
      { transaction_id: fresh('T') },
      { member_id: other.id },
      { action_value: number('10.01') },
      { action_value: number('1000.00') },
      { action_type: 12 },
      { timestamp: seconds(-1) },
    ]) {
      expectFailure(await apiv1.send('balance-update', { ...fields, sign, ...change }), 'OTHERS');
    }
    expectSuccess(await apiv1.send('balance-update', { ...fields, sign, order_id: 'S2', remarks: null }), '1010.00');
    await other.expectLedger('1000.00');
  });

  it('is accepted with its sign in capitals', async () => {
    const member = await apiv1.member();
    const fields = member.movement(3, '10.00');
    const sign = apiv1.sign(apiv1.signedText('balance-update', fields)).toUpperCase();
    expectSuccess(await apiv1.send('balance-update', { ...fields, sign }), '1010.00');
  });

  it('is accepted with 820.00 as a number or a text, signed as it stands, and as a number signed 820', async () => {
    const member = await apiv1.member('0.00');
    expectSuccess(await member.update(3, '820.00'), '820.00');
    expectSuccess(await member.update(3, '', { action_value: '820.00' }), '1640.00');
    const fields = member.movement(3, '820.00');
    const short = apiv1.sign(apiv1.signedText('balance-update', { ...fields, action_value: 820 }));
    expectSuccess(await apiv1.send('balance-update', { ...fields, sign: short }), '2460.00');
  });

  it('is refused with the sign of another call', async () => {
    const member = await apiv1.member();
    const fields: Fields = member.movement(3, '10.00');
    for (const endpoint of ENDPOINTS) {
      const sign = apiv1.sign(apiv1.signedText(endpoint, fields));
      for (const other of ENDPOINTS.filter((each) => each !== endpoint)) {
        expectFailure(await apiv1.send(other, { ...fields, sign }), 'OTHERS');
      }
    }
    await member.expectLedger('1000.00');
  });

  it('leaves neither the key nor the sign in the log', async () => {
    const member = await apiv1.member();
    const { sent } = await member.update(1, '5.00');
    await apiv1.send('balance-update', member.movement(1, '-5.00', { sign: md5('wrong'), transaction_id: 'the-last' }));
    await system.gateway.prints('the-last');
    expect(system.gateway.output).to.not.contain(apiv1.key);
    expect(system.gateway.output).to.not.contain(print(sent.sign ?? null));
  });

  it('is told in the log with its channel, its ids and what was wrong', async () => {
    const member = await apiv1.member();
    const long = 'x'.repeat(60_000);
    await apiv1.send('balance-update', member.movement(1, '-5.00', { transaction_id: `long-${long}`, sign: long }));
    await apiv1.send('balance-update', member.movement(1, '-5.00', { sign: md5('wrong'), transaction_id: 'logged' }));
    await system.gateway.prints('"logged"');
    const lines = system.gateway.output.split('\n');
    const line = lines.find((text) => text.includes('"logged"')) ?? '';
    expect(JSON.parse(line)).to.include({
      level: 40,
      endpoint: 'balance-update',
      channel: 'apiv1/brand-1',
      reference: 'logged',
      player: member.player,
      outcome: 'OTHERS',
      why: 'the sign is not by the key of the channel',
    });
    for (const text of lines) expect(text.length).to.be.below(1000);
  });
});
