/**
 * The Durable Object around a token bucket: one shard of one sale's rate, `<saleId>:<shard>`. Only
 * the rate is stored, when it changes, so that a deploy does not forget it; the tokens are not,
 * since a bucket that starts again with little is safe and a write a call would cost more than the
 * call.
 */
import { DurableObject } from 'cloudflare:workers';
import { systemClock } from '../../contract/clock.ts';
import {
  type BucketRate,
  type BucketState,
  type LeaseAsk,
  type LeaseGrant,
  lease,
  startBucket,
} from './bucket.ts';

const RATE_KEY = 'rate';

export class TokenBucket extends DurableObject {
  #state: BucketState | undefined;

  /** Synchronous inside, so no two calls ever interleave. */
  lease(ask: LeaseAsk): LeaseGrant {
    assertAsk(ask);
    const nowMs = systemClock.nowMs();
    const before = this.#state ?? startBucket(this.#storedRate() ?? ask, nowMs);
    const { state, grant } = lease(before, ask, nowMs);
    const { version, tokensPerSecond } = state;
    if (this.#state?.version !== version || this.#state.tokensPerSecond !== tokensPerSecond) {
      this.ctx.storage.kv.put<BucketRate>(RATE_KEY, { version, tokensPerSecond });
    }
    this.#state = state;
    return grant;
  }

  #storedRate(): BucketRate | undefined {
    return this.ctx.storage.kv.get<BucketRate>(RATE_KEY);
  }
}

function assertAsk({ version, tokensPerSecond, want }: LeaseAsk): void {
  const isGood =
    Number.isInteger(version) &&
    Number.isFinite(tokensPerSecond) &&
    tokensPerSecond > 0 &&
    Number.isInteger(want) &&
    want > 0;
  if (!isGood) throw new RangeError('a lease asks for whole tokens at a positive rate');
}
