import http, { type RequestListener, type Server } from 'node:http';
import type https from 'node:https';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Renewed } from '../renewed.js';
import { pemOf, type Tls } from '../tls.js';
import { networkOf, type AddressList } from './address-list.js';
import { peerAddress } from './client-address.js';
import { SecureServer } from './secure-server.js';

/** What bounds the connections of whoever means us harm, or is broken. Times are in milliseconds. */
export interface HttpLimits {
  /** From the first byte of a request, or from the connection, to its last: a callback is small. */
  readonly requestMs: number;
  /** The same for its headers. */
  readonly headersMs: number;
  /** How often connections are looked at for these two. */
  readonly checkMs: number;
  /** How long a connection may be idle between two calls; longer than the proxies before us usually keep them. */
  readonly idleMs: number;
  readonly headerBytesMax: number;
  readonly connectionsMax: number;
  /** Of those from addresses that no channel lists, where channels list any: these always find room for the rest. */
  readonly connectionsOfStrangersMax: number;
  /** Of one address (IPv6: of one /64) that is no proxy of ours: fewer, so that nobody alone can take them all. */
  readonly connectionsPerAddressMax: number;
}

export const HTTP_LIMITS: HttpLimits = {
  requestMs: 10_000,
  headersMs: 5_000,
  checkMs: 1_000,
  idleMs: 75_000,
  headerBytesMax: 16 * 2 ** 10,
  connectionsMax: 8_192,
  connectionsOfStrangersMax: 4_096,
  connectionsPerAddressMax: 2_048,
};

/** The server that providers connect to; with `tls` it speaks nothing else. */
export function httpServer(
  tls: Renewed<Tls> | undefined,
  trustedProxies: AddressList,
  listed: readonly AddressList[],
  limits: HttpLimits,
  log: Logger,
  listener: RequestListener,
): Server {
  const options = {
    requestTimeout: limits.requestMs,
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.idleMs,
    maxHeaderSize: limits.headerBytesMax,
  };
  const tellPipelined = onceAMinute(() =>
    log.warn('calls came before the last was answered: their connection is closed'),
  );
  const oneAtATime = answeringOneAtATime(listener, tellPipelined);
  const server = tls
    ? secureServer(tls, { ...options, handshakeTimeout: limits.headersMs }, oneAtATime)
    : http.createServer(options, oneAtATime);
  server.maxConnections = limits.connectionsMax;
  const tell = onceAMinute(() => log.warn({ limits }, 'too many connections: more are closed at once'));
  server.on('drop', tell);
  const open = new Map<string, number>();
  let strangers = 0;
  server.on('connection', (socket: Socket) => {
    const address = peerAddress(socket);
    if (trustedProxies.has(address)) return;
    const isStranger = listed.length > 0 && !listed.some((list) => list.has(address));
    const network = networkOf(address);
    const count = open.get(network) ?? 0;
    const isOneTooMany = isStranger && strangers === limits.connectionsOfStrangersMax;
    if (isOneTooMany || count === limits.connectionsPerAddressMax) {
      tell();
      socket.destroy();
      return;
    }
    open.set(network, count + 1);
    if (isStranger) strangers += 1;
    socket.once('close', () => {
      if (isStranger) strangers -= 1;
      const left = (open.get(network) ?? 1) - 1;
      if (left === 0) open.delete(network);
      else open.set(network, left);
    });
  });
  return server;
}

/**
 * No provider sends a call on a connection on which he awaits an answer (pipelining), and whoever does could send them by the
 * thousand: his connection is closed.
 */
function answeringOneAtATime(listener: RequestListener, tell: () => void): RequestListener {
  const early = new WeakSet<Socket>();
  const end = (socket: Socket) => {
    if (!socket.destroyed) tell();
    socket.destroy();
  };
  return (request, response) => {
    // It gets the socket once the answer before has been sent.
    if (response.socket) return listener(request, response);
    const { socket } = request;
    if (early.has(socket)) return end(socket);
    early.add(socket);
    // Of an answer over TLS the client may know a moment before us.
    setImmediate(() => {
      early.delete(socket);
      if (response.socket && !socket.destroyed) listener(request, response);
      else end(socket);
    });
  };
}

/** Connections are made with the certificate that its files hold then. */
function secureServer(tls: Renewed<Tls>, options: https.ServerOptions, listener: RequestListener): Server {
  const shown = () => ({ cert: tls.now.certificate, key: pemOf(tls.now) });
  const server = new SecureServer({ ...options, ...shown() }, listener);
  tls.onRenewal(() => server.setSecureContext(shown()));
  return server;
}

/** A line in the log for each would help whoever floods us. */
function onceAMinute(tell: () => void): () => void {
  let toldMs = -Infinity;
  return () => {
    if (performance.now() - toldMs < 60_000) return;
    toldMs = performance.now();
    tell();
  };
}
