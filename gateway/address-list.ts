import { BlockList, isIP, SocketAddress } from 'node:net';
import { z } from 'zod';

/**
 * An address in the one form that we compare and log: an IPv4 address keeps its own also where IPv6 spells it
 * "::ffff:192.0.2.1", as a socket that listens on both does. Undefined for what is no address, or has a zone or a port.
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIP(text) !== 6) return isIP(text) === 4 ? text : undefined;
  if (text.includes('%')) return undefined;
  const { address } = new SocketAddress({ address: text, family: 'ipv6' });
  return /^::ffff:(\d+(?:\.\d+){3})$/.exec(address)?.[1] ?? address;
}

/** Who is counted as one: an IPv4 address, or the /64 of a canonical IPv6 one, for whoever has one of these has all of them. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [front = [], back = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}

/** An address, or the range of those that share its first bits. */
interface Range {
  readonly address: string;
  readonly bits: number;
}

/** Providers call from few addresses: looking one up again costs a tenth of comparing it with the ranges. */
const KNOWN_MAX = 1_000;

/** Addresses and CIDR ranges of both families. */
export class AddressList {
  // One for each family: in one alone "::/1" would let every IPv4 address in.
  readonly #ipv4 = new BlockList();
  readonly #ipv6 = new BlockList();
  readonly #known = new Map<string, boolean>();

  constructor(ranges: readonly Range[]) {
    for (const { address, bits } of ranges) {
      if (isIP(address) === 4) this.#ipv4.addSubnet(address, bits, 'ipv4');
      else this.#ipv6.addSubnet(address, bits, 'ipv6');
    }
  }

  /** Whether a canonical address is in the list; what is no address is not. */
  has(address: string): boolean {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    const listed = this.#compare(address);
    this.#known.set(address, listed);
    return listed;
  }

  #compare(address: string): boolean {
    switch (isIP(address)) {
      case 4:
        return this.#ipv4.check(address, 'ipv4');
      case 6:
        return this.#ipv6.check(address, 'ipv6');
      default:
        return false;
    }
  }
}

/** The widest ranges in use are 10.0.0.0/8 and fc00::/7. */
const BITS_MIN = 7;

const ENTRY = 'expected an address or a CIDR range, such as "203.0.113.7", "198.51.100.0/24" or "2001:db8::/32"';

const rangeSetting = z.string({ error: ENTRY }).transform((text, context): Range => {
  const [, name = '', prefix] = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = canonicalAddress(name);
  const named = isIP(name) === 4 ? 32 : 128;
  const width = address !== undefined && isIP(address) === 4 ? 32 : 128;
  // The bits of a range that is written as mapped count from the beginning of the IPv6 address.
  const bits = Number(prefix ?? named) - (named - width);
  if (address !== undefined && bits >= BITS_MIN && bits <= width) return { address, bits };
  const isWide = address !== undefined && bits < BITS_MIN;
  context.addIssue(isWide ? `${ENTRY}; this range is every address, or a large part of them` : ENTRY);
  return z.NEVER;
});

/** A list of addresses and ranges; `error` says of whom. */
export function addressListSetting(error: string, entriesMin: 0 | 1) {
  return z
    .array(rangeSetting, { error })
    .min(entriesMin, { error })
    .transform((ranges) => new AddressList(ranges));
}
