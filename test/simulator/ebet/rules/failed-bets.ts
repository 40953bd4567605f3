import type { FailedBets, Options } from '../../options.js';
import type { BetLine } from '../movement.js';
import { refund } from '../refund-call.js';
import { rule, type RuleScript } from './rule-script.js';

const failed = (seqNo: string): BetLine => ({ betType: 60, betMoney: 0n, seqNo, payout: 0n });
const counted = (seqNo: string, betMoney: bigint, payout: bigint): BetLine => ({
  betType: 60,
  betMoney,
  seqNo,
  payout,
});

/** A payout that holds a bet for failed (betMoney 0), in the way the channel is configured for it. */
export function failedBetRules(options: Options): readonly RuleScript[] {
  const only = (way: FailedBets) => ({
    missing: options.failedBets === way ? undefined : `needs a channel with --failed-bets ${way}`,
  });
  return [
    rule(
      'await-refund: a payout with a failed bet',
      'failed bets: await-refund',
      'the payout is made, the bet stays debited until a refund call gives it back',
      async (stage) => {
        const roundCode = stage.fresh('round');
        const [good, bad] = [await stage.bet(100n, { roundCode }), await stage.bet(70n, { roundCode })];
        const betList = [counted(good.movement.seqNo, 100n, 200n), failed(bad.movement.seqNo)];
        await stage.made(2, 200n, { roundCode, betList });
        await refund(stage, [{ bet: bad.movement, expects: 200 }]);
      },
      only('await-refund'),
    ),
    rule(
      'self-refund: a payout with a failed bet',
      'failed bets: self-refund',
      'the bet is refunded in the same commit before the payout, and refund calls are then 209',
      async (stage) => {
        const roundCode = stage.fresh('round');
        const [good, bad] = [await stage.bet(100n, { roundCode }), await stage.bet(70n, { roundCode })];
        const betList = [counted(good.movement.seqNo, 100n, 200n), failed(bad.movement.seqNo)];
        const payout = await stage.made(2, 200n, { roundCode, betList });
        await stage.again(payout);
        await refund(stage, [{ bet: bad.movement, expects: 209 }]);
      },
      only('self-refund'),
    ),
    rule(
      'self-refund: a payout with a failed bet that comes late',
      'failed bets: self-refund',
      'a named bet that was not seen is blocked: arriving late it is 209',
      async (stage) => {
        await stage.fund(500n);
        const roundCode = stage.fresh('round');
        const late = stage.movement(1, -70n, { roundCode });
        await stage.made(2, 200n, { roundCode, betList: [failed(late.seqNo)] });
        await stage.again(await stage.send(late, { expects: 209 }));
      },
      only('self-refund'),
    ),
    rule(
      'self-refund: bets of nothing and of other rounds',
      'failed bets: self-refund',
      'a bet whose own lines were all 0 is not failed, nor is one of another round',
      async (stage) => {
        const roundCode = stage.fresh('round');
        const nothing = await stage.bet(80n, { roundCode, betList: [{ betType: 601, betMoney: 0n }] });
        const elsewhere = await stage.bet(90n);
        const betList = [failed(nothing.movement.seqNo), failed(elsewhere.movement.seqNo)];
        await stage.made(2, 100n, { roundCode, betList });
      },
      only('self-refund'),
    ),
    rule(
      'reject-payout: a payout with a failed bet',
      'failed bets: reject-payout',
      'the payout is 4025 while the bet is debited; after its refund the same payout is made',
      async (stage) => {
        const roundCode = stage.fresh('round');
        const [good, bad] = [await stage.bet(100n, { roundCode }), await stage.bet(70n, { roundCode })];
        const betList = [counted(good.movement.seqNo, 100n, 200n), failed(bad.movement.seqNo)];
        const payout = stage.movement(2, 200n, { roundCode, betList });
        await stage.send(payout, { expects: 4025 });
        await refund(stage, [{ bet: bad.movement, expects: 200 }]);
        await stage.send(payout, { expects: 200 });
      },
      only('reject-payout'),
    ),
    rule(
      'reject-payout: a payout with a failed bet that comes late',
      'failed bets: reject-payout',
      'the payout is made and the bet blocked: arriving late it is 209',
      async (stage) => {
        await stage.fund(500n);
        const roundCode = stage.fresh('round');
        const late = stage.movement(1, -70n, { roundCode });
        await stage.made(2, 200n, { roundCode, betList: [failed(late.seqNo)] });
        await stage.send(late, { expects: 209 });
      },
      only('reject-payout'),
    ),
  ];
}
