/**
 * Fetches tokens from one bucket into what the isolate holds. A bucket that fails or does not
 * answer in time is left alone for a moment; a grant that comes too late is lost, which admits
 * fewer, never more.
 */
import type { SaleSnapshot } from '../contract/sale.ts';
import { type Shard, tokensLeft } from './gates/rate-gate.ts';
import type { Held } from './held-tokens.ts';
import { logError, messageOf } from './log.ts';
import { capacityOf, type LeaseAsk, type LeaseGrant } from './objects/bucket.ts';
import { type Platform, within } from './platform.ts';

export const PAUSE_AFTER_FAILURE_MS = 500;
/** A bucket answers within a few round trips, or something is wrong with it. */
const ASK_TIMEOUT_MS = 1_000;
/** After that, a guard that nobody took down (a cancelled request) counts no more. */
const GUARD_MS = 1_500;
/** Of what the demand would use up: an estimate too high wastes tokens, since leases run out. */
const WANTED_PART = 0.75;

/** Calls a bucket by its name, `<saleId>:<shard>`. */
export type AskBucket = (name: string, ask: LeaseAsk) => Promise<LeaseGrant>;

/** Never rejects; `shard.failed` says how it went. */
export type Refill = (sale: SaleSnapshot, held: Held, shard: Shard) => Promise<void>;

interface RefillNeeds {
  platform: Platform;
  askBucket: AskBucket;
}

export function createRefill({ platform, askBucket }: RefillNeeds): Refill {
  const { clock } = platform;

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

  return async (sale, held, shard) => {
    const askedAtMs = clock.nowMs();
    held.askingUntilMs = askedAtMs + GUARD_MS;
    const tokensPerSecond = sale.ratePerSecond / held.shards.length;
    const want = wantOf(held, tokensPerSecond, askedAtMs);
    const ask = { version: sale.version, tokensPerSecond, want };
    const grant = await callBucket(`${sale.saleId}:${shard.index}`, ask);
    held.askingUntilMs = 0;
    shard.failed = grant === undefined;
    const putOffMs = putOffBy(grant);
    shard.notBeforeMs = putOffMs === 0 ? 0 : clock.nowMs() + putOffMs;
    if (grant === undefined || grant.tokens === 0) return;
    held.blocks = held.blocks.filter(({ expiresAtMs }) => expiresAtMs > askedAtMs);
    held.blocks.push({ tokens: grant.tokens, expiresAtMs: askedAtMs + grant.livesMs });
  };
}

/** A bucket that gives nothing is never asked again at once, whatever it says: no request loops. */
function putOffBy(grant: LeaseGrant | undefined): number {
  if (grant === undefined) return PAUSE_AFTER_FAILURE_MS;
  return grant.askAgainAfterMs ?? (grant.tokens === 0 ? PAUSE_AFTER_FAILURE_MS : 0);
}

/** What is used up before a lease ends, less what is there; no more than a bucket ever holds. */
function wantOf(held: Held, tokensPerSecond: number, nowMs: number): number {
  const needed = held.demand.inWindow(nowMs) * WANTED_PART;
  const missing = needed - tokensLeft(held.blocks, nowMs);
  return Math.max(1, Math.min(Math.floor(capacityOf(tokensPerSecond)), Math.ceil(missing)));
}
