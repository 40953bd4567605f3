import { commandNamed, main, wholeNumber } from './command-line.js';
import { DEFAULTS } from './options.js';
import { printReport } from './printout.js';
import { PROVIDERS } from './providers.js';
import { simulate } from './simulate.js';

const faults = PROVIDERS.map(
  ({ name, faults }) =>
    `Faults of ${name}:\n${Object.entries(faults)
      .map(([fault, what]) => `  ${fault.padEnd(20)} ${what}`)
      .join('\n')}`,
).join('\n\n');

const examples = `
Examples, against the development set-up of npm start:
  npm run simulate -- --url http://127.0.0.1:8080 --provider ebet --channel 1 --key data/dev/ebet-private.pem
  npm run simulate -- --url http://127.0.0.1:8080 --provider ebet --key data/dev/ebet-private.pem --rounds 2000 --faults all
  npm run simulate -- --url http://127.0.0.1:8080 --provider apiv1 --key development-key --rounds 200

${faults}

Exit codes: 0 no difference, 1 a difference (with the command that plays it again), 2 nothing could be played.`;

const command = commandNamed(
  'simulate',
  'Plays a game provider against a wallet, on good days and bad, and compares every answer and balance with a model of its own.\n' +
    'Only for test systems: it moves real balances of the players that it is given.',
  DEFAULTS.players,
)
  .option('--rounds <n>', 'how many rounds', wholeNumber(0), DEFAULTS.rounds)
  .option('--faults <names>', 'what goes wrong: all, none, or names with commas', DEFAULTS.faults)
  .addHelpText('after', examples);

await main(command, async (given, bar) => {
  const report = await simulate(given, bar);
  return {
    text: given.json ? JSON.stringify(report, null, 2) : printReport(report),
    good: report.differences === 0,
  };
});
