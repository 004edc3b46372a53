/**
 * Fetches tokens from one bucket into what the isolate holds. A bucket that fails or does not
 * answer in time is left alone for a moment; a grant that comes too late is lost, which admits
 * fewer, never more.
 */
import type { Clock } from '../contract/clock.ts';
import type { SaleSnapshot } from '../contract/sale.ts';
import { type Shard, tokensLeft } from './gates/rate-gate.ts';
import type { Held } from './held-tokens.ts';
import { logError, messageOf } from './log.ts';
import type { PressureReport } from './objects/adjust-rate.ts';
import { capacityOf, type LeaseGrant } from './objects/bucket.ts';
import type { LeaseAsk } from './objects/shard.ts';
import type { Region } from './region.ts';
import { type Pausing, within } from './waiting.ts';

export const PAUSE_AFTER_FAILURE_MS = 500;
/** A bucket answers within a few round trips, or something is wrong with it. */
const ASK_TIMEOUT_MS = 1_000;
/** After that, a guard that nobody took down (a cancelled request) counts no more. */
const GUARD_MS = 1_500;
/** Of what the demand would use up: an estimate too high wastes tokens, since leases run out. */
const WANTED_PART = 0.75;

/**
 * Calls a bucket by its name, `<saleId>:<region or all>:<number>`; the first call of all makes it,
 * near `region`.
 */
export type AskBucket = (
  name: string,
  ask: LeaseAsk,
  region: Region | undefined,
) => Promise<LeaseGrant>;

/** Of a sale that one shard serves, or where there is one location. */
const EVERYWHERE = 'all';

/** Never rejects; `shard.failed` says how it went. */
export type Refill = (sale: SaleSnapshot, held: Held, shard: Shard) => Promise<void>;

interface RefillNeeds {
  platform: Pausing & { clock: Clock };
  askBucket: AskBucket;
  /** What this isolate saw of the origin since it was asked before. */
  takePressure(saleId: string): PressureReport;
}

export function createRefill({ platform, askBucket, takePressure }: RefillNeeds): Refill {
  const { clock } = platform;

  async function callBucket(
    name: string,
    ask: LeaseAsk,
    region: Region | undefined,
  ): Promise<LeaseGrant | undefined> {
    try {
      const limit = { timeoutMs: ASK_TIMEOUT_MS, late: undefined };
      const grant = await within(platform, limit, askBucket(name, ask, region));
      if (grant === undefined) logError('bucket-failed', { name, reason: 'no answer in time' });
      return grant;
    } catch (error) {
      logError('bucket-failed', { name, reason: messageOf(error) });
      return undefined;
    }
  }

  return async (sale, held, shard) => {
    const askedAtMs = clock.nowMs();
    held.askingUntilMs = askedAtMs + GUARD_MS;
    const { saleId, version, ratePerSecond } = sale;
    const want = wantOf(held, ratePerSecond, askedAtMs);
    const { arrived } = held;
    held.arrived = 0;
    const alone = held.region === undefined && held.shards.length === 1;
    const pressure = takePressure(saleId);
    const ask = { version, ratePerSecond, alone, want, arrived, pressure };
    const name = `${saleId}:${held.region ?? EVERYWHERE}:${shard.index}`;
    const grant = await callBucket(name, ask, held.region);
    held.askingUntilMs = 0;
    shard.failed = grant === undefined;
    if (grant === undefined) {
      held.arrived += arrived;
      shard.notBeforeMs = clock.nowMs() + PAUSE_AFTER_FAILURE_MS;
      return;
    }
    shard.notBeforeMs = notBefore(grant, askedAtMs, clock.nowMs());
    if (grant.crowded === true) held.crowded = true;
    if (grant.tokens === 0) return;
    held.blocks = held.blocks.filter(({ expiresAtMs }) => expiresAtMs > askedAtMs);
    held.blocks.push({ tokens: grant.tokens, expiresAtMs: askedAtMs + grant.livesMs });
  };
}

/** A bucket that gives nothing is never asked again at once, whatever it says: no request loops. */
function notBefore(grant: LeaseGrant, askedAtMs: number, nowMs: number): number {
  if (grant.askAgainAfterMs === undefined) {
    return grant.tokens === 0 ? nowMs + PAUSE_AFTER_FAILURE_MS : 0;
  }
  const toldMs = askedAtMs + grant.askAgainAfterMs;
  return grant.tokens === 0 ? Math.max(nowMs + 1, toldMs) : toldMs;
}

/** What is used up before a lease ends, less what is there; no more than the sale ever allows. */
function wantOf(held: Held, ratePerSecond: number, nowMs: number): number {
  const needed = held.demand.inWindow(nowMs) * WANTED_PART;
  const missing = needed - tokensLeft(held.blocks, nowMs);
  return Math.max(1, Math.min(Math.floor(capacityOf(ratePerSecond)), Math.ceil(missing)));
}
