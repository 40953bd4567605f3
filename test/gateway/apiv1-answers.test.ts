import { expect } from 'chai';
import { call, System } from '../system.js';
import { Apiv1, ENDPOINTS, expectFailure, expectSuccess, seconds, type Endpoint } from './apiv1.js';
import { Ebet, fresh, number, print, textOf, type Value } from './ebet.js';

const CNY = { provider: 'apiv1', currency: 'CNY' } as const;

describe('an api-v1 provider', () => {
  let system: System;
  let apiv1: Apiv1;
  const at = (merchant: string, currency = 'CNY') => new Apiv1(system, merchant, currency, `/${merchant}/api-v1`);

  before(async () => {
    const others = [
      { merchant: 'yen', currency: 'JPY' },
      { merchant: 'unopened' },
      { merchant: 'exact', exactDecimals: 2 as const },
      { merchant: 'patterns', memberIdPattern: '^YK\\d{3}$', transactionIdPattern: '^\\d{8}|X\\d$' },
      { merchant: 'tolerance', timestampToleranceSeconds: 60 },
      { merchant: 'brand-2' },
      { merchant: 'limits' },
      { merchant: 'here', allowFrom: ['127.0.0.1'] },
      { merchant: 'elsewhere', allowFrom: ['203.0.113.9'] },
    ].map((channel) => ({ ...CNY, path: `/${channel.merchant}/api-v1`, ...channel }));
    const channels = [{ ...CNY, merchant: 'brand-1' }, ...others, { channelId: 1, currency: 'CNY' }];
    system = await System.start(channels, ['unopened']);
    apiv1 = new Apiv1(system);
  });
  after(() => system.stop());

  describe('asks for a balance and', () => {
    it('gets it with exactly two decimals', async () => {
      for (const [money, balance] of [
        ['8002.00', '8002.00'],
        ['0.10', '0.10'],
        ['0.00', '0.00'],
        ['90071992547409.93', '90071992547409.93'],
        ['9999999999999999.99', '9999999999999999.99'],
      ] as const) {
        expectSuccess(await (await apiv1.member(money)).balanceCheck(), balance);
      }
    });

    it('gets a balance of yen with two decimals too', async () => {
      const member = await at('yen', 'JPY').member('7');
      expectSuccess(await member.balanceCheck(), '7.00');
      expectSuccess(await member.update(1, '-5.00'), '2.00');
      expectSuccess(await member.update(3, '1'), '3.00');
      expectFailure(await member.update(3, '1.5'), 'OTHERS', '3.00');
      expectFailure(await member.update(1, '-4'), 'OUT_OF_BALANCE', '3.00');
    });

    it('gets 0.00 and OTHERS for a member who is not known, or has an account only in another currency', async () => {
      expectFailure(await apiv1.stranger().balanceCheck(), 'OTHERS', '0.00');
      const { id } = await at('yen', 'JPY').member('7');
      expectFailure(await apiv1.stranger(id).balanceCheck(), 'OTHERS', '0.00');
    });

    it('finds a member in whatever case, and by a number', async () => {
      await apiv1.member('5.00', 'YK398362287');
      expectSuccess(await apiv1.stranger('yk398362287').balanceCheck(), '5.00');
      expectSuccess(await apiv1.stranger('YK398362287').balanceCheck(), '5.00');
      const member = await apiv1.member('6.00', '398362287');
      expectSuccess(await member.balanceCheck({ member_id: 398362287 }), '6.00');
      expectSuccess(await member.update(1, '-1', { member_id: 398362287, timestamp: Number(seconds()) }), '5.00');
    });

    it('gets that of a frozen member', async () => {
      const member = await apiv1.member();
      await member.isFrozen();
      expectSuccess(await member.balanceCheck(), '1000.00');
    });
  });

  describe('moves money and', () => {
    it('gets the new balance; the ledger keeps the request as it came, and finds it by its order', async () => {
      const member = await apiv1.member('1000.01');
      const order = fresh('S');
      const answered = await member.update(1, '-100.00', { order_id: order });
      expectSuccess(answered, '900.01');
      const { movement, request } = await apiv1.held(textOf(answered.sent.transaction_id));
      expect(movement).to.include({ balanceBefore: '1000.01', balanceAfter: '900.01', round: order });
      expect(request).to.equal(answered.body);
      const found = await system.clients.movements({ channel: apiv1.channel, round: order });
      expect(found.map(({ movementId }) => movementId)).to.deep.equal([movement.movementId]);
    });

    it('gets the first answer for a repeat, whatever happened since', async () => {
      const member = await apiv1.member();
      const first = await member.update(1, '-100.00');
      await member.makes(1, '-900');
      await member.isFrozen();
      expect((await apiv1.again(first)).text).to.equal(first.text);
      await member.expectLedger('0.00', 'BET -100.00', 'BET -900.00');
    });

    it('gets the first answer with another timestamp, order_id and remarks, and the value written otherwise', async () => {
      const member = await apiv1.member();
      const fields = member.movement(1, '-100.00');
      const first = await apiv1.send('balance-update', fields);
      for (const change of [
        { timestamp: seconds(-100) },
        { order_id: 'another' },
        { order_id: undefined, remarks: '' },
        { order_id: null, remarks: null },
        { action_value: number('-100') },
        { action_value: '-100.0' },
        { action_type: '1' },
        { member_id: member.id.toUpperCase() },
      ]) {
        expect((await apiv1.send('balance-update', { ...fields, ...change })).text).to.equal(first.text);
      }
      await member.expectLedger('900.00', 'BET -100.00');
      expect((await apiv1.held(textOf(fields.transaction_id))).movement.round).to.equal('S03827836');
    });

    it('gets OTHERS with the present balance for a known transaction_id with a different request', async () => {
      const [member, other] = [await apiv1.member(), await apiv1.member('5.00')];
      const fields = member.movement(12, '-100.00');
      expectSuccess(await apiv1.send('balance-update', fields), '900.00');
      for (const change of [{ action_value: number('-100.01') }, { action_type: 11 }]) {
        expectFailure(await apiv1.send('balance-update', { ...fields, ...change }), 'OTHERS', '900.00');
      }
      expectFailure(await apiv1.send('balance-update', { ...fields, member_id: other.id }), 'OTHERS', '5.00');
      await member.expectLedger('900.00', 'ADJUSTMENT -100.00');
      await other.expectLedger('5.00');
    });

    it('gets the first answer of a final refusal, with the balance of that time', async () => {
      const member = await apiv1.member('10.00');
      const refused = await member.update(1, '-10.01');
      expectFailure(refused, 'OUT_OF_BALANCE', '10.00');
      await member.deposits('50.00');
      expect((await apiv1.again(refused)).text).to.equal(refused.text);
    });

    it('gets OTHERS without a balance for a member who is not known: a stake is refused for good', async () => {
      const stranger = apiv1.stranger();
      const bet = await stranger.update(1, '-10.00');
      const payout = await stranger.update(3, '10.00');
      for (const refused of [bet, payout]) expectFailure(refused, 'OTHERS');
      await system.clients.open(stranger.player, 'CNY');
      expect((await apiv1.again(bet)).text).to.equal(bet.text);
      expectSuccess(await apiv1.again(payout), '10.00');
    });

    it('gets OTHERS for what would pass decimal(18,2), with the present balance', async () => {
      const member = await at('limits').member('9999999999999999.98');
      expectSuccess(await member.update(12, '0.01'), '9999999999999999.99');
      expectFailure(await member.update(12, '0.01'), 'OTHERS', '9999999999999999.99');
      expectFailure(await member.update(12, '9999999999999999.99'), 'OTHERS', '9999999999999999.99');
      expectSuccess(await member.update(12, '-9999999999999999.99'), '0.00');
    });

    it('has references of its own: one used here is free at eBET, on another channel and over gRPC', async () => {
      const member = await apiv1.member();
      const reference = await member.makes(1, '-1.00');
      const second = at('brand-2').stranger(member.id);
      expectSuccess(await second.update(1, '-2.00', { transaction_id: reference }), '997.00');
      const ebet = new Ebet(system);
      const bet = { username: member.id, channelId: 1, money: number('-3'), type: 1, seqNo: reference };
      const sent = await ebet.send('/increaseCredit', { ...bet, event: 'increaseCredit', timestamp: Date.now() });
      expect(sent.json).to.include({ status: 200, money: 994 });
      await system.clients.post({ playerId: member.id, amount: '-4.00', reference });
      expectSuccess(await member.balanceCheck(), '990.00');
    });

    it('gets OTHERS for debits under maintenance, for a stake for good; credits go on', async () => {
      const second = at('brand-2');
      const member = await second.member();
      const stranger = second.stranger();
      const { accounts } = system.clients;
      const setMaintenance = (maintenance: boolean) =>
        call((done) => accounts.setMaintenance({ channel: 'apiv1/brand-2', maintenance, note: '' }, done));
      await setMaintenance(true);
      const [bet, reclaim] = [await member.update(1, '-1.00'), await member.update(9, '-1.00')];
      for (const refused of [bet, reclaim]) expectFailure(refused, 'OTHERS', '1000.00');
      expectSuccess(await member.update(3, '1.00'), '1001.00');
      const nobodys = await stranger.update(1, '-1.00');
      expectFailure(nobodys, 'OTHERS');
      await setMaintenance(false);
      expect((await second.again(bet)).text).to.equal(bet.text);
      expectSuccess(await second.again(reclaim), '1000.00');
      await system.clients.open(stranger.player, 'CNY');
      expect((await second.again(nobodys)).text, 'also when he has an account by then').to.equal(nobodys.text);
    });

    it('gets a balance of 0.00 with a refusal that comes before the account is looked at', async () => {
      const member = await apiv1.member('0.00');
      const fields = member.movement(1, '-1.00');
      await apiv1.transactionCheck(textOf(fields.transaction_id));
      expectFailure(await apiv1.send('balance-update', fields), 'OTHERS', '0.00');
    });

    it('gets TIME_OUT, not a failure, while the channel is not open in the ledger', async () => {
      const unopened = at('unopened');
      const member = await unopened.member();
      const bet = await member.update(1, '-10.00');
      expectFailure(bet, 'TIME_OUT');
      expectFailure(await unopened.transactionCheck(textOf(bet.sent.transaction_id)), 'TIME_OUT');
      await system.gateway.prints('channel apiv1/unopened: not open in this ledger');
    });

    it('has exactly one of twenty copies at once applied, and all get its answer', async () => {
      const member = await apiv1.member();
      const fields = member.movement(1, '-100.00');
      const copies = await Promise.all(Array.from({ length: 20 }, () => apiv1.send('balance-update', fields)));
      for (const copy of copies) expectSuccess(copy, '900.00');
      await member.expectLedger('900.00', 'BET -100.00');
    });

    it('never overspends: of twenty bets at once as many succeed as there is money for', async () => {
      const member = await apiv1.member('100.00');
      const bets = await Promise.all(Array.from({ length: 20 }, () => member.update(1, '-30.00')));
      expect(bets.filter(({ json }) => json.status === 1)).to.have.length(3);
      expect(bets.filter(({ json }) => json.error_code === 'OUT_OF_BALANCE')).to.have.length(17);
      expectSuccess(await member.balanceCheck(), '10.00');
    });
  });

  describe('is refused with OTHERS, before the sign is looked at, a', () => {
    const NOTHING: readonly (Value | undefined)[] = [undefined, null, '', true, [], {}];
    const TEXTS = ['line\n', '\u007f', ' '];
    const TABLE: readonly (readonly [field: string, endpoints: readonly Endpoint[], values: readonly Value[]])[] = [
      [
        'transaction_id',
        ['balance-update', 'transaction-check'],
        ['x'.repeat(33), 'tab\there', '交易', '\u007f', 'line\n', 23985235],
      ],
      [
        'member_id',
        ['balance-update', 'balance-check'],
        ['x'.repeat(51), '会'.repeat(51), 'line\n', '\u007f', number('1.5'), -1, number('1e3'), number('1'.repeat(51))],
      ],
      [
        'action_value',
        ['balance-update'],
        [
          ...TEXTS,
          ...['+5', '01', '-01', '1e3', '5.', '.5', '-', '--5', ' 5', '5 ', '5\n', '1,000.00', 'NaN', '１', '1.001'],
          ...['10000000000000000', '-10000000000000000', '99999999999999999999.99'],
          ...['1e3', '1E2', '1.001', '1.000', '-0.005', '10000000000000000'].map(number),
        ],
      ],
      [
        'action_type',
        ['balance-update'],
        [...TEXTS, 0, 13, 99, -1, '0', '13', '01', '1 ', '+1', '1\n', 'bet', ...['1.0', '1e0', '1.5'].map(number)],
      ],
      [
        'timestamp',
        ENDPOINTS,
        [...TEXTS, '173045608', '17304560830', '1730456083000', '1730456083\n', 'now', '-173045608', 173045608],
      ],
      ['sign', ENDPOINTS, ['0'.repeat(31), '0'.repeat(33), 'g'.repeat(32), `${'0'.repeat(32)}\n`, 0]],
    ];
    for (const [field, endpoints, values] of TABLE) {
      it(`${field} that is missing or malformed`, async () => {
        const member = await apiv1.member();
        for (const endpoint of endpoints) {
          for (const value of [...NOTHING, ...values]) {
            // Rightly signed, so that nothing but the grammar refuses it.
            const answered = await apiv1.send(endpoint, member.movement(3, '8.20', { [field]: value }));
            expectFailure(answered, 'OTHERS');
          }
        }
        await member.expectLedger('1000.00');
      });
    }

    it('order_id of 51 or remarks of 101 characters, or of another type', async () => {
      const member = await apiv1.member();
      for (const more of [
        { order_id: 'S'.repeat(51) },
        { order_id: '荷'.repeat(51) },
        { remarks: 'r'.repeat(101) },
        { order_id: true },
        { order_id: ['S'] },
        { remarks: {} },
      ]) {
        expectFailure(await member.update(3, '1.00', more), 'OTHERS');
      }
      await member.expectLedger('1000.00');
    });
  });

  describe('is accepted with', () => {
    it('the longest fields', async () => {
      const id = `${'会'.repeat(49)}🀄`;
      const member = await apiv1.member('0.00', id);
      const transactionId = ` ${fresh('T')}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`.padEnd(32, '~').slice(0, 32);
      const longest = { transaction_id: transactionId, order_id: '🀄'.repeat(50), remarks: '返'.repeat(100) };
      expectSuccess(await member.update(3, '9999999999999.99', longest), '9999999999999.99');
      expectSuccess(await apiv1.transactionCheck(transactionId));
      expect((await apiv1.held(transactionId)).movement.round).to.equal(longest.order_id);
    });

    it('order_id and remarks absent, null, empty, a number or anything else: they decide nothing', async () => {
      const member = await apiv1.member('0.00');
      const odd = ['', null, undefined, 7, "1' OR '1'='1", '{"status":1}', 'line\nbreak', '\u0000', '\u202e'];
      for (const [index, value] of odd.entries()) {
        const answered = await member.update(12, '1.00', { order_id: value, remarks: value });
        expectSuccess(answered, `${index + 1}.00`);
        const { movement, request } = await apiv1.held(textOf(answered.sent.transaction_id));
        const holds = value !== 'line\nbreak' && value !== '\u0000';
        expect(movement.round).to.equal(holds ? textOf(value) : '');
        expect(request).to.equal(answered.body);
      }
    });

    it('a value of -0 or 0, which is recorded', async () => {
      const member = await apiv1.member();
      expectSuccess(await member.update(3, '-0.00'), '1000.00');
      expectSuccess(await member.update(1, '0'), '1000.00');
      await member.expectLedger('1000.00', 'PAYOUT 0.00', 'BET 0.00');
    });

    it('fields that the protocol does not have', async () => {
      const member = await apiv1.member();
      expectSuccess(await member.update(3, '1.00', { status: 2, nested: { member_id: 'x' } }), '1001.00');
    });

    it('secrets, which no field of the protocol is: the ledger keeps the request without them', async () => {
      const member = await apiv1.member();
      const answered = await member.update(3, '1.00', {
        password: 'secret-word',
        nested: { sessionToken: 'secret-token' },
      });
      expectSuccess(answered, '1001.00');
      const { request } = await apiv1.held(textOf(answered.sent.transaction_id));
      expect(request).to.contain('"password"').and.to.not.contain('secret-');
    });
  });

  describe('sends over HTTP', () => {
    const OTHERS = '{"status":2,"error_code":"OTHERS"}';

    it('what is no JSON object: 400', async () => {
      for (const endpoint of ENDPOINTS) {
        for (const body of [
          '',
          '{',
          '[]',
          'null',
          '12',
          '"text"',
          '{"a":1,}',
          'member_id=demo',
          '\ufeff{}',
          '{"a":+5}',
        ]) {
          const answered = await system.post(`/api-v1/${endpoint}`, body);
          expect(answered).to.include({ http: 400, text: OTHERS });
        }
      }
    });

    it('a key twice: refused, whichever of the values was signed', async () => {
      const member = await apiv1.member();
      const fields = member.movement(3, '1.00');
      const signed = print({ ...fields, sign: apiv1.sign(apiv1.signedText('balance-update', fields)) });
      for (const twice of ['"action_value":9.00,"action_value":1.00', '"action_value":1.00,"action_value":9.00']) {
        const answered = await system.post('/api-v1/balance-update', signed.replace('"action_value":1.00', twice));
        expect(answered).to.include({ http: 200, text: OTHERS });
      }
      await member.expectLedger('1000.00');
    });

    it('another method: 405; an unknown path: 404; a body over the limit: 413', async () => {
      for (const endpoint of ENDPOINTS) {
        for (const method of ['GET', 'PUT', 'DELETE']) {
          const response = await fetch(`${system.url}/api-v1/${endpoint}`, { method });
          expect([response.status, response.headers.get('allow')]).to.deep.equal([405, 'POST']);
        }
        expect((await system.post(`/api-v1/${endpoint}`, ' '.repeat(2 ** 16 + 1))).http).to.equal(413);
      }
      for (const path of [
        '/api-v1/',
        '/api-v1/balance',
        '/api-v1/balance-update/',
        '/API-V1/balance-update',
        '/api-v9',
      ]) {
        expect((await system.post(path, '{}')).http, path).to.equal(404);
      }
    });

    it('is answered in JSON', async () => {
      const response = await fetch(`${system.url}/api-v1/balance-check`, { method: 'POST', body: '{}' });
      expect(response.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    });
  });

  describe('is held by the policies of its channel to', () => {
    it('its own addresses: from elsewhere it gets TIME_OUT, which is not final, and nothing moves', async () => {
      const elsewhere = at('elsewhere');
      const member = await elsewhere.member();
      expectFailure(await member.balanceCheck(), 'TIME_OUT');
      expectFailure(await member.update(3, '1.00'), 'TIME_OUT');
      expectFailure(await elsewhere.transactionCheck('T-from-elsewhere'), 'TIME_OUT');
      await system.gateway.prints('T-from-elsewhere');
      const line = system.gateway.output.split('\n').find((text) => text.includes('T-from-elsewhere')) ?? '';
      const why = "the address is not in the channel's allowFrom";
      expect(JSON.parse(line)).to.include({ channel: 'apiv1/elsewhere', address: '127.0.0.1', why });
      expect((await system.post('/elsewhere/api-v1/balance-check', 'no JSON')).http).to.equal(400);
      expectSuccess(await at('here').stranger(member.id).balanceCheck(), '1000.00');
      await member.expectLedger('1000.00');
    });

    it('values with exactly two decimals', async () => {
      const member = await at('exact').member();
      expectSuccess(await member.update(1, '-10.00'), '990.00');
      expectSuccess(await member.update(3, '', { action_value: '5.50' }), '995.50');
      for (const value of ['-10', '-10.0', '0']) expectFailure(await member.update(1, value), 'OTHERS');
      expectFailure(await member.update(3, '', { action_value: '5' }), 'OTHERS');
      await member.expectLedger('995.50', 'BET -10.00', 'PAYOUT 5.50');
    });

    it('ids of a pattern, whole, as they are sent', async () => {
      const patterns = at('patterns');
      const member = await patterns.member('1000.00', 'YK123');
      expectSuccess(await member.update(1, '-1.00', { transaction_id: '12345678' }), '999.00');
      expectSuccess(await member.update(1, '-1.00', { transaction_id: 'X1' }), '998.00');
      for (const id of ['123456789', '1234567X', 'XX1', 'X1x', '12345678x', 'zX1']) {
        expectFailure(await member.update(1, '-1.00', { transaction_id: id }), 'OTHERS');
        expectFailure(await patterns.transactionCheck(id), 'OTHERS');
      }
      for (const id of ['yk123', 'YK1234', 'aYK123', 123]) {
        expectFailure(await member.update(1, '-1.00', { transaction_id: 'X2', member_id: id }), 'OTHERS');
        expectFailure(await member.balanceCheck({ member_id: id }), 'OTHERS');
      }
      expectSuccess(await member.balanceCheck(), '998.00');
    });

    it('one way to cut a text that is signed without separators, where two decimals are exact', async () => {
      for (const [by, status] of [
        [apiv1, 1],
        [at('exact'), 2],
      ] as const) {
        const member = await by.member();
        const fields = member.movement(2, '820.01');
        const sign = by.sign(by.signedText('balance-update', fields));
        // 820.01 of type 2 signs like 820.0 of type 12.
        const answered = await by.send('balance-update', {
          ...fields,
          action_value: number('820.0'),
          action_type: 12,
          sign,
        });
        expect(answered.json.status).to.equal(status);
        if (status === 1) await member.expectLedger('1820.00', 'ADJUSTMENT 820.00');
        else await member.expectLedger('1000.00');
      }
    });

    it('timestamps near now', async () => {
      const tolerance = at('tolerance');
      const member = await tolerance.member();
      for (const far of [-70, 70]) {
        const stale = { timestamp: seconds(far) };
        expectFailure(await member.balanceCheck(stale), 'OTHERS');
        expectFailure(await member.update(1, '-1.00', stale), 'OTHERS', '1000.00');
        const check = await tolerance.transactionCheck('T', stale);
        expectFailure(check, 'TIME_OUT');
      }
      expectSuccess(await member.balanceCheck({ timestamp: seconds(-50) }), '1000.00');
      expectSuccess(await member.update(1, '-1.00', { timestamp: seconds(50) }), '999.00');
      await member.expectLedger('999.00', 'BET -1.00');
    });

    it('timestamps near now, but for a repeat, which gets the first answer however late it comes', async () => {
      const tolerance = at('tolerance');
      const member = await tolerance.member('10.00');
      const [bet, beyond, reclaim] = [
        await member.update(1, '-1.00'),
        await member.update(1, '-100.00'),
        await member.update(9, '-100.00'),
      ];
      await member.deposits('500.00');
      const late = (answered: typeof bet) => {
        const fields = Object.fromEntries(Object.entries(answered.sent).filter(([name]) => name !== 'sign'));
        return tolerance.send('balance-update', { ...fields, timestamp: seconds(-3600) });
      };
      for (const answered of [bet, beyond]) expect((await late(answered)).text).to.equal(answered.text);
      // A refused settlement would be decided anew.
      expectFailure(await late(reclaim), 'OTHERS', '509.00');
    });

    it('timestamps near now: a stake that came too late is closed, a settlement may be sent again', async () => {
      const tolerance = at('tolerance');
      const member = await tolerance.member('10.00');
      const [stake, reclaim] = [member.movement(1, '-1.00'), member.movement(9, '-1.00')];
      for (const fields of [stake, reclaim]) {
        const stale = { ...fields, timestamp: seconds(-3600) };
        expectFailure(await tolerance.send('balance-update', stale), 'OTHERS', '10.00');
      }
      expectFailure(await tolerance.send('balance-update', stake), 'OTHERS', '10.00');
      expectSuccess(await tolerance.send('balance-update', reclaim), '9.00');
    });

    it('no timestamp at all by default', async () => {
      const member = await apiv1.member();
      expectSuccess(await member.update(1, '-1.00', { timestamp: '0000000000' }), '999.00');
    });
  });
});
