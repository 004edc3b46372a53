/**
 * The mark of a guest who has shown to be a person: a signed cookie that names the guest and when
 * it ends, so that one solved challenge is good for one guest and for some hours.
 */
import type { Hashing } from '../contract/hashing.ts';
import type { PassKey } from '../contract/pass.ts';
import { createSignedCookie } from './signed-cookie.ts';

export const HUMAN_COOKIE = 'sluice_human';
/** From the evening before an opening until after it. */
export const HUMAN_LIFETIME_SECONDS = 12 * 60 * 60;
const KEY_LABEL = 'sluice human cookie v1';
const VALUE = /^(\d{13})\.(.+)$/;

export interface HumanMarks {
  isMarked(cookieHeader: string | null, guestId: string, nowMs: number): boolean;
  /** The `Set-Cookie` value. */
  write(guestId: string, nowMs: number, secure: boolean): string;
}

export function createHumanMarks(hashing: Hashing, passKeys: readonly PassKey[]): HumanMarks {
  const cookie = createSignedCookie(hashing, passKeys, { name: HUMAN_COOKIE, label: KEY_LABEL });
  return {
    isMarked(cookieHeader, guestId, nowMs) {
      const [, untilMs, markedId] = VALUE.exec(cookie.read(cookieHeader) ?? '') ?? [];
      return markedId === guestId && nowMs < Number(untilMs);
    },
    write(guestId, nowMs, secure) {
      const untilMs = Math.floor(nowMs) + HUMAN_LIFETIME_SECONDS * 1000;
      return cookie.write(`${untilMs}.${guestId}`, {
        maxAgeSeconds: HUMAN_LIFETIME_SECONDS,
        secure,
      });
    },
  };
}
