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
  /** In this isolate's own order, so that isolates do not all begin with the same. */
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
  /** No bucket has any before `retryAfterMs`. */
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
  const shard = longestRested(holding.shards, nowMs);
  if (left >= 1) {
    const isLow = left - 1 < holding.demandTokens * REFILL_BELOW;
    return { kind: 'spend', refill: isLow && !isAsking ? shard : undefined };
  }
  if (isAsking) return { kind: 'wait' };
  if (shard !== undefined) return { kind: 'ask', shard };
  const earliestMs = Math.min(...holding.shards.map(({ notBeforeMs }) => notBeforeMs));
  const kind = holding.shards.every(({ failed }) => failed) ? 'unavailable' : 'too-fast';
  return { kind, retryAfterMs: earliestMs - nowMs };
}

/**
 * A bucket that gave all that was wanted keeps `notBeforeMs` 0 and is asked again; one that ran dry
 * comes last. Taking the first that may be asked instead left a tenth of a high rate in the others.
 */
function longestRested(shards: readonly Shard[], nowMs: number): Shard | undefined {
  let best: Shard | undefined;
  for (const shard of shards) {
    if (shard.notBeforeMs > nowMs) continue;
    if (best === undefined || shard.notBeforeMs < best.notBeforeMs) best = shard;
  }
  return best;
}

export function tokensLeft(blocks: readonly TokenBlock[], nowMs: number): number {
  let left = 0;
  for (const block of blocks) if (block.expiresAtMs > nowMs) left += block.tokens;
  return left;
}
