/** What keeps a client of gRPC and wallet-core from letting each other in, if it is a setting of either. */
export type ConnectionFault =
  'speaks no TLS' | 'asks for another' | 'other name' | 'not valid now' | 'not trusted' | 'hung up';

const TEXTS: readonly (readonly [RegExp, ConnectionFault])[] = [
  [/wrong version number/, 'speaks no TLS'],
  // Of TLS itself, by which a server tells what is wrong with the certificate that it was shown: required, expired, unknown.
  [/alert .*certificate|alert unknown ca/, 'asks for another'],
  [/altnames/, 'other name'],
  [/certificate (has expired|is not yet valid)/, 'not valid now'],
  [/certificate/, 'not trusted'],
  // The end of a connection that wallet-core closes overtakes the alert that says why, or the rest of what was sent resets it.
  [/Failed to connect|No connection established.*(ECONNRESET|EPIPE|socket disconnected|Socket closed)/s, 'hung up'],
];

/** Read from the text of a call that failed as UNAVAILABLE; undefined: nobody is there, or something else has happened. */
export function connectionFault(details: string): ConnectionFault | undefined {
  return TEXTS.find(([text]) => text.test(details))?.[1];
}
