/**
 * Guests: a random id in a signed cookie. Nobody can make or change one without the pass keys, from
 * which the signing keys are derived, so that a guest needs no secret of its own; while two pass
 * keys are known, the cookies of both are good. The docs of the draw say what guests mean for
 * fairness.
 */
import { fromBase64Url, toBase64Url } from '../contract/base64url.ts';
import { equalInConstantTime, type Hashing, type KeyedHash } from '../contract/hashing.ts';
import type { PassKey } from '../contract/pass.ts';
import type { Random } from '../contract/random.ts';

export const GUEST_COOKIE = 'sluice_guest';
/** Past the longest time between seeing a sale announced and collecting what was bought. */
const LIFETIME_SECONDS = 30 * 24 * 60 * 60;
/** 128 bits: nobody guesses another guest's id. */
const ID_BYTES = 16;
const KEY_LABEL = 'sluice guest cookie v1';
const VALUE = /^(g-[A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

export interface GuestCookies {
  /** The guest's id, or undefined when there is no cookie or not one of ours. */
  read(cookieHeader: string | null): string | undefined;
  /** A new guest: the id and the `Set-Cookie` value. Secure unless the page came by plain HTTP. */
  mint(random: Random, secure: boolean): { buyerId: string; setCookie: string };
}

export function createGuestCookies(hashing: Hashing, passKeys: readonly PassKey[]): GuestCookies {
  const hashes = passKeys.map(({ secret }) =>
    hashing.keyedHash(hashing.keyedHash(secret)(KEY_LABEL)),
  );
  const [signing] = hashes;
  if (signing === undefined) throw new RangeError('guest cookies need at least one key');
  return {
    read(cookieHeader) {
      const [, buyerId, signatureText] = VALUE.exec(cookieValue(cookieHeader)) ?? [];
      if (buyerId === undefined || signatureText === undefined) return undefined;
      return isSigned(hashes, buyerId, fromBase64Url(signatureText)) ? buyerId : undefined;
    },
    mint(random, secure) {
      const buyerId = `g-${toBase64Url(random.bytes(ID_BYTES))}`;
      const value = `${buyerId}.${toBase64Url(signing(buyerId))}`;
      const attributes = `Path=/; Max-Age=${LIFETIME_SECONDS}; HttpOnly; SameSite=Lax`;
      const setCookie = `${GUEST_COOKIE}=${value}; ${attributes}${secure ? '; Secure' : ''}`;
      return { buyerId, setCookie };
    },
  };
}

function isSigned(hashes: readonly KeyedHash[], text: string, signature: Uint8Array | undefined) {
  if (signature === undefined) return false;
  return hashes.some((keyed) => equalInConstantTime(keyed(text), signature));
}

/** RFC 6265, section 5.4: pairs joined by `; `; empty when the cookie is not there. */
function cookieValue(header: string | null): string {
  const name = `${GUEST_COOKIE}=`;
  const pair = header?.split(/; */).find((part) => part.startsWith(name));
  return pair?.slice(name.length) ?? '';
}
