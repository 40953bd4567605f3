import { commandNamed, main } from './command-line.js';
import { conform } from './conformance.js';
import { printChecklist } from './printout.js';

const examples = `
Examples, against the development set-up of npm start:
  npm run conformance -- --url http://127.0.0.1:8080 --provider ebet --channel 1 --key data/dev/ebet-private.pem
  npm run conformance -- --url http://127.0.0.1:8080 --provider apiv1 --key development-key

✓ kept, ✗ broken, – not played, with the reason.
Exit codes: 0 nothing is broken, 1 something is, 2 nothing could be played.`;

const command = commandNamed(
  'conformance',
  "Plays every rule of a game provider's protocol once against a wallet and prints which of them it keeps.\n" +
    'Only for test systems: it moves real balances of the players that it is given.',
  10,
)
  .option('--only <name>', 'a rule by its name; may be given more than once', (name: string, others: string[] = []) => [
    ...others,
    name,
  ])
  .addHelpText('after', examples);

await main(command, async (given, bar) => {
  const checklist = await conform(given, bar);
  return {
    text: given.json ? JSON.stringify(checklist, null, 2) : printChecklist(checklist),
    good: checklist.broken === 0,
  };
});
