/** Where guests have to show to be people: what the crowd's gate and the routes of it share. */
import type { Refusal } from '../contract/outcomes.ts';
import type { HumanMarks } from './human-cookie.ts';
import type { Buyer } from './identity.ts';
import { cookiesOf } from './signed-cookie.ts';
import type { JudgeAnswer } from './turnstile.ts';

export interface Humans {
  siteKey: string;
  marks: HumanMarks;
  judge: JudgeAnswer;
  /** Undefined lets the request through: for buyers with a token the shop vouches. */
  refusal(
    request: Pick<Request, 'headers' | 'url'>,
    buyer: Pick<Buyer, 'buyerId' | 'isGuest'>,
    nowMs: number,
  ): Refusal | undefined;
}

export function createHumans(parts: Pick<Humans, 'siteKey' | 'marks' | 'judge'>): Humans {
  return {
    ...parts,
    refusal(request, { buyerId, isGuest }, nowMs) {
      if (!isGuest) return undefined;
      const isMarked = parts.marks.isMarked(cookiesOf(request), buyerId, nowMs);
      return isMarked ? undefined : { kind: 'not-human' };
    },
  };
}
