/**
 * The rate gate's decision: what a request does with the tokens that its isolate holds. Pure; the
 * calls to the buckets and what is kept of them are in edge/leases.ts.
 */

export interface TokenBlock {
  tokens: number;
  expiresAtMs: number;
}

export interface Shard {
  index: number;
  /** Before this, asking is useless: the bucket said so, or its last call failed. */
  notBeforeMs: number;
  failed: boolean;
}

export interface Holding {
  /** Leased tokens, the first to expire first. */
  blocks: readonly TokenBlock[];
  /** This isolate's own first; the others only while those before them fail. */
  shards: readonly Shard[];
  /** Somebody asks a bucket until then at the latest; 0 when nobody does. */
  askingUntilMs: number;
  /** Requests in the last lease's life: what the next one will have to serve. */
  demandTokens: number;
}

export type RateVerdict =
  /** One token is there for the request; `shard` when it should also fetch more, for others. */
  | { kind: 'spend'; refill: Shard | undefined }
  /** None is left: the request asks this shard itself. */
  | { kind: 'ask'; shard: Shard }
  /** None is left, and another request asks already. */
  | { kind: 'wait' }
  /** The bucket has none before `retryAfterMs`. */
  | { kind: 'too-fast'; retryAfterMs: number }
  /** No bucket can be reached: closed, since an unlimited crowd is worse than none. */
  | { kind: 'unavailable'; retryAfterMs: number };

/**
 * Below this part of a lease's worth of demand, more is fetched while there still is some. At a
 * half, eight simulated isolates made a tenth more calls, and wasted more tokens, than at a
 * quarter.
 */
const REFILL_BELOW = 0.25;

export function rateGate(holding: Holding, nowMs: number): RateVerdict {
  const left = tokensLeft(holding.blocks, nowMs);
  const isAsking = nowMs < holding.askingUntilMs;
  const shard = holding.shards.find((one) => !one.failed || one.notBeforeMs <= nowMs);
  const mayAsk = shard !== undefined && shard.notBeforeMs <= nowMs;
  if (left >= 1) {
    const isLow = left - 1 < holding.demandTokens * REFILL_BELOW;
    return { kind: 'spend', refill: isLow && !isAsking && mayAsk ? shard : undefined };
  }
  if (isAsking) return { kind: 'wait' };
  if (shard === undefined) {
    const earliestMs = Math.min(...holding.shards.map(({ notBeforeMs }) => notBeforeMs));
    return { kind: 'unavailable', retryAfterMs: earliestMs - nowMs };
  }
  if (mayAsk) return { kind: 'ask', shard };
  return { kind: 'too-fast', retryAfterMs: shard.notBeforeMs - nowMs };
}

export function tokensLeft(blocks: readonly TokenBlock[], nowMs: number): number {
  let left = 0;
  for (const block of blocks) if (block.expiresAtMs > nowMs) left += block.tokens;
  return left;
}
