/**
 * What an isolate counts of each sale: every answer to a crowd's request, by a number in memory and
 * nothing else. The first count begins a wait of two seconds, behind its request's answer; then all
 * that was counted goes to the sale's object of this region, in one call. Accepted: what a call
 * that fails was to tell is told by a later one, maybe twice, or is lost with the isolate; numbers
 * for people may be off by that.
 */
import { LRUCache } from 'lru-cache';
import { EDGE_NUMBERS_LIMITS, type EdgeCounts, noCounts } from '../contract/edge-numbers.ts';
import { createErrorLog, messageOf } from './log.ts';
import type { NumberObjects } from './numbers.ts';
import { countOutcome, sumCounts } from './objects/sum-counts.ts';
import type { Platform, RequestContext } from './platform.ts';
import { type Region, regionOf } from './region.ts';
import { within } from './waiting.ts';

/** A kilobyte each, of sales that exist only; forgetting one loses what it did not tell. */
const MAX_SALES = 1_000;
/** An object answers within a few round trips. */
const TELL_TIMEOUT_MS = 3_000;
/** Past the wait and the call, a guard that nobody took down counts no more. */
const GUARD_MS = TELL_TIMEOUT_MS + 1_000;

export interface CountedRequest {
  saleId: string;
  request: Request;
  context: RequestContext;
}

export interface Counts {
  answered(counted: CountedRequest, of: 'outcomes' | 'joins', outcome: string): void;
  /** One had a token of the sale's rate. */
  admitted(saleId: string): void;
  /** Whether what was known of the sale was fresh. */
  copy(saleId: string, isHit: boolean): void;
}

interface Tally {
  counts: EdgeCounts;
  /** Somebody tells until then at the latest; 0 when nobody does. */
  tellingUntilMs: number;
  /** How long is counted before it is told. */
  everyMs: number;
}

type CountsPlatform = Pick<Platform, 'clock' | 'pause'>;

export function createCounts(platform: CountsPlatform, objects: NumberObjects): Counts {
  const bySale = new LRUCache<string, Tally>({ max: MAX_SALES });
  const logFailure = createErrorLog('numbers-failed', platform.clock);
  let region: Region | undefined;

  async function tell(saleId: string, tally: Tally): Promise<void> {
    await platform.pause(tally.everyMs);
    const { counts } = tally;
    tally.counts = noCounts();
    try {
      const limit = { timeoutMs: TELL_TIMEOUT_MS, late: undefined };
      const told = await within(platform, limit, objects.add(saleId, region, counts));
      if (told === undefined) logFailure({ saleId, reason: 'no answer in time' });
      else tally.everyMs = told;
    } catch (error) {
      tally.counts = sumCounts(tally.counts, counts);
      logFailure({ saleId, reason: messageOf(error) });
    }
    tally.tellingUntilMs = 0;
  }

  return {
    answered({ saleId, request, context }, of, outcome) {
      const tally = tallyOf(bySale, saleId);
      countOutcome(tally.counts[of], outcome, 1);
      const nowMs = platform.clock.nowMs();
      if (isTelling(tally, nowMs)) return;
      region ??= regionOf(request.cf);
      tally.tellingUntilMs = nowMs + tally.everyMs + GUARD_MS;
      context.waitUntil(tell(saleId, tally));
    },
    admitted(saleId) {
      tallyOf(bySale, saleId).counts.admitted += 1;
    },
    copy(saleId, isHit) {
      const { copies } = tallyOf(bySale, saleId).counts;
      if (isHit) copies.hit += 1;
      else copies.miss += 1;
    },
  };
}

/** Further ahead than it ever can be, the clock was set back meanwhile. */
function isTelling({ tellingUntilMs, everyMs }: Tally, nowMs: number): boolean {
  return nowMs < tellingUntilMs && tellingUntilMs <= nowMs + everyMs + GUARD_MS;
}

function tallyOf(bySale: LRUCache<string, Tally>, saleId: string): Tally {
  const known = bySale.get(saleId);
  if (known !== undefined) return known;
  const everyMs = EDGE_NUMBERS_LIMITS.tellEveryMs;
  const tally = { counts: noCounts(), tellingUntilMs: 0, everyMs };
  bySale.set(saleId, tally);
  return tally;
}
