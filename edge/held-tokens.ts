/**
 * What an isolate holds of one sale's rate: leased tokens, what it knows of each shard, and its own
 * demand. Plain data, so that any request may spend what another one fetched.
 */
import { createDemand, type Demand } from './demand.ts';
import type { Holding, Shard, TokenBlock } from './gates/rate-gate.ts';
import { CLOCK_SET_BACK_MS, LEASE_LIFE_MS } from './objects/bucket.ts';
import type { Region } from './region.ts';

/**
 * A slower sale is not divided among regions: one shard serves it, and has all of its rate, since
 * a quarter of a slow rate in each of four places looks to each of them like a quarter of it.
 */
const DIVIDED_FROM_PER_SECOND = 500;
/** In a region, a shard more for each: with less there are more calls, and fewer tokens to each. */
const RATE_OF_A_SHARD = 1_000;

export interface Held extends Omit<Holding, 'demandTokens'> {
  blocks: TokenBlock[];
  shards: Shard[];
  /** Whose shards they are; none: those that all regions share. */
  region: Region | undefined;
  /** A bucket said that it has too many callers: from then on they spread over all there may be. */
  crowded: boolean;
  demand: Demand;
  /** Requests since a bucket was told of them. */
  arrived: number;
  /** The latest moment at which a request came. */
  seenAtMs: number;
}

export function createHeld(nowMs: number): Held {
  const demand = createDemand(LEASE_LIFE_MS);
  const nothing = { blocks: [], shards: [], region: undefined, askingUntilMs: 0 };
  return { ...nothing, crowded: false, demand, arrived: 0, seenAtMs: nowMs };
}

/**
 * What a request of this moment goes by. After the clock was set back nothing of what is held means
 * anything: the end of a lease, when a bucket may be asked and the demand are all moments of a time
 * that comes again. To go on by them would refuse everybody until then, so it begins anew. A call
 * to a bucket that is under way brings its tokens to what is held no more: they are lost.
 */
export function heldAt(held: Held | undefined, nowMs: number): Held {
  if (held === undefined || held.seenAtMs - nowMs > CLOCK_SET_BACK_MS) return createHeld(nowMs);
  held.seenAtMs = Math.max(held.seenAtMs, nowMs);
  return held;
}

interface ShardsWanted {
  ratePerSecond: number;
  maxShards: number;
  region: Region | undefined;
  /** In [0, 1): which shard is this isolate's, so that isolates spread over them. */
  fraction: number;
}

/**
 * As many shards as the present rate is worth; leased tokens stay good. While isolates hear of a
 * new rate at different moments, both old and new shards are in use; the coordinator sees to it
 * that all of them together have the rate once.
 */
export function adopt(held: Held, wanted: ShardsWanted): void {
  const { ratePerSecond, maxShards, fraction } = wanted;
  const isDivided = ratePerSecond >= DIVIDED_FROM_PER_SECOND;
  const count = isDivided && held.crowded ? maxShards : shardCount(ratePerSecond, maxShards);
  const region = isDivided ? wanted.region : undefined;
  if (held.shards.length === count && held.region === region) return;
  const first = Math.floor(fraction * count);
  held.region = region;
  held.shards = Array.from({ length: count }, (_, step) => ({
    index: (first + step) % count,
    notBeforeMs: 0,
    failed: false,
  }));
}

export function shardCount(ratePerSecond: number, maxShards: number): number {
  return Math.min(maxShards, Math.max(1, Math.floor(ratePerSecond / RATE_OF_A_SHARD)));
}

export function spendOne(held: Held, nowMs: number): void {
  const block = held.blocks.find(({ tokens, expiresAtMs }) => tokens >= 1 && expiresAtMs > nowMs);
  if (block === undefined) throw new RangeError('a token was spent that nobody holds');
  block.tokens -= 1;
}
