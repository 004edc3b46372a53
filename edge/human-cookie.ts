/**
 * The mark of a guest who has shown to be a person: a signed cookie that names the guest and when
 * it ends, so that one solved challenge is good for one guest and for some hours.
 */
import type { Hashing } from '../contract/hashing.ts';
import type { PassKey } from '../contract/pass.ts';
import { createSignedCookie, type SentCookies } from './signed-cookie.ts';

/** From the evening before an opening until after it. */
export const HUMAN_LIFETIME_SECONDS = 12 * 60 * 60;
const KIND = { name: 'sluice_human', hostOnly: true, label: 'sluice human cookie v1' };
const VALUE = /^(\d{13})\.(.+)$/;

export interface HumanMarks {
  isMarked(sent: SentCookies, guestId: string, nowMs: number): boolean;
  /** The `Set-Cookie` value. */
  write(guestId: string, nowMs: number, secure: boolean): string;
}

export function createHumanMarks(hashing: Hashing, passKeys: readonly PassKey[]): HumanMarks {
  const cookie = createSignedCookie(hashing, passKeys, KIND);
  return {
    isMarked(sent, guestId, nowMs) {
      const fits = (value: string) => {
        const [, untilMs, markedId] = VALUE.exec(value) ?? [];
        return markedId === guestId && nowMs < Number(untilMs);
      };
      return cookie.read(sent, fits) !== undefined;
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
