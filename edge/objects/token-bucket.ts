/**
 * The Durable Object around one shard of one sale's rate, `<saleId>:<region or all>:<number>`. It
 * stores nothing: what it may give is the coordinator's to remember, and a write a call would cost
 * more than the call. So it starts again, after an eviction or a deploy, without a token of its
 * own, and asks.
 */
import { DurableObject } from 'cloudflare:workers';
import { systemClock } from '../../contract/clock.ts';
import type { LeaseGrant } from './bucket.ts';
import type { RateCoordinator } from './rate-coordinator.ts';
import { createShard, type LeaseAsk, type Shard, type ShardFacts } from './shard.ts';

interface Bindings {
  RATE_COORDINATOR: DurableObjectNamespace<RateCoordinator>;
}

export class TokenBucket extends DurableObject<Bindings> {
  #shard: Shard | undefined;

  lease(ask: LeaseAsk): Promise<LeaseGrant> {
    return this.#started().lease(ask);
  }

  /** What it goes by, and how many calls it has had by its own count. */
  facts(): ShardFacts {
    return this.#started().facts();
  }

  #started(): Shard {
    if (this.#shard !== undefined) return this.#shard;
    const { name } = this.ctx.id;
    if (name === undefined) throw new Error('a token bucket is found by its name');
    const saleId = name.slice(0, name.indexOf(':'));
    this.#shard = createShard({
      name,
      clock: systemClock,
      pause: (durationMs) => scheduler.wait(durationMs),
      askCoordinator: (ask) => this.env.RATE_COORDINATOR.getByName(saleId).ask(ask),
    });
    return this.#shard;
  }
}
