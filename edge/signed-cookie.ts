/**
 * A cookie whose value nobody can make or change without the pass keys: `<value>.<signature>`. The
 * signing keys are derived from the pass keys under the cookie's own label, so that no cookie needs
 * a secret of its own and none is good as another; while two pass keys are known, the cookies of
 * both are good. The value is not secret, and who has the cookie can copy it: so that nobody plants
 * a copy of theirs from another host of the same domain, browsers are held to one of this host.
 */
import { fromBase64Url, toBase64Url } from '../contract/base64url.ts';
import { equalInConstantTime, type Hashing } from '../contract/hashing.ts';
import type { PassKey } from '../contract/pass.ts';

/** A cookie of ours has under 200 characters; a longer value is not worth the hashing. */
const MAX_VALUE_LENGTH = 256;
/** RFC 6265, section 4.1.1: what a cookie may have in it, dots too: the last one is ours. */
const VALUE = /^[!#-+\--:<-[\]-~]+$/;
/** HMAC-SHA-256 in base64url. */
const SIGNATURE_LENGTH = 43;

/**
 * Of one name more than one comes only where they were planted, or by old paths. Each costs a hash
 * or two, and a header has room for hundreds.
 */
const MAX_HASHED = 10;
/**
 * RFC 6265bis, section 4.1.3.2: what is named so can be set by this very host only, by HTTPS, and
 * for all its paths. Without it the pages of any host of the domain could set it for this one.
 */
const HOST_PREFIX = '__Host-';

export interface SignedCookie {
  /**
   * The first value that was signed and that fits; undefined when there is no such cookie or none
   * of ours. What stands before it is passed over: anybody may have planted it.
   */
  read(sent: SentCookies, fits?: (value: string) => boolean): string | undefined;
  /** The `Set-Cookie` value. Throws a RangeError for a value that no cookie can hold. */
  write(value: string, life: CookieLife): string;
}

/** The cookies that came with a request. */
export interface SentCookies {
  header: string | null;
  /** By HTTPS, as the edge's own address says it, also behind a proxy. */
  secure: boolean;
}

export function cookiesOf({ headers, url }: Pick<Request, 'headers' | 'url'>): SentCookies {
  return { header: headers.get('cookie'), secure: url.startsWith('https:') };
}

export interface CookieLife {
  maxAgeSeconds: number;
  /** What the browser sends it with; everything unless given. */
  path?: string;
  /** False only where the page came by plain HTTP. */
  secure: boolean;
}

export interface CookieKind {
  name: string;
  /** By HTTPS no other host of the domain can set it. Only for one that goes to every path. */
  hostOnly: boolean;
  /** Names what a signature is good for; another label is another key. */
  label: string;
}

export function createSignedCookie(
  hashing: Hashing,
  passKeys: readonly PassKey[],
  { name, hostOnly, label }: CookieKind,
): SignedCookie {
  const hashes = passKeys.map(({ secret }) => hashing.keyedHash(hashing.keyedHash(secret)(label)));
  const [signing] = hashes;
  if (signing === undefined) throw new RangeError(`${name} needs at least one key`);
  const nameFor = (secure: boolean) => (hostOnly && secure ? `${HOST_PREFIX}${name}` : name);
  const isOurs = ({ value, signature }: Claimed) =>
    hashes.some((keyed) => equalInConstantTime(keyed(value), signature));
  return {
    read({ header, secure }, fits = () => true) {
      const claimed = claimedValues(header, nameFor(secure)).filter(({ value }) => fits(value));
      return claimed.slice(0, MAX_HASHED).find(isOurs)?.value;
    },
    write(value, { maxAgeSeconds, path = '/', secure }) {
      if (value.length > MAX_VALUE_LENGTH || !VALUE.test(value)) {
        throw new RangeError(`${name} cannot hold this value`);
      }
      const signed = `${nameFor(secure)}=${value}.${toBase64Url(signing(value))}`;
      const attributes = `Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
      return `${signed}; ${attributes}${secure ? '; Secure' : ''}`;
    },
  };
}

interface Claimed {
  value: string;
  signature: Uint8Array;
}

/** RFC 6265, section 5.4: pairs joined by `; `, of one name too; those that look signed. */
function claimedValues(header: string | null, name: string): Claimed[] {
  const start = `${name}=`;
  const claimed: Claimed[] = [];
  for (const pair of header?.split(/; */) ?? []) {
    if (!pair.startsWith(start)) continue;
    const text = pair.slice(start.length);
    const dotAt = text.length - SIGNATURE_LENGTH - 1;
    if (dotAt < 1 || text[dotAt] !== '.' || dotAt > MAX_VALUE_LENGTH) continue;
    const signature = fromBase64Url(text.slice(dotAt + 1));
    if (signature !== undefined) claimed.push({ value: text.slice(0, dotAt), signature });
  }
  return claimed;
}
