import { type Command, Option } from 'commander';
import type { OpenChannelResponse } from '../../proto/gen/wallet/v1/account.js';
import { Kind, Outcome, Reason } from '../../proto/gen/wallet/v1/movement.js';
import type { NewMovement, PostResponse, Result } from '../../proto/gen/wallet/v1/posting.js';
import { answerOf, ask, type ServerOptions, type WalletCore, withServerOptions } from './client.js';
import { escaped } from './escaped.js';
import { ending, EXIT, tried } from './exit.js';
import { operatorOf, type OperatorOptions, withOperatorOptions } from './operator.js';
import { print } from './print.js';
import { iso } from './time.js';

interface AdjustOptions extends ServerOptions, OperatorOptions {
  readonly kind: keyof typeof KINDS;
  readonly reference: string;
  readonly channel: string;
  readonly json: boolean;
}

/** Opened by the first that is posted on it. */
const OWN_CHANNEL = 'operator';

const KINDS = { deposit: Kind.DEPOSIT, withdrawal: Kind.WITHDRAWAL, correction: Kind.ADJUSTMENT } as const;

export function addAdjust(program: Command): void {
  const command = program
    .command('adjust')
    .summary("Moves a player's money by hand.")
    .description(
      'Moves money by hand: a deposit, a withdrawal or a correction, on a channel of the operator. The reference is your own; ' +
        'the same command again moves nothing and gets the first answer, so repeat it whenever in doubt.',
    )
    .argument('<player>', 'the player, in lower case')
    .argument('<amount>', 'decimal text; a withdrawal is negative, a correction may be: -50.00')
    .argument('<currency>', 'ISO 4217 code, such as CNY')
    .addOption(new Option('--kind <kind>', 'what it is').choices(Object.keys(KINDS)).makeOptionMandatory())
    .requiredOption('--reference <reference>', 'your own id of it, such as ticket-4711')
    .option('--channel <channel>', 'on which channel it stands', OWN_CHANNEL);
  withServerOptions(withOperatorOptions(command))
    .option('--json', 'what became of it for machines on stdout and nothing else', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 it is applied, now or before, 1 it was refused, 2 it is not applied, or nobody knows; repeat it.',
    )
    .action(ending(adjust));
}

async function adjust(player: string, amount: string, currency: string, options: AdjustOptions): Promise<number> {
  let undone = 'it is not known to be applied, repeat it';
  return tried(
    () => undone,
    async () => {
      const { kind, reference, channel, json } = options;
      const movement: NewMovement = {
        playerId: player,
        currency,
        kind: KINDS[kind],
        amount,
        reference,
        round: '',
        roundUnsigned: false,
        providerType: '',
        names: [],
        withholding: false,
        wager: false,
      };
      const body = { $case: 'movements' as const, value: { movements: [movement] } };
      const command = { channel, timeoutMs: 0, request: Buffer.alloc(0), body, by: operatorOf(options) };
      const post = ({ posting }: WalletCore) =>
        answerOf<PostResponse>((done) => posting.post({ command }, done)).then(({ result }) => result);
      const result = await ask(options, async (core) => {
        const first = await post(core);
        if (first?.reason !== Reason.CHANNEL_UNKNOWN) return first;
        // Under a mistyped one all references would be new.
        if (channel !== OWN_CHANNEL) {
          throw new Error(
            `--channel: ${channel} is not open in this ledger; expected one that is, or none: ${OWN_CHANNEL}`,
          );
        }
        const request = { channel, by: operatorOf(options) };
        await answerOf<OpenChannelResponse>((done) => core.accounts.openChannel(request, done));
        return post(core);
      });
      if (!result) throw new Error('the answer has no result');
      undone = 'nothing was moved';
      return tell(json, result, { player, amount, currency, channel, reference });
    },
  );
}

function tell(json: boolean, result: Result, asked: Readonly<Record<string, string>>): number {
  const { outcome, reason, message, timeMs, movements } = result;
  if (outcome === Outcome.INVALID) throw new Error(message);
  if (outcome !== Outcome.APPLIED && outcome !== Outcome.REFUSED) throw new Error(`${Reason[reason]}; send it again`);
  const [{ movementId = '', balanceBefore = '', balanceAfter = '' } = {}] = movements;
  const refused = outcome === Outcome.REFUSED;
  const report = {
    ...asked,
    outcome: Outcome[outcome],
    reason: refused ? Reason[reason] : '',
    movementId,
    balanceBefore,
    balanceAfter,
    time: iso(timeMs),
  };
  print(json, report, () =>
    escaped(
      refused
        ? `Refused: ${Reason[reason]}. The balance of ${asked['player']} is ${balanceAfter} ${asked['currency']}. (${movementId}, ${iso(timeMs)})`
        : `Applied: the balance of ${asked['player']} went from ${balanceBefore} to ${balanceAfter} ${asked['currency']}. (${movementId}, ${iso(timeMs)})`,
    ),
  );
  return refused ? EXIT.found : EXIT.good;
}
