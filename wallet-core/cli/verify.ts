import type { Command } from 'commander';
import type {
  ExportResponse,
  OperationsServiceClient,
  Verification,
  VerifyProgress,
  VerifyResponse,
} from '../../proto/gen/wallet/v1/operations.js';
import { withBar } from './bar.js';
import { ask, type ServerOptions, withServerOptions } from './client.js';
import { ending, EXIT, tried } from './exit.js';
import { ownOperator } from './operator.js';
import { print } from './print.js';
import { verificationAsReport, verificationAsText } from './verification.js';

interface VerifyOptions extends ServerOptions {
  readonly against?: string;
  readonly json: boolean;
  /** Check the kept requests too, with the keys of these configurations of the gateway, or of the one that it would read. */
  readonly signatures: boolean;
  readonly config?: readonly string[];
}

export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .summary('Reads the whole ledger and proves it.')
    .description(
      'Reads the whole ledger and proves it, while it goes on serving. Prints a digest: file it where nobody who can write ' +
        'the ledger can change it, and give it to a later run with --against.',
    );
  withServerOptions(command)
    .option('--against <digest>', 'a digest that an earlier run printed: the ledger must contain that past')
    .option(
      '--signatures',
      "also that each kept request has its provider's signature, and says what was recorded",
      false,
    )
    .option(
      '--config <file...>',
      "with --signatures: the gateway's configuration, for the keys; several, such as one with keys of old " +
        '(default: what the gateway would read)',
    )
    .option('--json', 'a report for machines on stdout and nothing else', false)
    .addHelpText(
      'after',
      '\nExit codes: 0 the ledger is proved, 1 something was found, 2 it could not be verified; with --signatures also\n' +
        "when nothing was found, but a provider's channel is in no configuration.",
    )
    .action(ending(verify));
}

const BAR = '{bar} {percentage}% entry {value}/{total}, {movements} movements, {eta_formatted}';

/** Asks for a verification, shows how far it is, prints what it came to, and gives the exit code. */
async function verify({ against = '', json, signatures, config = [], ...server }: VerifyOptions): Promise<number> {
  // The gateway's side of it, loaded for this alone.
  const signing = signatures ? await import('./signatures.js') : undefined;
  const asked = signing?.configured(config);
  if (asked === null) return EXIT.failed;
  const undone = () => 'the ledger was not verified';
  return tried(undone, async () => {
    const { verification, seconds } = await withBar(BAR, json, (bar) =>
      ask(server, async ({ operations }) => {
        const started = performance.now();
        const verification = await verified(operations, against, ({ entry, lastEntry, movements }) => {
          bar.update(Number(entry), Number(lastEntry), { movements: String(movements) });
        });
        const seconds = (performance.now() - started) / 1000;
        const tell = (entry: bigint, last: bigint) =>
          bar.update(Number(entry), Number(last), { movements: 'signatures of all' });
        await asked?.read(journal(operations, tell));
        return { verification, seconds };
      }),
    );
    const report = { ...verificationAsReport(verification, seconds), ...(asked && { signatures: asked.report }) };
    const texts = [
      verificationAsText(verification, seconds),
      ...(signing && asked ? [signing.signaturesAsText(asked.report)] : []),
    ];
    print(json, report, () => texts.join('\n'));
    if (!verification.clean || asked?.clean === false) return EXIT.found;
    return asked?.complete === false ? EXIT.failed : EXIT.good;
  });
}

function verified(
  operations: OperationsServiceClient,
  against: string,
  tell: (progress: VerifyProgress) => void,
): Promise<Verification> {
  return new Promise((resolve, reject) => {
    const call = operations.verify({ against });
    call.on('data', ({ news }: VerifyResponse) => {
      if (news?.$case === 'progress') tell(news.value);
      if (news?.$case === 'verification') resolve(news.value);
    });
    call.on('error', reject);
    call.on('end', () => reject(new Error('the answer ended without a verification')));
  });
}

/** The lines of the whole journal, cut anywhere. */
async function* journal(operations: OperationsServiceClient, tell: (entry: bigint, last: bigint) => void) {
  const call = operations.export({ by: ownOperator('verify --signatures') });
  for await (const { lines, entry, lastEntry } of call as AsyncIterable<ExportResponse>) {
    tell(entry, lastEntry);
    yield lines;
  }
}
