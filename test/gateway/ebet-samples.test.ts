import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { Kind, Outcome, Reason, Relation } from '../../proto/gen/wallet/v1/movement.js';
import { System } from '../system.js';
import { Ebet, Player, expectCredit, expectRefund, read, type Answered, type Endpoint } from './ebet.js';

const FOLDER = 'test/fixtures/ebet';

/** A sample as it is printed; or the same with other text in one place. */
function sample(file: string, change: (source: string) => string = (source) => source): string {
  return change(readFileSync(`${FOLDER}/${file}`, 'utf8'));
}

/** The source text of the first field of that name: the request's own come before those of its lists. */
function field(source: string, name: string): string {
  return new RegExp(`"${name}": (?:"([^"]*)"|([^",\\s]+))`).exec(source)?.slice(1).join('') ?? '';
}

/** Sends the text as it stands; only the empty signature is replaced by one of ours over the source text. */
async function send(system: System, endpoint: Endpoint, source: string): Promise<Answered> {
  const signed =
    endpoint === '/increaseCredit'
      ? ['seqNo', 'event', 'channelId', 'timestamp', 'username', 'money']
      : ['username', 'timestamp'];
  const signature = system.sign(signed.map((name) => field(source, name)).join(''));
  const body = source.replace('"signature": ""', `"signature": "${signature}"`);
  const sent = Object.fromEntries(['username', 'seqNo', 'event'].map((name) => [name, field(source, name)]));
  return { endpoint, sent, body, ...(await system.post(endpoint, body)) };
}

interface Sample {
  readonly file: string;
  readonly currency?: string;
  /** What the player has at first. */
  readonly has: string;
  /** eBET's requests that went before it; they are not of the sample. */
  readonly after?: (demo: Player) => Promise<unknown>;
  /** Numbers of the answer as they stand in its text. */
  readonly moneyBefore: string;
  readonly money: string;
  readonly record: {
    readonly kind: Kind;
    readonly amount: string;
    readonly round: string;
    readonly providerType: string;
    readonly names?: readonly { reference: string; relation: Relation; amount: string }[];
    readonly withholding?: true;
    readonly outstanding?: string;
  };
}

const WITHHELD = '15193405|bet|1686809992123|wayigame-27';
const CORRECTED = '1a57cb64c977172108b5fcac211e3755';

const SAMPLES: readonly Sample[] = [
  {
    file: 'type-1-texas.json',
    currency: 'THB',
    has: '20000.50',
    moneyBefore: '20000.5',
    money: '725.5',
    record: {
      kind: Kind.BET,
      amount: '-19275.00',
      round: 'wg-texas543_27462dded4',
      providerType: '1',
      withholding: true,
      outstanding: '19275.00',
    },
  },
  {
    file: 'type-2-baccarat-payout.json',
    has: '100.00',
    moneyBefore: '100',
    money: '144.9',
    record: {
      kind: Kind.PAYOUT,
      amount: '44.90',
      round: 'BP1-230615141508',
      providerType: '2',
      names: [
        { reference: 'c14159701c2ba78a06baeb644386abd3', relation: Relation.SETTLE, amount: '0.00' },
        { reference: 'a43ce533f01031658956f1b255e27c39', relation: Relation.SETTLE, amount: '0.00' },
      ],
    },
  },
  {
    file: 'type-3-dealer-tip.json',
    has: '100.00',
    moneyBefore: '100',
    money: '0',
    record: { kind: Kind.TIP, amount: '-100.00', round: 'B1-190711113358', providerType: '3', outstanding: '100.00' },
  },
  {
    file: 'type-8-tournament-fee.json',
    has: '100.01',
    moneyBefore: '100.01',
    money: '0.01',
    record: {
      kind: Kind.TOURNAMENT_FEE,
      amount: '-100.00',
      round: 'api_test_match',
      providerType: '8',
      outstanding: '100.00',
    },
  },
  {
    file: 'type-9-tournament-refund.json',
    has: '0.00',
    moneyBefore: '0',
    money: '100',
    record: { kind: Kind.TOURNAMENT_REFUND, amount: '100.00', round: 'api_test_match', providerType: '9' },
  },
  {
    file: 'type-14-tournament-award.json',
    has: '0.10',
    moneyBefore: '0.1',
    money: '100.1',
    record: { kind: Kind.TOURNAMENT_AWARD, amount: '100.00', round: 'api_test_match_award', providerType: '14' },
  },
  {
    file: 'type-15-tournament-award-taken-back.json',
    has: '100.00',
    moneyBefore: '100',
    money: '0',
    record: {
      kind: Kind.TOURNAMENT_AWARD_REVERSAL,
      amount: '-100.00',
      round: ' api_test_match_award',
      providerType: '15',
    },
  },
  {
    file: 'type-23-lucky-red-envelope.json',
    has: '0.00',
    moneyBefore: '0',
    money: '100',
    record: { kind: Kind.BONUS, amount: '100.00', round: 'B1-190731150155', providerType: '23' },
  },
  {
    file: 'type-24-limited-red-envelope.json',
    has: '0.00',
    moneyBefore: '0',
    money: '100',
    record: { kind: Kind.BONUS, amount: '100.00', round: 'B1-190731150155', providerType: '24' },
  },
  {
    file: 'type-27-withholding.json',
    has: '500.00',
    moneyBefore: '500',
    money: '300',
    record: {
      kind: Kind.WITHHOLDING,
      amount: '-200.00',
      round: 'wg-texas542_27462bc928',
      providerType: '27',
      withholding: true,
      outstanding: '200.00',
    },
  },
  {
    file: 'type-28-withholding-returned.json',
    has: '500.00',
    after: (demo) => demo.makes(27, '-200', { seqNo: WITHHELD }),
    moneyBefore: '300',
    money: '500',
    record: {
      kind: Kind.WITHHOLDING_RETURN,
      amount: '200.00',
      round: 'wg-texas542_27462bc928',
      providerType: '28',
      names: [{ reference: WITHHELD, relation: Relation.RETURN, amount: '200.00' }],
    },
  },
  {
    file: 'type-37-payout-corrected.json',
    has: '0.00',
    moneyBefore: '0',
    money: '1200',
    record: {
      kind: Kind.PAYOUT_CORRECTION,
      amount: '1200.00',
      round: 'B18-200513164029',
      providerType: '37',
      names: [{ reference: CORRECTED, relation: Relation.MENTION, amount: '0.00' }],
    },
  },
  {
    file: 'type-38-event-bonus.json',
    has: '0.00',
    moneyBefore: '0',
    money: '1200',
    record: { kind: Kind.BONUS, amount: '1200.00', round: '', providerType: '38' },
  },
];

/** A ledger with one player, and eBET's channel 1. */
async function start(player: string, currency: string, money: string): Promise<{ system: System; player: Player }> {
  const system = await System.start([{ channelId: 1, currency }]);
  await system.player(player, currency, money);
  return { system, player: new Player(new Ebet(system, 1, currency), player) };
}

describe("eBET's sample of", () => {
  let system: System;

  afterEach(() => system.stop());

  for (const { file, currency = 'CNY', has, after, moneyBefore, money, record } of SAMPLES) {
    it(`${file} is answered and recorded`, async () => {
      const { player: demo, ...started } = await start('demo', currency, has);
      system = started.system;
      await after?.(demo);
      const before = await demo.movements();

      const answered = await send(system, '/increaseCredit', sample(file));

      expectCredit(answered, 200, money, moneyBefore);
      const { movement, request } = await demo.ebet.held(field(answered.body, 'seqNo'));
      expect(movement).to.deep.include({
        channel: 'ebet/1',
        playerId: 'demo',
        currency,
        names: [],
        withholding: false,
        outstanding: '',
        outcome: Outcome.APPLIED,
        reason: Reason.UNSPECIFIED,
        reference: field(answered.body, 'seqNo'),
        refunded: false,
        timeMs: BigInt(answered.json.timestamp as number),
        ...record,
      });
      expect([movement.balanceBefore, movement.balanceAfter].map(Number)).to.deep.equal(
        [moneyBefore, money].map(Number),
      );
      expect(request).to.equal(answered.body.replace(/("sessionToken": )"[^"]*"/, '$1""'));
      expect((await demo.movements()).slice(before.length)).to.deep.equal([movement]);
      expect((await send(system, '/increaseCredit', sample(file))).text).to.equal(answered.text);
    });
  }

  it('type-11-bet-failed.json names a withholding never seen, and succeeds when sent again after that came', async () => {
    const { player: demo, ...started } = await start('demo', 'CNY', '1000.00');
    system = started.system;
    const withheld = '43c4f135f0c05cf8eba045fb46ef1e51';

    const tooEarly = await send(system, '/increaseCredit', sample('type-11-bet-failed.json'));
    expectCredit(tooEarly, 206, '1000');
    await demo.expectLedger('1000.00', 'WITHHOLDING_RETURN 400.00 refused: DEBIT_UNKNOWN');

    await demo.makes(27, '-400', { seqNo: withheld });
    const answered = await send(system, '/increaseCredit', sample('type-11-bet-failed.json'));
    expectCredit(answered, 200, '1000', '600');
    const { movement, request } = await demo.ebet.held('165c0e36bce5bb2874de12c20348090d');
    expect(movement).to.deep.include({
      kind: Kind.WITHHOLDING_RETURN,
      amount: '400.00',
      round: 'NN2-211119154844',
      providerType: '11',
      names: [{ reference: withheld, relation: Relation.RETURN, amount: '400.00' }],
    });
    expect(request).to.equal(answered.body.replace('ddb5187ce8b1d020913a4b20380e03d7', ''));
    expect((await demo.ebet.held(withheld)).movement.outstanding).to.equal('0.00');
    await demo.expectLedger(
      '1000.00',
      'WITHHOLDING_RETURN 400.00 refused: DEBIT_UNKNOWN',
      'WITHHOLDING -400.00',
      'WITHHOLDING_RETURN 400.00',
    );
  });

  it('type-28-withholding-returned.json gives back what type-27-withholding.json took', async () => {
    const { player: demo, ...started } = await start('demo', 'CNY', '200.00');
    system = started.system;
    expectCredit(await send(system, '/increaseCredit', sample('type-27-withholding.json')), 200, '0', '200');
    expectCredit(await send(system, '/increaseCredit', sample('type-28-withholding-returned.json')), 200, '200', '0');
    await demo.expectLedger('200.00', 'WITHHOLDING -200.00', 'WITHHOLDING_RETURN 200.00');
  });

  for (const [first, second, record] of [
    ['type-37-payout-corrected.json', 'type-38-event-bonus.json', 'PAYOUT_CORRECTION 1200.00'],
    ['type-38-event-bonus.json', 'type-37-payout-corrected.json', 'BONUS 1200.00'],
  ] as const) {
    it(`${second} has the seqNo of ${first}: on one ledger it is a different request of a known seqNo`, async () => {
      const { player: demo, ...started } = await start('demo', 'CNY', '0.00');
      system = started.system;
      expectCredit(await send(system, '/increaseCredit', sample(first)), 200, '1200', '0');
      expectCredit(await send(system, '/increaseCredit', sample(second)), 4025, '1200');
      await demo.expectLedger('1200.00', record);
    });
  }

  it('an answer to increaseCredit is the one that a bet of 100 gets', async () => {
    const { player: apitest01, ...started } = await start('apitest01', 'CNY', '1000.01');
    system = started.system;
    const answered = await apitest01.increaseCredit(1, '-100', { seqNo: 'seqNoseqNoseqNoseqNo' });
    const printed = read(sample('increaseCredit.answer.json'));
    expect({ ...read(answered.text), timestamp: printed.timestamp }).to.deep.equal(printed);
  });

  it('refundSingleWallet.json is too old to be accepted, and gets the printed answer with a fresh timestamp', async () => {
    const { player: apitest01, ...started } = await start('apitest01', 'CNY', '1000.00');
    system = started.system;
    await apitest01.makes(1, '-1000', { seqNo: 'seqNoBetseqNoRefund' });

    const stale = await send(system, '/refundSingleWallet', sample('refundSingleWallet.json'));
    expect(stale.json.status).to.equal(4026);
    await apitest01.expectLedger('0.00', 'BET -1000.00');

    const now = String(Date.now());
    const source = sample('refundSingleWallet.json', (text) => text.replace('1577808000000', now));
    const answered = await send(system, '/refundSingleWallet', source);
    expectRefund(answered, ['0', '1000', '1000'], ['seqNoBetseqNoRefund', 200]);
    const printed = read(sample('refundSingleWallet.answer.json'));
    const { username, ...members } = read(answered.text);
    expect({ ...members, timestamp: printed.timestamp }).to.deep.equal(printed);
    // Of the samples only the manual's table says that the answer has it.
    expect(username).to.equal('apitest01');
    await apitest01.expectLedger('1000.00', 'BET -1000.00', 'REFUND 1000.00');
    const [, refund] = await apitest01.movements();
    expect(refund).to.deep.include({
      reference: 'seqNoseqNoseqNoseqNo',
      names: [{ reference: 'seqNoBetseqNoRefund', relation: Relation.REFUND, amount: '1000.00' }],
    });
  });
});

describe("eBET's samples", () => {
  it('are all sent here', () => {
    const requests = readdirSync(FOLDER).filter((file) => /^(type-.*|refundSingleWallet)\.json$/.test(file));
    const sent = [...SAMPLES.map(({ file }) => file), 'type-11-bet-failed.json', 'refundSingleWallet.json'];
    expect(requests.sort()).to.deep.equal(sent.sort());
  });
});
