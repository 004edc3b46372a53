/**
 * What an isolate holds of one sale's rate: leased tokens, what it knows of each shard, and its own
 * demand. Plain data, so that any request may spend what another one fetched.
 */
import { createDemand, type Demand } from './demand.ts';
import type { Holding, Shard, TokenBlock } from './gates/rate-gate.ts';
import { LEASE_LIFE_MS } from './objects/bucket.ts';

/**
 * A shard is worth its calls from this rate on. A slower sale has fewer shards: of a quarter of a
 * token a second in each of four buckets, an isolate that asks one would see a quarter of the rate.
 */
const MIN_RATE_OF_A_SHARD = 250;

export interface Held extends Omit<Holding, 'demandTokens'> {
  blocks: TokenBlock[];
  shards: Shard[];
  demand: Demand;
}

export function createHeld(): Held {
  return { blocks: [], shards: [], askingUntilMs: 0, demand: createDemand(LEASE_LIFE_MS) };
}

interface ShardsWanted {
  ratePerSecond: number;
  maxShards: number;
  /** In [0, 1): where this isolate begins, so that isolates do not all ask the same shard first. */
  fraction: number;
}

/**
 * As many shards as the present rate is worth; leased tokens stay good. While isolates hear of a
 * new rate at different moments, both counts of shards are in use: for that second the sum of their
 * rates may be off by as much as the rate has changed.
 */
export function adopt(held: Held, { ratePerSecond, maxShards, fraction }: ShardsWanted): void {
  const count = shardCount(ratePerSecond, maxShards);
  if (held.shards.length === count) return;
  const first = Math.floor(fraction * count);
  held.shards = Array.from({ length: count }, (_, step) => ({
    index: (first + step) % count,
    notBeforeMs: 0,
    failed: false,
  }));
}

export function shardCount(ratePerSecond: number, maxShards: number): number {
  return Math.min(maxShards, Math.max(1, Math.floor(ratePerSecond / MIN_RATE_OF_A_SHARD)));
}

export function spendOne(held: Held, nowMs: number): void {
  const block = held.blocks.find(({ tokens, expiresAtMs }) => tokens >= 1 && expiresAtMs > nowMs);
  if (block === undefined) throw new RangeError('a token was spent that nobody holds');
  block.tokens -= 1;
}
