import { writeSync } from 'node:fs';
import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import {
  Check,
  OperationsServiceClient,
  type ExportResponse,
  type Finding,
  type Verification,
  type VerifyProgress,
  type VerifyResponse,
} from '../../proto/gen/wallet/v1/operations.js';
import { ConfigError } from '../../config.js';
import { KeptRequestCheck } from '../../gateway/kept-request.js';
import { Bar } from './bar.js';
import { EXIT } from './exit.js';
import { Signatures, signaturesAsText, type SignatureReport } from './signatures.js';

export interface VerifyOptions {
  readonly address: string;
  readonly against?: string;
  readonly json: boolean;
  /** Check the kept requests too, with the keys of these configurations of the gateway, or of the one that it would read. */
  readonly signatures: boolean;
  readonly config?: readonly string[];
}

const BAR = '{bar} {percentage}% entry {value}/{total}, {movements} movements, {eta_formatted}';

/** Asks for a verification, shows how far it is, prints what it came to, and gives the exit code. */
export async function verify({ address, against = '', json, signatures, config = [] }: VerifyOptions): Promise<number> {
  // A proxy that the environment names is for the world outside.
  const client = new OperationsServiceClient(address, credentials.createInsecure(), { 'grpc.enable_http_proxy': 0 });
  const asked = signatures ? configured(config) : undefined;
  if (asked === null) return EXIT.failed;
  const bar = new Bar(BAR, json);
  try {
    const started = performance.now();
    const verification = await ask(client, against, ({ entry, lastEntry, movements }) => {
      bar.update(Number(entry), Number(lastEntry), { movements: String(movements) });
    });
    const seconds = (performance.now() - started) / 1000;
    await asked?.read(
      journal(client, (entry, last) => bar.update(Number(entry), Number(last), { movements: 'signatures of all' })),
    );
    bar.stop();
    const report = asked?.report;
    const proved = asText(verification, seconds);
    const text = report ? `${proved}\n${signaturesAsText(report)}` : proved;
    // All of it is out before the process ends, also into a pipe.
    writeSync(process.stdout.fd, `${json ? asJson(verification, seconds, report) : text}\n`);
    return verification.clean && (asked?.clean ?? true) ? EXIT.good : EXIT.found;
  } catch (error) {
    bar.stop();
    const { code, details } = error as ServiceError;
    if (details === undefined) throw error;
    console.error(`wallet-core at ${address} did not verify: ${status[code]}: ${details}`);
    return EXIT.failed;
  } finally {
    client.close();
  }
}

/** The lines of the whole journal, cut anywhere. */
async function* journal(client: OperationsServiceClient, tell: (entry: bigint, last: bigint) => void) {
  for await (const { lines, entry, lastEntry } of client.export({}) as AsyncIterable<ExportResponse>) {
    tell(entry, lastEntry);
    yield lines;
  }
}

/** Null if the configuration cannot be read; stderr has been told why. */
function configured(files: readonly string[]): Signatures | null {
  try {
    return new Signatures(KeptRequestCheck.configured(files));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return null;
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

function asJson(verification: Verification, seconds: number, signatures: SignatureReport | undefined): string {
  const readable = {
    ...verification,
    ...{ seconds, movementsPerSecond: rateOf(verification, seconds) },
    findings: verification.findings.map((each) => ({ ...each, check: nameOf(each) })),
    ...(signatures ? { signatures } : {}),
  };
  return JSON.stringify(readable, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value), 2);
}

function asText(verification: Verification, seconds: number): string {
  const { clean, digest, entries, records, movements, accounts, findings, findingsCount, requestsPruned } =
    verification;
  const more = findingsCount - BigInt(findings.length);
  return [
    ...findings.map(lineOf),
    ...(more > 0n ? [`… and ${more} more`] : []),
    clean ? 'The ledger is proved.' : `The ledger is NOT proved: ${findingsCount} findings.`,
    `read    ${entries} entries, ${records} records, ${movements} movements, ${accounts} accounts`,
    ...(requestsPruned > 0n ? [`pruned  the requests of ${requestsPruned} entries`] : []),
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
