import type { Options } from '../options.js';
import { batchRules } from './rules/batch-refunds.js';
import { configuredRules } from './rules/configured.js';
import { FAULTS } from './rules/faults.js';
import { failedBetRules } from './rules/failed-bets.js';
import { garbageRules } from './rules/garbage.js';
import { loginRules } from './rules/login.js';
import { parameterRules } from './rules/parameters.js';
import { queryRules } from './rules/queries.js';
import { refundFirstRules } from './rules/refund-first.js';
import { refundRules } from './rules/refunds.js';
import { reorderingRules } from './rules/reordering.js';
import { repeatRules } from './rules/repeats.js';
import type { RuleScript } from './rules/rule-script.js';
import { signatureRules } from './rules/signatures.js';
import { stakeRules } from './rules/stakes.js';
import { balanceRules } from './rules/balances.js';
import { typeRules } from './rules/types.js';
import { withholdingRules } from './rules/withholding.js';

export { FAULTS };

/** Every rule of eBET's pages that a provider can see from outside. */
export function ruleScripts(options: Options): readonly RuleScript[] {
  return [
    ...typeRules,
    ...parameterRules,
    ...repeatRules,
    ...stakeRules,
    ...reorderingRules,
    ...withholdingRules,
    ...configuredRules(options),
    ...failedBetRules(options),
    ...refundRules(options),
    ...refundFirstRules,
    ...batchRules,
    ...queryRules,
    ...signatureRules,
    ...garbageRules,
    ...balanceRules,
    ...loginRules(options),
  ];
}
