/**
 * One attempt to tell the shop, signed as Standard Webhooks says (standardwebhooks.com). It ends
 * within ATTEMPT_TIMEOUT_MS, follows no redirect (the signature is for this shop only) and reads
 * nothing of the answer's body, so a shop can neither keep nor fill this process.
 */
import { Webhook } from 'standardwebhooks';
import { TRACEPARENT_HEADER } from '../../contract/trace-context.ts';
import { type Attempt, retryAfterMs } from './judge-attempt.ts';

export const ATTEMPT_TIMEOUT_MS = 10_000;

export interface Shop {
  url: string;
  /** `whsec_` and base64. */
  secret: string;
}

export type PostNotice = (
  notice: { deliveryId: string; payload: string },
  at: { nowMs: number; signal: AbortSignal; traceparent?: string },
) => Promise<Attempt>;

export function createPostNotice(shop: Shop, fetch: typeof globalThis.fetch): PostNotice {
  const signer = new Webhook(shop.secret);

  return async ({ deliveryId, payload }, { nowMs, signal, traceparent }) => {
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, ATTEMPT_TIMEOUT_MS);
    signal.addEventListener('abort', end, { once: true });
    try {
      const response = await fetch(shop.url, {
        method: 'POST',
        redirect: 'manual',
        signal: ending.signal,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'sluice',
          'webhook-id': deliveryId,
          'webhook-timestamp': String(Math.floor(nowMs / 1_000)),
          'webhook-signature': signer.sign(deliveryId, new Date(nowMs), payload),
          ...(traceparent === undefined ? {} : { [TRACEPARENT_HEADER]: traceparent }),
        },
        body: payload,
      });
      await response.body?.cancel();
      return attemptOf(response, nowMs);
    } catch (error) {
      const timedOut = ending.signal.aborted && !signal.aborted;
      return { kind: 'failed', error: timedOut ? 'no answer in time' : reasonOf(error) };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  };
}

function attemptOf(response: Response, nowMs: number): Attempt {
  if (response.ok) return { kind: 'delivered' };
  return {
    kind: 'failed',
    error: `status ${response.status}`,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), nowMs),
  };
}

/** fetch says "fetch failed"; what failed is its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
