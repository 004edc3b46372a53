/**
 * The rate gate at work: an isolate's requests spend leased tokens, a sale at a time. One request
 * refills behind a guard that times out, and what it brings is plain data that others spend: no
 * request waits for another's I/O, only on timers of its own. When a bucket fails, the gate closes
 * (503); it never opens by itself.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../contract/clock.ts';
import type { Refusal } from '../contract/outcomes.ts';
import type { Random } from '../contract/random.ts';
import type { SaleSnapshot } from '../contract/sale.ts';
import { rateGate, tokensLeft } from './gates/rate-gate.ts';
import { adopt, type Held, heldAt, spendOne } from './held-tokens.ts';
import type { PressureReport } from './objects/adjust-rate.ts';
import { type RateLimitState, rateLimitHeaders } from './rate-limit-headers.ts';
import { type AskBucket, createRefill, PAUSE_AFTER_FAILURE_MS, type Refill } from './refill.ts';
import { type Region, regionOf } from './region.ts';
import type { Pausing, RequestContext } from './waiting.ts';

/** A request looks that often whether another's call has brought tokens. */
const LOOK_EVERY_MS = 5;
/** Longer than a call over a continent; then the request is told to come again. */
const WAIT_AT_MOST_MS = 300;
/** Past so many requests in the life of a lease nobody waits: it would only be a late refusal. */
const MAX_WAITING = 1_000;
const COME_AGAIN_MS = 1_000;
/** 500 bytes each; forgetting one loses its leased tokens, never makes any. */
const MAX_SALES = 1_000;

export interface RateAnswer {
  refusal: Refusal | undefined;
  headers: Record<string, string>;
}

/** What leasing needs of a platform; it also runs where there is no Worker, in a simulation. */
export interface LeasePlatform extends Pausing {
  clock: Clock;
  random: Pick<Random, 'fraction'>;
}

export interface Leases {
  /** `cf`: where the request says that it comes from, if it says it. */
  admit(sale: SaleSnapshot, context: RequestContext, cf?: unknown): Promise<RateAnswer>;
}

interface LeaseNeeds {
  platform: LeasePlatform;
  askBucket: AskBucket;
  /** In a region. */
  maxShards: number;
  takePressure(saleId: string): PressureReport;
}

export function createLeases({ platform, maxShards, ...needs }: LeaseNeeds): Leases {
  const bySale = new LRUCache<string, Held>({ max: MAX_SALES });
  const refill = createRefill({ platform, ...needs });
  const { clock, random } = platform;
  let region: Region | undefined;

  return {
    async admit(sale, context, cf) {
      region ??= regionOf(cf);
      const nowMs = clock.nowMs();
      const held = heldAt(bySale.get(sale.saleId), nowMs);
      bySale.set(sale.saleId, held);
      const { ratePerSecond } = sale;
      adopt(held, { ratePerSecond, maxShards, region, fraction: random.fraction() });
      held.demand.count(nowMs);
      held.arrived += 1;
      const refusal = await spendOrRefuse({ platform, refill, sale, held, context });
      return { refusal, headers: headersOf(sale, held, refusal, clock.nowMs()) };
    },
  };
}

interface Admission {
  platform: LeasePlatform;
  refill: Refill;
  sale: SaleSnapshot;
  held: Held;
  context: RequestContext;
}

/** Undefined: a token was spent. */
async function spendOrRefuse(admission: Admission): Promise<Refusal | undefined> {
  const { platform, refill, sale, held, context } = admission;
  const cameAtMs = platform.clock.nowMs();
  for (;;) {
    const nowMs = platform.clock.nowMs();
    const demandTokens = held.demand.inWindow(nowMs);
    const verdict = rateGate({ ...held, demandTokens }, nowMs);
    switch (verdict.kind) {
      case 'spend':
        spendOne(held, nowMs);
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
        if (!verdict.shard.failed) continue;
        return { kind: 'overloaded', retryAfterMs: PAUSE_AFTER_FAILURE_MS };
      }
      case 'wait':
        if (!mayWait(nowMs - cameAtMs) || demandTokens > MAX_WAITING) {
          return { kind: 'too-fast', retryAfterMs: COME_AGAIN_MS };
        }
        await platform.pause(LOOK_EVERY_MS);
    }
  }
}

/** Below 0 the clock was set back: what is waited for may come when nobody holds it any more. */
function mayWait(waitedMs: number): boolean {
  return waitedMs >= 0 && waitedMs < WAIT_AT_MOST_MS;
}

function headersOf(
  sale: SaleSnapshot,
  held: Held,
  refusal: Refusal | undefined,
  nowMs: number,
): Record<string, string> {
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
