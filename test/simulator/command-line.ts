import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import progress from 'cli-progress';
import { DEFAULTS, FAILED_BETS, type Options } from './options.js';
import { PROVIDERS } from './providers.js';
import { SILENT, type Progress } from './run.js';
import { SetupError } from './setup-error.js';

/** What both commands are told, and `json`, which only the printing needs. */
export type Arguments = Options & { readonly json: boolean };

export const EXIT = { noDifference: 0, difference: 1, setup: 2 } as const;

/** A command with the options that both runs have. */
export function commandNamed(name: 'simulate' | 'conformance', description: string, defaultPlayers: number): Command {
  return new Command(name)
    .usage(`-- --url URL --provider NAME --key KEY [options]`)
    .description(description)
    .requiredOption('--url <url>', 'where the wallet answers')
    .addOption(
      new Option('--provider <name>', 'the protocol').choices(PROVIDERS.map((one) => one.name)).makeOptionMandatory(),
    )
    .requiredOption('--key <key>', "ebet: PEM file with the provider's private key; apiv1: the key, or a file with it")
    .option('--channel <id>', 'ebet: the channelId', wholeNumber(1), DEFAULTS.channel)
    .option('--players <n>', 'how many players', wholeNumber(1), defaultPlayers)
    .option('--player-names <pattern>', '%d is the number of the player', DEFAULTS.playerNames)
    .option('--currency <code>', "the channel's currency", DEFAULTS.currency)
    .option('--seed <n>', 'repeats the choices of an earlier run (default: a random one)', wholeNumber(0))
    .option('--concurrency <n>', 'rounds at the same moment', wholeNumber(1), DEFAULTS.concurrency)
    .option(
      '--timeout <ms>',
      'how long an answer may take before the call is repeated',
      wholeNumber(1),
      DEFAULTS.timeoutMs,
    )
    .addOption(
      new Option('--failed-bets <way>', 'ebet: how the channel is configured at the wallet')
        .choices(FAILED_BETS)
        .default(DEFAULTS.failedBets),
    )
    .option('--refund-paid-out-bets', 'ebet: the channel refunds bets that were paid out', DEFAULTS.refundPaidOutBets)
    .option('--frozen-player <name>', 'a player whose stakes the wallet refuses')
    .option('--maintenance-channel <id>', 'ebet: a channel with the same key that takes no stakes', wholeNumber(1))
    .option('--login-player <name>', 'ebet: a player whose password is known')
    .option('--login-password <password>', 'ebet: his password')
    .option('--access-token <token>', 'ebet: a valid access token of some player')
    .option(
      '--json',
      'a report for machines on stdout and nothing else; npm prints lines of its own there unless it runs with --silent',
      false,
    )
    .configureHelp({ helpWidth: 100 })
    .exitOverride((error) => {
      process.exitCode = error.exitCode === 0 ? EXIT.noDifference : EXIT.setup;
      throw error;
    });
}

/** The options as typed values; what was not said has its default. */
function argumentsOf(command: Command): Arguments {
  const given = command.opts<Omit<Arguments, 'timeoutMs' | 'seed'> & { timeout: number; seed?: number }>();
  const { timeout, seed, ...rest } = given;
  return {
    ...rest,
    rounds: rest.rounds ?? 0,
    faults: rest.faults ?? 'none',
    timeoutMs: timeout,
    seed: seed ?? randomInt(2 ** 31),
  };
}

/** Parses, runs, prints, and sets the exit code. `run` returns the text to print and whether nothing differed. */
export async function main(
  command: Command,
  run: (given: Arguments, bar: Progress) => Promise<{ text: string; good: boolean }>,
): Promise<void> {
  try {
    command.parse();
  } catch {
    // Commander has printed what is wrong and set the exit code.
    return;
  }
  const given = argumentsOf(command);
  try {
    const { text, good } = await run(given, given.json ? SILENT : bar());
    await print(text);
    process.exitCode = good ? EXIT.noDifference : EXIT.difference;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = EXIT.setup;
  }
}

/** Prints all of it, however slowly it is read, such as by `less`; who has stopped reading, such as `head`, wants no more. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.once('error', () => resolve());
    process.stdout.write(`${text}\n`, () => resolve());
  });
}

/** On stderr, and only for a person. */
function bar(): Progress {
  if (!process.stderr.isTTY) return SILENT;
  const format = '{bar} {percentage}% {value}/{total} {eta_formatted}';
  const shown = new progress.SingleBar(
    { format, stream: process.stderr, clearOnComplete: true },
    progress.Presets.shades_classic,
  );
  return {
    start: (total) => shown.start(total, 0),
    step: () => shown.increment(),
    stop: () => shown.stop(),
  };
}

export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`expected a whole number from ${min}`);
  };
}
