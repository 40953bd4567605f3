import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Gauge } from 'prom-client';
import { z } from 'zod';
import { codeOf, faultOfFile, section, type Setup } from './config.js';
import { FileFault, Renewed } from './renewed.js';

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

/**
 * The section of a certificate and its key, read from files whose relative paths start at the folder of the configuration.
 * `setting` is its name, such as "gateway.tls".
 */
export function tlsSetting(setup: Setup, setting: string) {
  return section({
    certificate: z.string({ error: CERTIFICATE }),
    key: z.string({ error: KEY }),
  }).transform((named, context) => {
    const certificate = path.resolve(setup.folder, named.certificate);
    const key = path.resolve(setup.folder, named.key);
    return renewed(setting, [certificate, key], () => readTls(certificate, key, named.certificate), context);
  });
}

function readTls(certificateFile: string, keyFile: string, name: string): Tls {
  let certificate: string;
  let x509: X509Certificate;
  try {
    certificate = readFileSync(certificateFile, 'utf8');
    x509 = new X509Certificate(certificate);
  } catch (error) {
    throw new FileFault('certificate', `${CERTIFICATE} (${faultOfFile(error)})`);
  }
  const [validFrom, validTo] = [new Date(x509.validFrom), new Date(x509.validTo)];
  const now = new Date();
  const expected = 'expected one that is valid, this one';
  if (now < validFrom) throw new FileFault('certificate', `${expected} is from ${iso(validFrom)} on`);
  if (now > validTo) throw new FileFault('certificate', `${expected} was until ${iso(validTo)}`);
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(keyFile, 'utf8'));
  } catch (error) {
    throw new FileFault('key', `${KEY} (${codeOf(error)})`);
  }
  if (x509.checkPrivateKey(key)) return { certificate, key, validTo: iso(validTo) };
  throw new FileFault('key', `${KEY}; this key is of another certificate than ${name}`);
}

/** Tells until when the certificates are valid that are shown now. */
export function tellExpiry(expiry: Gauge<'setting'>, ...all: readonly (Renewed<Tls> | undefined)[]): void {
  for (const each of all) if (each) expiry.set({ setting: each.setting }, Date.parse(each.now.validTo) / 1000);
}

const AUTHORITIES = 'expected a PEM file with the certificates of authorities, such as "keys/ca.pem"';

/** A file with the certificates of authorities by whom others must have been certified; PEM. `setting` is its name. */
export function authoritiesSetting(setup: Setup, setting: string) {
  return z.string({ error: AUTHORITIES }).transform((named, context) => {
    const file = path.resolve(setup.folder, named);
    return renewed(setting, [file], () => readAuthorities(file), context);
  });
}

function readAuthorities(file: string): string {
  let isAuthority: boolean;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
    isAuthority = new X509Certificate(text).ca;
  } catch (error) {
    throw new FileFault('', `${AUTHORITIES} (${faultOfFile(error)})`);
  }
  if (!isAuthority) throw new FileFault('', `${AUTHORITIES}; this certificate may not sign others`);
  return text;
}

/** What stands in the files, or an issue of the configuration that says what is wrong with them. */
function renewed<T>(setting: string, files: readonly string[], read: () => T, context: z.RefinementCtx): Renewed<T> {
  try {
    return new Renewed(setting, files, read);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    context.addIssue({ code: 'custom', path: error.field === '' ? [] : [error.field], message: error.message });
    return z.NEVER;
  }
}

/** The key in the form that node:tls and grpc-js read. */
export function pemOf({ key }: Tls): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function iso(date: Date): string {
  return date.toISOString();
}
