/**
 * Whose address a request has, as one text for those who are limited together: an IPv4 address, or
 * the first 64 bits of an IPv6 address, which is what one subscriber gets. Taken from one header
 * that whoever stands in front of the Worker always sets itself; on Cloudflare CF-Connecting-IP.
 * Any other header is what a client wrote, and X-Forwarded-For begins with it.
 */

/** 39 characters are the longest IPv6 address; with a mapped IPv4 one it is 45. */
const MAX_ADDRESS_LENGTH = 45;
/** RFC 6890: whoever is on the machine itself: a load test, a developer, a proxy that hides all. */
const LOOPBACK = /^(127\.|::1$)/;

export type ClientAddress = (request: Pick<Request, 'headers'>) => string | undefined;

/**
 * Undefined when there is no address, or the machine's own: nobody is limited together with all
 * others because of a proxy that says nothing.
 */
export function createClientAddress(trustedHeader: string): ClientAddress {
  return ({ headers }) => {
    const value = headers.get(trustedHeader);
    if (value === null) return undefined;
    // The nearest proxy appends; what stands before is what it was told.
    const address = value.slice(value.lastIndexOf(',') + 1).trim();
    return networkOf(address);
  };
}

/** `203.0.113.7`, `2001:db8:0:1::/64`; undefined for what is no address, and for loopback. */
export function networkOf(address: string): string | undefined {
  if (address.length === 0 || address.length > MAX_ADDRESS_LENGTH) return undefined;
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (LOOPBACK.test(bare)) return undefined;
  if (!bare.includes(':')) return isIpv4(bare) ? bare : undefined;
  const groups = ipv6Groups(bare);
  if (groups === undefined) return undefined;
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256)
  );
}

/** RFC 4291, section 2.2: eight groups, of which one run of zeros may be left out. */
function ipv6Groups(text: string): number[] | undefined {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...Array<number>(missing).fill(0), ...after];
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  return parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))
    ? parts.map((part) => Number.parseInt(part, 16))
    : undefined;
}
