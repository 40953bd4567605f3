import { businessAnswer } from '../../comparison.js';
import { amount, integer } from '../../expectation.js';
import { rule, type RuleScript } from './rule-script.js';

/** eBET, syncCredit and netCheck. */
export const balanceRules: readonly RuleScript[] = [
  rule('a balance', 'syncCredit: answer', 'is what it is after the last movement, with the currency', async (stage) => {
    await stage.made(2, 111n);
    await stage.checkBalance();
    await stage.bet(57n);
    await stage.checkBalance();
    const { caller } = stage;
    const body = { username: stage.player, ...caller.frame('syncCredit', 'sync') };
    const { currency } = caller.connection.options;
    const expected = businessAnswer({ status: integer(200), currency, money: amount(stage.balance()) });
    await stage.compare({ endpoint: 'syncCredit', text: caller.text('syncCredit', body), expected });
  }),
  rule('the balance of nobody', 'syncCredit: username', 'an unknown player is 4037 with money 0', async (stage) => {
    const body = { username: stage.fresh('nobody').toLowerCase(), ...stage.caller.frame('syncCredit', 'sync') };
    await stage.refused('syncCredit', body, [4037], { money: amount(0n) });
  }),
  rule('the wallet is alive', 'netCheck: answer', 'netCheck answers {"status":200}', async (stage) => {
    await stage.compare({ endpoint: 'netCheck', text: '{}', expected: businessAnswer({ status: integer(200) }) });
  }),
];
