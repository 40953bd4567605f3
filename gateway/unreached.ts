import { type ServiceError, status } from '@grpc/grpc-js';
import { type ConnectionFault, connectionFault } from '../connection-fault.js';

type Failure = Pick<ServiceError, 'code' | 'details'>;

const CONNECTION_FIXES: Readonly<Record<ConnectionFault, string>> = {
  'speaks no TLS': 'wallet-core speaks no TLS: set walletCore.tls, or remove gateway.walletCoreCa',
  'asks for another':
    'wallet-core asks for a certificate: set gateway.walletCoreTls to one by an authority of walletCore.clientCa that is ' +
    'valid now',
  'other name':
    'the certificate of walletCore.tls must have the name or address by which gateway.walletCore reaches wallet-core',
  'not valid now':
    'the certificate of walletCore.tls, or of an authority behind it, is not valid now: put a new one in its place, or ' +
    'set the clock of this machine',
  'not trusted': 'set gateway.walletCoreCa to the certificates of the authority that issued that of walletCore.tls',
  'hung up':
    'wallet-core hung up at once: if it speaks TLS, set gateway.walletCoreCa to who certified it; if that is set, ' +
    'gateway.walletCoreTls must be by an authority of walletCore.clientCa and valid now',
};

const TOKEN_FIX =
  'npx single-wallet token create makes a token for the gateway, gateway.walletCoreTokenFile names its file; if that is not set, ' +
  'restart wallet-core, which makes another data/gateway.token, and then the gateway';

const RIGHTS_FIX =
  'the token of gateway.walletCoreTokenFile needs the role post for all channels of this gateway: npx single-wallet token ' +
  'list shows what it has, token create makes another';

const CODE_FIXES: Readonly<Partial<Record<status, string>>> = {
  [status.UNAUTHENTICATED]: TOKEN_FIX,
  [status.PERMISSION_DENIED]: RIGHTS_FIX,
};

/** What a callback that got no answer is told of in the log and in the record of refused calls; with the gRPC code behind it. */
const WORDS: Readonly<Partial<Record<status, string>>> = {
  [status.UNAVAILABLE]: 'wallet-core was not reached, or broke off',
  [status.RESOURCE_EXHAUSTED]: 'wallet-core has too much to do',
  [status.CANCELLED]: 'the call to wallet-core was cut off',
  [status.UNAUTHENTICATED]: "wallet-core does not know the gateway's token",
  [status.PERMISSION_DENIED]: "wallet-core does not allow that to the gateway's token",
};

/** Why wallet-core gave no answer: the code of the call that failed, or undefined where it was still awaited. */
export function whyUnanswered(code: status | undefined): string {
  if (code === undefined || code === status.DEADLINE_EXCEEDED) return 'wallet-core gave no answer in time';
  return `${WORDS[code] ?? 'wallet-core failed'} (${status[code]})`;
}

/** The setting to mend when wallet-core and the gateway do not let each other in; undefined: it is not that. */
export function fixOf({ code, details }: Failure): string | undefined {
  if (code !== status.UNAVAILABLE) return CODE_FIXES[code];
  const fault = connectionFault(details);
  return fault && CONNECTION_FIXES[fault];
}

/** A failed call as the log has it. */
export function toldOf(error: Failure): Readonly<Record<string, string>> {
  const fix = fixOf(error);
  return { code: status[error.code], details: error.details, ...(fix !== undefined && { fix }) };
}
