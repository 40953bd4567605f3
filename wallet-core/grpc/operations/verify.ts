import type { Logger } from 'pino';
import * as pb from '../../../proto/gen/wallet/v1/operations.js';
import { formatDigest, parseDigest } from '../../journal/digest.js';
import { formatId } from '../../journal/position.js';
import type { Scrub } from '../../scrub.js';
import type { Finding } from '../../verify/finding.js';
import type { Progress, Verification } from '../../verify/verify.js';
import { invalidArgument } from '../call-error.js';
import { serverStream } from '../server-stream.js';
import { LongWork } from './long-work.js';

export function verify(scrub: Scrub, log: Logger, stopping: AbortSignal): pb.OperationsServiceServer['verify'] {
  const verifications = new LongWork(stopping, 1, 'a verification is under way; wait for it, or end it');
  return serverStream(log, async ({ against }, { tell, hungUp }) => {
    const digest = parseDigest(against);
    if (against !== '' && !digest) {
      throw invalidArgument(
        `against: is "${against.slice(0, 100)}"; expected "writer:entry:hash", as verify prints it`,
      );
    }
    await verifications.run(hungUp, async (signal) => {
      const verification = await scrub.verify(
        digest,
        (progress) => tell({ news: { $case: 'progress', value: writeProgress(progress) } }),
        signal,
      );
      tell({ news: { $case: 'verification', value: writeVerification(verification) } });
    });
  });
}

function writeProgress({ seq, last, movements, findings }: Progress): pb.VerifyProgress {
  return { entry: seq, lastEntry: last, movements: BigInt(movements), findings: BigInt(findings) };
}

function writeVerification(verification: Verification): pb.Verification {
  const { digest, entries, records, movements, accounts, pruned, count, findings } = verification;
  return {
    clean: count === 0,
    digest: formatDigest(digest),
    entries: BigInt(entries),
    records: BigInt(records),
    movements: BigInt(movements),
    accounts: BigInt(accounts),
    requestsPruned: BigInt(pruned),
    findingsCount: BigInt(count),
    findings: findings.map((finding) => writeFinding(finding, digest.writer)),
  };
}

function writeFinding({ check, subject, record, account = '', expected, seen }: Finding, writer: number): pb.Finding {
  const recordId = record === undefined ? '' : formatId(writer, record);
  return { check: pb.Check[check], subject, recordId, account, expected, seen };
}
