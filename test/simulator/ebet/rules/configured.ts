import type { Options } from '../../options.js';
import { movementBody } from '../movement-body.js';
import { integer } from '../../expectation.js';
import { businessAnswer } from '../../comparison.js';
import { rule, type RuleScript } from './rule-script.js';

/** What a wallet does for a frozen player, and on a channel under maintenance. */
export function configuredRules({ frozenPlayer, maintenanceChannel }: Options): readonly RuleScript[] {
  return [
    rule(
      'a frozen player',
      'increaseCredit: freezing',
      'his stakes are 4029 and stay so; his credits, returns and corrections go on',
      async (stage) => {
        const username = frozenPlayer ?? '';
        for (const type of [1, 3, 8, 27] as const) {
          await stage.again(await stage.send(stage.movement(type, -100n, { username }), { expects: 4029 }));
        }
        await stage.send(stage.movement(2, 100n, { username }), { expects: 200 });
        await stage.send(stage.movement(37, -50n, { username }), { expects: 200 });
        await stage.send(stage.movement(38, 10n, { username }), { expects: 200 });
        await stage.checkBalance(username);
      },
      { missing: frozenPlayer === undefined ? 'needs --frozen-player' : undefined },
    ),
    rule(
      'a channel under maintenance',
      'increaseCredit: maintenance',
      'stakes are 505 and move nothing; credits go on',
      async (stage) => {
        const channelId = maintenanceChannel ?? 0;
        const body = (type: 1 | 2, money: bigint) => ({
          ...movementBody(stage.caller, stage.movement(type, money)),
          channelId,
        });
        for (const [type, money, status] of [
          [1, -100n, 505],
          [2, 100n, 200],
        ] as const) {
          const text = stage.caller.text('increaseCredit', body(type, money));
          await stage.compare({
            endpoint: 'increaseCredit',
            text,
            expected: businessAnswer({ status: integer(status) }),
          });
        }
        stage.model.adopt(stage.player, stage.balance() + 100n);
      },
      { missing: maintenanceChannel === undefined ? 'needs --maintenance-channel' : undefined },
    ),
  ];
}
