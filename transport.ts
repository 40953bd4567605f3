import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { type ChannelCredentials, type ClientOptions, credentials, experimental } from '@grpc/grpc-js';
import type { Renewed } from './renewed.js';
import { pemOf, type Tls } from './tls.js';

type Transport = [ChannelCredentials, ClientOptions];

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
export function transportTo(address: string, files?: ClientFiles): Transport {
  if (!files) return [credentials.createInsecure(), {}];
  const [verify, options] = verification(address);
  return [credentials.createSsl(files.authorities, files.key, files.certificate, verify), options];
}

/** The same for a client that runs on while its files are replaced: each connection goes by what they hold when it is made. */
export function renewedTransportTo(
  address: string,
  authorities: Renewed<string>,
  own: Renewed<Tls> | undefined,
): Transport {
  const [verify, options] = verification(address);
  const files = new Certificates(authorities, own);
  return [experimental.createCertificateProviderChannelCredentials(files, own ? files : null, verify), options];
}

/** Files as grpc-js wants to be told of them; its own provider would also tell of those that cannot be used. */
class Certificates implements experimental.CertificateProvider {
  readonly #authorities: Renewed<string>;
  readonly #own: Renewed<Tls> | undefined;
  readonly #toldOfAuthorities = new Set<experimental.CaCertificateUpdateListener>();
  readonly #toldOfOwn = new Set<experimental.IdentityCertificateUpdateListener>();

  constructor(authorities: Renewed<string>, own: Renewed<Tls> | undefined) {
    this.#authorities = authorities;
    this.#own = own;
    authorities.onRenewal(() => this.#toldOfAuthorities.forEach((listener) => this.#tellAuthorities(listener)));
    own?.onRenewal(() => this.#toldOfOwn.forEach((listener) => this.#tellOwn(listener)));
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#toldOfAuthorities.add(listener);
    this.#tellAuthorities(listener);
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#toldOfAuthorities.delete(listener);
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#toldOfOwn.add(listener);
    this.#tellOwn(listener);
  }

  removeIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#toldOfOwn.delete(listener);
  }

  #tellAuthorities(listener: experimental.CaCertificateUpdateListener): void {
    listener({ caCertificate: Buffer.from(this.#authorities.now) });
  }

  #tellOwn(listener: experimental.IdentityCertificateUpdateListener): void {
    const own = this.#own?.now;
    listener(own ? { certificate: Buffer.from(own.certificate), privateKey: Buffer.from(pemOf(own)) } : null);
  }
}

function verification(address: string) {
  const { host } = hostOf(address);
  if (isIP(host) === 0) return [{}, {}] as const;
  // Node prints a warning where the name asked for is an address, as grpc-js has it. The certificate must have the address.
  const verify = { checkServerIdentity: (_: string, shown: PeerCertificate) => checkServerIdentity(host, shown) };
  return [verify, { 'grpc.ssl_target_name_override': 'wallet-core' }] as const;
}
