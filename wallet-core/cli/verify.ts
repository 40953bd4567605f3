import { writeSync } from 'node:fs';
import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import progress from 'cli-progress';
import {
  Check,
  OperationsServiceClient,
  type Finding,
  type Verification,
  type VerifyProgress,
  type VerifyResponse,
} from '../../proto/gen/wallet/v1/operations.js';
import { EXIT } from './exit.js';

export interface VerifyOptions {
  readonly address: string;
  readonly against?: string;
  readonly json: boolean;
}

/** Asks for a verification, shows how far it is, prints what it came to, and gives the exit code. */
export async function verify({ address, against = '', json }: VerifyOptions): Promise<number> {
  // A proxy that the environment names is for the world outside.
  const client = new OperationsServiceClient(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  const bar = json || !process.stderr.isTTY ? undefined : newBar();
  try {
    const started = performance.now();
    const verification = await ask(client, against, ({ entry, lastEntry, movements }) => {
      bar?.setTotal(Number(lastEntry));
      bar?.update(Number(entry), { movements: String(movements) });
    });
    const seconds = (performance.now() - started) / 1000;
    bar?.stop();
    // All of it is out before the process ends, also into a pipe.
    writeSync(process.stdout.fd, `${json ? asJson(verification, seconds) : asText(verification, seconds)}\n`);
    return verification.clean ? EXIT.good : EXIT.found;
  } catch (error) {
    bar?.stop();
    const { code, details } = error as ServiceError;
    if (details === undefined) throw error;
    console.error(`wallet-core at ${address} did not verify: ${status[code]}: ${details}`);
    return EXIT.failed;
  } finally {
    client.close();
  }
}

function ask(
  client: OperationsServiceClient,
  against: string,
  tell: (progress: VerifyProgress) => void,
): Promise<Verification> {
  return new Promise((resolve, reject) => {
    const call = client.verify({ against });
    call.on('data', ({ news }: VerifyResponse) => {
      if (news?.$case === 'progress') tell(news.value);
      if (news?.$case === 'verification') resolve(news.value);
    });
    call.on('error', reject);
    call.on('end', () => reject(new Error('the answer ended without a verification')));
  });
}

/** On stderr, for a person. */
function newBar(): progress.SingleBar {
  const format = '{bar} {percentage}% entry {value}/{total}, {movements} movements, {eta_formatted}';
  const bar = new progress.SingleBar(
    { format, stream: process.stderr, clearOnComplete: true },
    progress.Presets.shades_classic,
  );
  bar.start(1, 0, { movements: '0' });
  return bar;
}

function asJson(verification: Verification, seconds: number): string {
  const readable = {
    ...verification,
    ...{ seconds, movementsPerSecond: rateOf(verification, seconds) },
    findings: verification.findings.map((each) => ({ ...each, check: nameOf(each) })),
  };
  return JSON.stringify(readable, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value), 2);
}

function asText(verification: Verification, seconds: number): string {
  const { clean, digest, entries, records, movements, accounts, findings, findingsCount } = verification;
  const more = findingsCount - BigInt(findings.length);
  return [
    ...findings.map(lineOf),
    ...(more > 0n ? [`… and ${more} more`] : []),
    clean ? 'The ledger is proved.' : `The ledger is NOT proved: ${findingsCount} findings.`,
    `read    ${entries} entries, ${records} records, ${movements} movements, ${accounts} accounts`,
    `took    ${seconds.toFixed(2)} s, ${rateOf(verification, seconds)} movements/s`,
    `digest  ${digest}`,
  ].join('\n');
}

function rateOf({ movements }: Verification, seconds: number): number {
  return Math.round(Number(movements) / seconds);
}

/** "HOUSE 1.7.2 (ebet/1 CNY GAME) balance after: expected 5, seen 6". */
function lineOf(finding: Finding): string {
  const { recordId, account, subject, expected, seen } = finding;
  const where = [recordId, account === '' ? '' : `(${account})`].filter((part) => part !== '').join(' ');
  return `${nameOf(finding)} ${where === '' ? '' : `${where} `}${subject}: expected ${expected}, seen ${seen}`;
}

function nameOf({ check }: Finding): string {
  return Check[check] ?? String(check);
}
