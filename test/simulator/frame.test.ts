import { expect } from 'chai';
import { amount, describe as inWords, differenceOf, inAnyOrder, integer } from './expectation.js';
import { number, print, read } from './exact-json.js';
import { cents, fixed, short } from './money.js';
import { PROVIDERS } from './providers.js';
import { Random } from './random.js';
import { playAll } from './schedule.js';
import { ruleScripts } from './ebet/rules.js';
import { DEFAULTS } from './options.js';

describe('the simulator', () => {
  it('draws the same choices from the same seed, whatever else is drawn', () => {
    const draw = (random: Random) => [random.int(1, 6), random.pick(['a', 'b', 'c']), ...random.shuffle([1, 2, 3, 4])];
    const one = new Random(5);
    one.int(1, 100);
    expect(draw(one.fork('x'))).to.deep.equal(draw(new Random(5).fork('x')));
    const many = (random: Random) => Array.from({ length: 50 }, () => random.int(1, 1000));
    expect(many(new Random(5))).not.to.deep.equal(many(new Random(6)));
    expect(new Set(many(new Random(7).fork('y'))).size).to.be.above(40);
  });

  it('keeps the text of numbers in JSON', () => {
    const text =
      '{"money":44.90,"timestamp":1637308132650.0,"large":123456789012345678.91,"text":"a \\"1.0\\" b","none":null}';
    expect(print(read(text) ?? null)).to.equal(text);
    expect(print({ money: number('-80.00'), absent: undefined })).to.equal('{"money":-80.00}');
    for (const wrong of ['', '{', '42', '"text"', 'null', '{"a":01}']) expect(read(wrong), wrong).to.equal(undefined);
  });

  it('counts in cents', () => {
    for (const [text, value] of [
      ['44.9', 4490n],
      ['44.90', 4490n],
      ['-80', -8000n],
      ['1.0E2', 10000n],
      ['10.500', 1050n],
      ['90071992547409.93', 9007199254740993n],
    ] as const) {
      expect(cents(text), text).to.equal(value);
    }
    for (const text of ['0.001', '1e-3', 'x', '', '1.2.3']) expect(cents(text), text).to.equal(undefined);
    expect([short(-8050n), short(10000n), short(0n), fixed(5n)]).to.deep.equal(['-80.5', '100', '0', '0.05']);
  });

  it('says where an answer differs', () => {
    const expected = { status: integer(200), money: amount(990n), lines: inAnyOrder([{ id: 'a' }, { id: 'b' }]) };
    const seen = (text: string) => differenceOf(expected, read(text));
    expect(seen('{"status":200,"money":9.90,"lines":[{"id":"b"},{"id":"a"}],"more":1}')).to.equal(undefined);
    expect(seen('{"status":200.0,"money":9.9,"lines":[{"id":"a"}]}')).to.match(/^lines: expected in any order/);
    expect(seen('{"status":200,"money":"9.9"}')).to.equal('money: expected the number 9.90, seen "9.9"');
    expect(seen('[]')).to.match(/^the answer: expected \{status: 200/);
    expect(inWords(expected)).to.include('money: the number 9.90');
  });

  it("plays a player's turns one after the other, and others beside them", async () => {
    const log: string[] = [];
    let playing = 0;
    let most = 0;
    const turn = (name: string, ...players: string[]) => ({
      players,
      play: async () => {
        most = Math.max(most, ++playing);
        log.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`${name} ends`);
        playing--;
      },
    });
    await playAll([turn('first', 'a', 'b'), turn('second', 'b'), turn('third', 'c'), turn('fourth', 'a', 'c')], 2);
    expect(log.indexOf('first ends')).to.be.below(log.indexOf('second begins'));
    expect(log.indexOf('first ends')).to.be.below(log.indexOf('fourth begins'));
    expect(log.indexOf('third ends')).to.be.below(log.indexOf('fourth begins'));
    expect(most).to.equal(2);
  });

  it('has one name for each rule, and every fault has rules or happens to games', () => {
    const rules = ruleScripts({ ...DEFAULTS, url: '', key: '', provider: 'ebet', seed: 0 });
    const names = rules.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
    const faults = new Set(rules.flatMap(({ fault }) => fault ?? []));
    for (const fault of Object.keys(PROVIDERS.find(({ name }) => name === 'ebet')?.faults ?? {})) {
      expect(faults.has(fault), fault).to.equal(true);
    }
  });
});
