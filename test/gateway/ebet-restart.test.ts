import { expect } from 'chai';
import { System } from '../system.js';
import { Ebet, expectCredit, expectRefund, fresh, textOf, type Answered } from './ebet.js';

describe('what eBET was told', () => {
  let system: System;
  let ebet: Ebet;

  before(async () => {
    system = await System.start();
    ebet = new Ebet(system);
  });
  after(() => system.stop());

  it('is told again byte for byte after both processes were killed: of bets, refusals, returns and refunds', async () => {
    const player = await ebet.player('1000.00');
    const [first, second, batched] = [fresh('bet'), fresh('bet'), fresh('bet')];
    const late = fresh('late-bet');
    const answers: Answered[] = [
      await player.increaseCredit(1, '-100', { seqNo: first }),
      await player.increaseCredit(1, '-50', { seqNo: second }),
      await player.increaseCredit(1, '-20', { seqNo: batched }),
      await player.increaseCredit(1, '-2000'),
      await player.increaseCredit(27, '-40', { seqNo: 'withheld' }),
      await player.increaseCredit(11, '40', { detail: { withHoldingSeqNo: 'withheld' } }),
      await player.increaseCredit(2, '5'),
      await player.refund([player.line(first, '-100'), player.line(late, '-1'), player.line(second, '-51')]),
      await ebet.batchRefund([player.failedBet(batched, '20'), player.failedBet(first, '100')]),
      await player.increaseCredit(1, '-1', { seqNo: late }),
    ];
    expect(answers.map(({ json }) => json.status)).to.deep.equal([200, 200, 200, 1003, 200, 200, 200, 200, 200, 209]);
    const records = await player.movements();

    await system.restartCore('SIGKILL');
    await system.gateway.stop('SIGKILL');
    await system.startGateway();
    await player.deposits('5000.00');

    for (const answered of answers) {
      expect((await ebet.again(answered)).text, textOf(answered.sent.seqNo)).to.equal(answered.text);
    }
    expect(await player.movements()).to.have.length(records.length);
    expect((await player.syncCredit()).json.money).to.equal(5955);
    const changed = await player.increaseCredit(2, '6', { seqNo: answers[6]?.sent.seqNo });
    expectCredit(changed, 4025, '5955');
    expectRefund(await player.refund([player.line(first, '-100')]), ['5955', '5955', '0'], [first, 209]);
  });
});
