/**
 * Guests: a random id in a signed cookie. The docs of the draw say what guests mean for fairness.
 */
import { toBase64Url } from '../contract/base64url.ts';
import type { Hashing } from '../contract/hashing.ts';
import type { PassKey } from '../contract/pass.ts';
import type { Random } from '../contract/random.ts';
import { createSignedCookie, type SentCookies } from './signed-cookie.ts';

/** Past the longest time between seeing a sale announced and collecting what was bought. */
const LIFETIME_SECONDS = 30 * 24 * 60 * 60;
/** 128 bits: nobody guesses another guest's id. */
const ID_BYTES = 16;
const KIND = { name: 'sluice_guest', hostOnly: true, label: 'sluice guest cookie v1' };
const GUEST_ID = /^g-[A-Za-z0-9_-]{22}$/;

export interface GuestCookies {
  /** The guest's id, or undefined when there is no cookie or not one of ours. */
  read(sent: SentCookies): string | undefined;
  /** A new guest: the id and the `Set-Cookie` value. Secure unless the page came by plain HTTP. */
  mint(random: Random, secure: boolean): { buyerId: string; setCookie: string };
}

export function createGuestCookies(hashing: Hashing, passKeys: readonly PassKey[]): GuestCookies {
  const cookie = createSignedCookie(hashing, passKeys, KIND);
  return {
    read: (sent) => cookie.read(sent, (value) => GUEST_ID.test(value)),
    mint(random, secure) {
      const buyerId = `g-${toBase64Url(random.bytes(ID_BYTES))}`;
      const setCookie = cookie.write(buyerId, { maxAgeSeconds: LIFETIME_SECONDS, secure });
      return { buyerId, setCookie };
    },
  };
}
