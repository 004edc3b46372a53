/**
 * When a sale goes over to being sold without its stock store, and when back: pure decisions. Both
 * ways are a new epoch each, so neither is taken for a store that only hiccups.
 */
import type { Sale } from '../settle/book.ts';

/**
 * Short: a sale that is drawn sells to a small share only, and a store that goes away again while
 * its stock is made anew costs no more than that. Long enough for two looks at it.
 */
export const BACK_AFTER_MS = 1_000;
/** Who did not look for longer begins to count anew: much may have happened. */
const LOOK_WITHIN_MS = 10_000;

/** What one process has seen of the stock store. */
export interface StoreHealth {
  answers: boolean;
  /** Since when it has been so, at each look. */
  sinceMs: number;
  lookedAtMs: number;
}

export interface Look {
  answers: boolean;
  /** A store that does not answer was silent already while it was waited for. */
  askedAtMs: number;
  nowMs: number;
}

export function nextHealth(before: StoreHealth | undefined, look: Look): StoreHealth {
  const { answers, askedAtMs, nowMs } = look;
  const goesOn = before?.answers === answers && askedAtMs - before.lookedAtMs <= LOOK_WITHIN_MS;
  return { answers, sinceMs: goesOn ? before.sinceMs : askedAtMs, lookedAtMs: nowMs };
}

export interface OutagePolicy {
  /** Whether the log is to sell at all while the store is away. */
  draws: boolean;
  /** How long the store must have been silent. */
  afterMs: number;
}

export type OutageStep =
  | 'nothing'
  /** The next epoch is to be sold by the log. */
  | 'begin'
  /** That epoch has begun, and is not open yet. */
  | 'open'
  /** The next epoch is the store's again. */
  | 'end';

export function judgeOutage(
  sale: Pick<Sale, 'loaded' | 'recovering' | 'soldBy' | 'paused' | 'opensAtMs' | 'closesAtMs'>,
  { answers, sinceMs }: StoreHealth,
  { draws, afterMs, nowMs }: OutagePolicy & { nowMs: number },
): OutageStep {
  const forMs = nowMs - sinceMs;
  if (sale.soldBy === 'log') {
    if (answers) return forMs >= BACK_AFTER_MS ? 'end' : 'nothing';
    return sale.recovering ? 'open' : 'nothing';
  }
  if (answers || !draws || forMs < afterMs) return 'nothing';
  // One that never had stock waits for it.
  const isOpen = !sale.paused && nowMs >= sale.opensAtMs && nowMs < sale.closesAtMs;
  return isOpen && (sale.loaded || sale.recovering) ? 'begin' : 'nothing';
}
