/**
 * A cookie whose value nobody can make or change without the pass keys: `<value>.<signature>`. The
 * signing keys are derived from the pass keys under the cookie's own label, so that no cookie needs
 * a secret of its own and none is good as another; while two pass keys are known, the cookies of
 * both are good. The value is not secret, and who has the cookie can copy it.
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

export interface SignedCookie {
  /** The value that was signed; undefined when there is no such cookie or not one of ours. */
  read(cookieHeader: string | null): string | undefined;
  /** The `Set-Cookie` value. Throws a RangeError for a value that no cookie can hold. */
  write(value: string, life: CookieLife): string;
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
  /** Names what a signature is good for; another label is another key. */
  label: string;
}

export function createSignedCookie(
  hashing: Hashing,
  passKeys: readonly PassKey[],
  { name, label }: CookieKind,
): SignedCookie {
  const hashes = passKeys.map(({ secret }) => hashing.keyedHash(hashing.keyedHash(secret)(label)));
  const [signing] = hashes;
  if (signing === undefined) throw new RangeError(`${name} needs at least one key`);
  return {
    read(cookieHeader) {
      const text = cookieValue(cookieHeader, name);
      const dotAt = text.length - SIGNATURE_LENGTH - 1;
      if (dotAt < 1 || text[dotAt] !== '.' || dotAt > MAX_VALUE_LENGTH) return undefined;
      const value = text.slice(0, dotAt);
      const signature = fromBase64Url(text.slice(dotAt + 1));
      if (signature === undefined) return undefined;
      const isOurs = hashes.some((keyed) => equalInConstantTime(keyed(value), signature));
      return isOurs ? value : undefined;
    },
    write(value, { maxAgeSeconds, path = '/', secure }) {
      if (value.length > MAX_VALUE_LENGTH || !VALUE.test(value)) {
        throw new RangeError(`${name} cannot hold this value`);
      }
      const signed = `${name}=${value}.${toBase64Url(signing(value))}`;
      const attributes = `Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
      return `${signed}; ${attributes}${secure ? '; Secure' : ''}`;
    },
  };
}

/** RFC 6265, section 5.4: pairs joined by `; `; empty when the cookie is not there. */
function cookieValue(header: string | null, name: string): string {
  const start = `${name}=`;
  const pair = header?.split(/; */).find((part) => part.startsWith(start));
  return pair?.slice(start.length) ?? '';
}
