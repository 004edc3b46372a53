/**
 * Whom a request comes from, as far as limits are concerned: the peer's address, as the socket has
 * it. What X-Forwarded-For says is the client's to write, so it is believed only as far as proxies
 * wrote it that the configuration names. Behind a proxy that it does not name, all are one address.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Context } from 'hono';

/** The proxies whose word is taken. */
export type TrustedProxies = Pick<BlockList, 'check'>;

/** A peer whose socket is gone already. */
const UNKNOWN = 'unknown';
/** Groups of 16 bits in an IPv6 address, and in its network. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

export function networkOf(context: Context, proxies?: TrustedProxies): string {
  // What @hono/node-server hands over; it is absent when the app is called without a server.
  const { incoming } = (context.env ?? {}) as {
    incoming?: { socket?: { remoteAddress?: string } };
  };
  const peer = incoming?.socket?.remoteAddress;
  const forwarded = context.req.header('x-forwarded-for');
  return networkOfAddress(clientOf({ peer, forwarded }, proxies));
}

/**
 * From the right, where the nearest proxy wrote: the first address that is no proxy of ours. What
 * is no address ends the search, at the last proxy that is known.
 */
export function clientOf(
  { peer, forwarded = '' }: { peer: string | undefined; forwarded?: string | undefined },
  proxies?: TrustedProxies,
): string | undefined {
  if (peer === undefined || proxies === undefined) return peer;
  let client = withoutMapping(peer);
  for (const text of forwarded.split(',').toReversed()) {
    const next = withoutMapping(text.trim());
    if (!isAmong(proxies, client) || isIP(next) === 0) break;
    client = next;
  }
  return client;
}

/** `10.0.0.0/8,192.0.2.7,fd00::/8`. Throws a RangeError that names the mistake. */
export function parseProxies(text: string): TrustedProxies {
  const proxies = new BlockList();
  for (const part of text.split(',').map((each) => each.trim())) {
    const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    if (isIP(address) === 0 || address.includes('%') || Number(bits ?? most) > most) {
      throw new RangeError(`"${part}" is no address and no network such as 10.0.0.0/8`);
    }
    proxies.addSubnet(address, Number(bits ?? most), family);
  }
  return proxies;
}

/**
 * An IPv4 address by itself, an IPv6 address by its /64: that is what one customer gets (RFC 6177),
 * who could else come from another address each time.
 */
export function networkOfAddress(address: string | undefined): string {
  if (address === undefined) return UNKNOWN;
  const plain = withoutMapping(address);
  if (!isIPv6(plain)) return plain;
  return `${groupsOf(plain).slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

function isAmong(proxies: TrustedProxies, address: string): boolean {
  return isIP(address) !== 0 && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Without its zone; an IPv4 address that came in through an IPv6 socket as itself. */
function withoutMapping(address: string): string {
  const [plain = ''] = address.split('%');
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain) ?? [];
  return mapped ?? plain;
}

/** All eight groups of an address that `::` may have shortened. */
function groupsOf(address: string): string[] {
  const [head = '', tail = ''] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  // An IPv4 address at the end stands for two groups; the network does not reach that far.
  const missing = Math.max(0, GROUPS - before.length - after.length);
  const zeros = Array.from({ length: missing }, () => '0');
  const groups = [...before, ...zeros, ...after];
  return groups.map((group) => group.replace(/^0+(?=.)/, '').toLowerCase());
}
