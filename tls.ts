import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { type ChannelCredentials, type ClientOptions, credentials } from '@grpc/grpc-js';
import { z } from 'zod';
import { codeOf, messageOf, section, type Setup } from './config.js';

/** What a process shows to whoever connects to it. */
export interface Tls {
  /** PEM: its own certificate first, then those that it was issued with. */
  readonly certificate: string;
  /** A KeyObject, so that it is not printed by accident. */
  readonly key: KeyObject;
  /** ISO 8601: from then on nobody trusts the certificate. */
  readonly validTo: string;
}

const CERTIFICATE = 'expected a PEM file with a certificate and those that it was issued with, such as "keys/tls.pem"';
const KEY = 'expected a PEM file with the private key of the certificate, without a passphrase, such as "keys/tls.key"';

/** The section of a certificate and its key, read from files whose relative paths start at the folder of the configuration. */
export function tlsSetting(setup: Setup) {
  const read = (file: string) => readFileSync(path.resolve(setup.folder, file), 'utf8');
  return section({
    certificate: z.string({ error: CERTIFICATE }),
    key: z.string({ error: KEY }),
  }).transform((files, context): Tls => {
    const fault = (field: 'certificate' | 'key', message: string) => {
      context.addIssue({ code: 'custom', path: [field], message });
      return z.NEVER;
    };
    let certificate: string;
    let x509: X509Certificate;
    try {
      certificate = read(files.certificate);
      x509 = new X509Certificate(certificate);
    } catch (error) {
      return fault('certificate', `${CERTIFICATE} (${messageOf(error)})`);
    }
    const [validFrom, validTo] = [new Date(x509.validFrom), new Date(x509.validTo)];
    const now = new Date();
    if (now < validFrom)
      return fault('certificate', `expected one that is valid, this one is from ${iso(validFrom)} on`);
    if (now > validTo) return fault('certificate', `expected one that is valid, this one was until ${iso(validTo)}`);
    try {
      const key = createPrivateKey(read(files.key));
      if (x509.checkPrivateKey(key)) return { certificate, key, validTo: iso(validTo) };
    } catch (error) {
      return fault('key', `${KEY} (${codeOf(error)})`);
    }
    return fault('key', `${KEY}; this key is of another certificate than ${files.certificate}`);
  });
}

const AUTHORITIES = 'expected a PEM file with the certificates of authorities, such as "keys/ca.pem"';

/** A file with the certificates of authorities by whom others must have been certified; PEM. */
export function authoritiesSetting(setup: Setup) {
  return z.string({ error: AUTHORITIES }).transform((file, context): string => {
    try {
      const text = readFileSync(path.resolve(setup.folder, file), 'utf8');
      if (new X509Certificate(text).ca) return text;
      context.addIssue(`${AUTHORITIES}; this certificate may not sign others`);
    } catch (error) {
      context.addIssue(`${AUTHORITIES} (${messageOf(error)})`);
    }
    return z.NEVER;
  });
}

/** The key in the form that node:tls and grpc-js read. */
export function pemOf({ key }: Tls): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** PEM: who certifies the server, and what a client shows of itself. */
export interface ClientFiles {
  readonly authorities: Buffer;
  readonly certificate: Buffer | null;
  readonly key: Buffer | null;
}

/** The host of host:port, without the brackets of IPv6. */
export function hostOf(address: string): { readonly host: string } {
  return { host: address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1') };
}

/** What a client of gRPC is made with to reach host:port, with TLS if there are files. */
export function transportTo(address: string, files?: ClientFiles): [ChannelCredentials, ClientOptions] {
  if (!files) return [credentials.createInsecure(), {}];
  const { authorities, certificate, key } = files;
  const { host } = hostOf(address);
  if (isIP(host) === 0) return [credentials.createSsl(authorities, key, certificate), {}];
  // Node prints a warning where the name asked for is an address, as grpc-js has it. The certificate must have the address.
  const verify = { checkServerIdentity: (_: string, shown: PeerCertificate) => checkServerIdentity(host, shown) };
  return [
    credentials.createSsl(authorities, key, certificate, verify),
    { 'grpc.ssl_target_name_override': 'wallet-core' },
  ];
}

function iso(date: Date): string {
  return date.toISOString();
}
