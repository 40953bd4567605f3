import { generate } from 'selfsigned';

/** PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Days from now until it is valid, and until it is valid no more. */
  readonly fromDays?: number;
  readonly toDays?: number;
  /** Who signs it; by default it signs itself. */
  readonly issuer?: Pair;
  /** Whether it may sign others. */
  readonly isAuthority?: boolean;
}

const DAY_MS = 86_400_000;

/** Makes a certificate for this machine's loopback addresses, with a key of its own. */
export async function certificate(
  name: string,
  { fromDays = -1, toDays = 30, issuer, isAuthority = false }: CertificateOptions = {},
): Promise<Pair> {
  const altNames = [
    { type: 2, value: 'localhost' },
    { type: 7, ip: '127.0.0.1' },
    { type: 7, ip: '::1' },
  ] as const;
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() + fromDays * DAY_MS),
    notAfterDate: new Date(Date.now() + toDays * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: isAuthority, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: isAuthority, critical: true },
      { name: 'subjectAltName', altNames: [...altNames] },
    ],
    ...(issuer ? { ca: { key: issuer.key, cert: issuer.certificate } } : {}),
  });
  return { certificate: made.cert, key: made.private };
}
