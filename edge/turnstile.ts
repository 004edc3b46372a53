/**
 * Asks the vendor of the challenge (Cloudflare Turnstile, or whoever answers the same way) whether
 * an answer is good. An answer is good once: the vendor sees to it everywhere, and this isolate
 * besides, so that two requests at the same moment do not both win.
 */
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { TurnstileTerms } from './identity-environment.ts';
import { logError, messageOf } from './log.ts';
import type { Platform } from './platform.ts';

/** The vendor answers within 100 ms; a buyer who waits before an opening may wait that long. */
const TIMEOUT_MS = 5_000;
/** An answer is good for five minutes at the vendor, so so many are remembered at the most. */
const MAX_USED = 10_000;
/** Cloudflare's are at most so long. */
export const MAX_ANSWER_LENGTH = 2_048;

export type Verdict = 'human' | 'not-human' | 'unavailable';

export type JudgeAnswer = (answer: string, address: string | undefined) => Promise<Verdict>;

const replySchema = z.object({
  success: z.boolean(),
  'error-codes': z.array(z.string()).default([]),
});
/** The shop's own fault, or the vendor's: nobody is refused for it. */
const NOT_THE_BUYERS = /^(missing-input-secret|invalid-input-secret|internal-error|bad-request)$/;

export function createTurnstile(platform: Platform, terms: TurnstileTerms): JudgeAnswer {
  const used = new LRUCache<string, true>({ max: MAX_USED });
  return async (answer, address) => {
    if (used.has(answer)) return 'not-human';
    used.set(answer, true);
    const verdict = await askVendor(platform, terms, { answer, address });
    // Nobody has looked at it: the buyer may send it again.
    if (verdict === 'unavailable') used.delete(answer);
    return verdict;
  };
}

async function askVendor(
  platform: Platform,
  { secret, verifyUrl }: TurnstileTerms,
  { answer, address }: { answer: string; address: string | undefined },
): Promise<Verdict> {
  // An IPv6 network is no address.
  const from = address === undefined || address.includes('/') ? {} : { remoteip: address };
  try {
    const response = await platform.send(verifyUrl, {
      method: 'POST',
      body: new URLSearchParams({ secret, response: answer, ...from }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const reply = replySchema.safeParse(await response.json());
    if (!reply.success) return failed(`status ${response.status}, another answer than expected`);
    if (reply.data.success) return response.status === 200 ? 'human' : failed('no 200');
    const ours = reply.data['error-codes'].find((code) => NOT_THE_BUYERS.test(code));
    return ours === undefined ? 'not-human' : failed(ours);
  } catch (error) {
    return failed(messageOf(error));
  }
}

function failed(reason: string): Verdict {
  logError('turnstile-failed', { reason });
  return 'unavailable';
}
