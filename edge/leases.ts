/**
 * The tokens that an isolate holds, a sale at a time. One request refills behind a guard that times
 * out, and what it brings is plain data that others spend: no request waits for another's I/O, only on
 * timers of its own. When a bucket fails, the gate closes (503); it never opens by itself.
 */
import { LRUCache } from 'lru-cache';
import type { Refusal } from '../contract/outcomes.ts';
import type { SaleSnapshot } from '../contract/sale.ts';
import { createDemand, type Demand } from './demand.ts';
import {
  type Holding,
  rateGate,
  type Shard,
  type TokenBlock,
  tokensLeft,
} from './gates/rate-gate.ts';
import { logError, messageOf } from './log.ts';
import { capacityOf, LEASE_LIFE_MS, type LeaseAsk, type LeaseGrant } from './objects/bucket.ts';
import { type Platform, type RequestContext, within } from './platform.ts';
import { type RateLimitState, rateLimitHeaders } from './rate-limit-headers.ts';

/** Calls a bucket by its name. */
export type AskBucket = (name: string, ask: LeaseAsk) => Promise<LeaseGrant>;

/** A shard is worth its calls from this rate on; a slower sale has fewer shards, and so whole tokens. */
const MIN_RATE_OF_A_SHARD = 250;
/** A bucket answers within a few round trips, or something is wrong with it. */
const ASK_TIMEOUT_MS = 1_000;
/** After that, a guard that nobody took down (a cancelled request) counts no more. */
const GUARD_MS = 1_500;
const PAUSE_AFTER_FAILURE_MS = 500;
/** A request looks that often whether another's call has brought tokens. */
const LOOK_EVERY_MS = 5;
/** Longer than a call over a continent; then the request is told to come again. */
const WAIT_AT_MOST_MS = 300;
/** Past so many requests in the life of a lease nobody waits: it would only be a late refusal. */
const MAX_WAITING = 1_000;
const COME_AGAIN_MS = 1_000;
const MAX_SALES = 1_000;
/** A lease of more than a bucket ever holds is never asked for; this bounds a wrong estimate. */
const MAX_WANT = 1_000_000;

export interface RateAnswer {
  refusal: Refusal | undefined;
  headers: Record<string, string>;
}

export interface Leases {
  admit(sale: SaleSnapshot, context: RequestContext): Promise<RateAnswer>;
}

interface Held extends Omit<Holding, 'demandTokens'> {
  blocks: TokenBlock[];
  shards: Shard[];
  demand: Demand;
}

interface LeaseNeeds {
  platform: Platform;
  askBucket: AskBucket;
  maxShards: number;
}

export function createLeases({ platform, askBucket, maxShards }: LeaseNeeds): Leases {
  const bySale = new LRUCache<string, Held>({ max: MAX_SALES });
  const { clock } = platform;

  function heldOf(sale: SaleSnapshot): Held {
    const count = shardCount(sale.ratePerSecond, maxShards);
    const known = bySale.get(sale.saleId);
    if (known?.shards.length === count) return known;
    const shards = shardsInOwnOrder(count, platform.random.fraction());
    // What is leased stays good when the rate, and with it the number of shards, has changed.
    const held: Held = known
      ? Object.assign(known, { shards })
      : { blocks: [], shards, askingUntilMs: 0, demand: createDemand(LEASE_LIFE_MS) };
    bySale.set(sale.saleId, held);
    return held;
  }

  async function refill(sale: SaleSnapshot, held: Held, shard: Shard): Promise<void> {
    const askedAtMs = clock.nowMs();
    held.askingUntilMs = askedAtMs + GUARD_MS;
    const tokensPerSecond = sale.ratePerSecond / held.shards.length;
    const want = wantOf(held, tokensPerSecond, askedAtMs);
    const ask = { version: sale.version, tokensPerSecond, want };
    const grant = await callBucket(`${sale.saleId}:${shard.index}`, ask);
    held.askingUntilMs = 0;
    shard.failed = grant === undefined;
    const putOffMs = grant === undefined ? PAUSE_AFTER_FAILURE_MS : (grant.askAgainAfterMs ?? 0);
    shard.notBeforeMs = putOffMs === 0 ? 0 : clock.nowMs() + putOffMs;
    if (grant === undefined || grant.tokens === 0) return;
    held.blocks = held.blocks.filter(({ expiresAtMs }) => expiresAtMs > askedAtMs);
    held.blocks.push({ tokens: grant.tokens, expiresAtMs: askedAtMs + grant.livesMs });
  }

  async function callBucket(name: string, ask: LeaseAsk): Promise<LeaseGrant | undefined> {
    try {
      const limit = { timeoutMs: ASK_TIMEOUT_MS, late: undefined };
      const grant = await within(platform, limit, askBucket(name, ask));
      if (grant === undefined) logError('bucket-failed', { name, reason: 'no answer in time' });
      return grant;
    } catch (error) {
      logError('bucket-failed', { name, reason: messageOf(error) });
      return undefined;
    }
  }

  /** Undefined: a token was spent. */
  async function decide(
    sale: SaleSnapshot,
    held: Held,
    context: RequestContext,
  ): Promise<Refusal | undefined> {
    const giveUpAtMs = clock.nowMs() + WAIT_AT_MOST_MS;
    for (;;) {
      const nowMs = clock.nowMs();
      const demandTokens = held.demand.inWindow(nowMs);
      const verdict = rateGate({ ...held, demandTokens }, nowMs);
      switch (verdict.kind) {
        case 'spend':
          spendOne(held.blocks, nowMs);
          if (verdict.refill) context.waitUntil(refill(sale, held, verdict.refill));
          return undefined;
        case 'too-fast':
          return { kind: 'too-fast', retryAfterMs: verdict.retryAfterMs };
        case 'unavailable':
          return { kind: 'overloaded', retryAfterMs: verdict.retryAfterMs };
        case 'ask': {
          const refilling = refill(sale, held, verdict.shard);
          // A client that goes away must not leave the guard up.
          context.waitUntil(refilling);
          await refilling;
          if (verdict.shard.failed) {
            return { kind: 'overloaded', retryAfterMs: PAUSE_AFTER_FAILURE_MS };
          }
          break;
        }
        case 'wait':
          if (nowMs >= giveUpAtMs || demandTokens > MAX_WAITING) {
            return { kind: 'too-fast', retryAfterMs: COME_AGAIN_MS };
          }
          await platform.pause(LOOK_EVERY_MS);
      }
    }
  }

  return {
    async admit(sale, context) {
      const held = heldOf(sale);
      held.demand.count(clock.nowMs());
      const refusal = await decide(sale, held, context);
      return { refusal, headers: headersOf(sale, held, refusal, clock.nowMs()) };
    },
  };
}

/** So many that each is worth its calls; a sale of 1 a second has one, with whole tokens. */
export function shardCount(ratePerSecond: number, maxShards: number): number {
  return Math.min(maxShards, Math.max(1, Math.floor(ratePerSecond / MIN_RATE_OF_A_SHARD)));
}

function shardsInOwnOrder(count: number, fraction: number): Shard[] {
  const first = Math.floor(fraction * count);
  return Array.from({ length: count }, (_, step) => ({
    index: (first + step) % count,
    notBeforeMs: 0,
    failed: false,
  }));
}

/** What is used up before a lease ends, less what is there; no more than a bucket ever holds. */
function wantOf(held: Held, tokensPerSecond: number, nowMs: number): number {
  const missing = held.demand.inWindow(nowMs) - tokensLeft(held.blocks, nowMs);
  const bound = Math.min(MAX_WANT, Math.floor(capacityOf(tokensPerSecond)));
  return Math.max(1, Math.min(bound, Math.ceil(missing)));
}

function spendOne(blocks: readonly TokenBlock[], nowMs: number): void {
  const block = blocks.find(({ tokens, expiresAtMs }) => tokens >= 1 && expiresAtMs > nowMs);
  if (block === undefined) throw new RangeError('a token was spent that nobody holds');
  block.tokens -= 1;
}

function headersOf(sale: SaleSnapshot, held: Held, refusal: Refusal | undefined, nowMs: number) {
  // A quota is a whole number, so a rate below 1 a second is one request in a longer window.
  const windowSeconds = Math.max(1, Math.ceil(1 / sale.ratePerSecond));
  const state: RateLimitState = {
    policy: 'sale',
    quota: Math.max(1, Math.floor(sale.ratePerSecond * windowSeconds)),
    windowSeconds,
    remaining: Math.floor(tokensLeft(held.blocks, nowMs)),
    resetMs: refusal !== undefined && 'retryAfterMs' in refusal ? refusal.retryAfterMs : 0,
  };
  return rateLimitHeaders([state]);
}
