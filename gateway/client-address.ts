import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { canonicalAddress, type AddressList } from './address-list.js';

/** Says where a request comes from. */
export type AddressOf = (request: IncomingMessage) => string;

/** The other end of a connection, without the interface that IPv6 has behind it; empty if it is gone. */
export function peerAddress({ remoteAddress = '' }: Socket): string {
  return canonicalAddress(remoteAddress.replace(/%.*$/, '')) ?? '';
}

/**
 * The address that a request comes from; empty if its connection is gone. Each proxy adds the address of its own caller at
 * the right end of X-Forwarded-For, so it is read from there, and only as far as proxies of ours wrote it: what stands
 * further left may be forged by whoever called them. What is no address ends the reading, and the request counts as one
 * of the last proxy that could be read. Koa's own `ctx.ip` would take the left end, from anybody.
 */
export function clientAddress({ socket, headers }: IncomingMessage, trustedProxies: AddressList): string {
  let client = peerAddress(socket);
  if (!trustedProxies.has(client)) return client;
  const hops = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  for (const hop of hops.reverse()) {
    const next = canonicalAddress(hop.trim());
    if (next === undefined) break;
    client = next;
    if (!trustedProxies.has(client)) break;
  }
  return client;
}
