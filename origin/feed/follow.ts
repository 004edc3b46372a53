/**
 * The feed role: tells the edge what became of orders, so that open pages need not ask. It reads
 * what is committed and nobody waits for it, so slow or dead it delays no order. How far it is, is
 * kept in memory only: whoever begins, or takes over, says the newest results again, and what is
 * missed then is what polling is for. So no result is ever kept in the book for an edge that is
 * away, and nothing waits anywhere but in the book.
 */
import { createPatience, type Patience } from '../lease/patience.ts';
import type { Logger } from '../logger.ts';
import { readResultHeads, readResults } from '../results/read-results.ts';
import type { OrderBook } from '../settle/book.ts';
import { feedBatches } from './batches.ts';
import type { PostOutcome, PostResults } from './post-results.ts';

/** A buyer does not see the difference to at once; each round is one cheap question. */
export const FEED_EVERY_MS = 50;
/** Rows read at once: one is a settled batch, 90 kB at most. */
const READ_ROWS = 20;
/** Said again by whoever begins: the one before may have died before saying them. */
const LOOK_BACK_ROWS = 20;
/** Further behind, the older ones are left out: eight seconds of a busy sale. */
const MOST_BEHIND_ROWS = 400;
/** Batches under way: enough to fill a connection to an edge that is 100 ms away. */
const POSTS_AT_ONCE = 4;

export type FeedOutcome = PostOutcome['kind'] | 'late';

export interface FeedRoundOptions {
  book: OrderBook;
  post: PostResults;
  nowMs(): number;
  logger: Logger;
  /** Told how many results came to what. */
  observe(outcome: FeedOutcome, results: number): void;
  /** Told after each step how many results of a sale are still to be said. */
  observeBehind(saleId: string, behind: number): void;
}

/** Keeps how far it is between rounds; each call is one, and never throws. */
export function createFeedRound(
  options: FeedRoundOptions,
): (mayGoOn: () => boolean) => Promise<void> {
  const { book, logger } = options;
  const patience = createPatience(logger, 'results do not reach the edge; pages poll');
  const cursors = new Map<string, number>();
  const ofSales = createSalePatience(logger);
  let hasBegun = false;

  /** A step for each sale in turn, so that a busy one does not hold up the others. */
  async function sayAll(heads: Map<string, number>, mayGoOn: () => boolean): Promise<Said> {
    const said: Said = { wasHeard: false, failures: new Map() };
    const leftOut = ofSales.leftOut(heads);
    let moved = true;
    while (moved && mayGoOn()) {
      moved = false;
      for (const [saleId, head] of heads) {
        // A sale that had no results when this began is new: all of them are.
        const first = hasBegun ? 0 : head - LOOK_BACK_ROWS;
        const known = cursors.get(saleId) ?? first;
        const from = Math.max(0, known, head - MOST_BEHIND_ROWS);
        cursors.set(saleId, from);
        const fails = leftOut.has(saleId) || said.failures.has(saleId);
        if (from >= head || fails || !mayGoOn()) continue;
        try {
          const { to, wasHeard } = await step(options, { saleId, from, head });
          cursors.set(saleId, to);
          said.wasHeard ||= wasHeard;
          ofSales.succeeded(saleId);
          moved = true;
        } catch (error) {
          said.failures.set(saleId, error);
        }
      }
    }
    hasBegun = true;
    return said;
  }

  return async (mayGoOn) => {
    if (!patience.mayTry()) return;
    try {
      const { wasHeard, failures } = await sayAll(await readResultHeads(book), mayGoOn);
      const [failure] = failures.values();
      if (failures.size > 0 && !wasHeard) return patience.failed(failure);
      patience.succeeded();
      // The edge is there for others, so it is about these sales.
      for (const [saleId, error] of failures) ofSales.failed(saleId, error);
    } catch (error) {
      patience.failed(error);
    }
  };
}

/** What came of a round. */
interface Said {
  /** The edge answered for at least one sale. */
  wasHeard: boolean;
  failures: Map<string, unknown>;
}

/** Sales that fail alone are left out more and more often, so that they do not delay the others. */
function createSalePatience(logger: Logger) {
  const failing = new Map<string, Patience>();
  return {
    /** Asked once a round. Sales that are over are forgotten. */
    leftOut(heads: ReadonlyMap<string, number>): Set<string> {
      const out = new Set<string>();
      for (const [saleId, patience] of failing) {
        if (!heads.has(saleId)) failing.delete(saleId);
        else if (!patience.mayTry()) out.add(saleId);
      }
      return out;
    },
    failed(saleId: string, error: unknown): void {
      const outage = `results of ${saleId} do not reach the edge; its pages poll`;
      const patience = failing.get(saleId) ?? createPatience(logger, outage);
      failing.set(saleId, patience);
      patience.failed(error);
    },
    succeeded(saleId: string): void {
      failing.get(saleId)?.succeeded();
      failing.delete(saleId);
    },
  };
}

/**
 * Resolves with how far the sale is then. Throws when nothing of it reached the edge: then it stays
 * where it is, to be said later unless it is too late by then, and is asked less often.
 */
async function step(
  { book, post, nowMs, observe, observeBehind }: FeedRoundOptions,
  { saleId, from, head }: { saleId: string; from: number; head: number },
): Promise<{ to: number; wasHeard: boolean }> {
  const rows = await readResults(book, { saleId, after: from, limit: READ_ROWS });
  const { batches, late } = feedBatches(rows, nowMs());
  if (late > 0) observe('late', late);
  const outcomes: PostOutcome[] = [];
  for (let start = 0; start < batches.length; start += POSTS_AT_ONCE) {
    const together = batches.slice(start, start + POSTS_AT_ONCE);
    const posted = await Promise.all(
      together.map(async (batch) => {
        const outcome = await post(saleId, batch);
        observe(outcome.kind, batch.length);
        return outcome;
      }),
    );
    outcomes.push(...posted);
    const [first] = outcomes;
    // The rest would wait for as long again.
    if (first?.kind === 'away' && outcomes.every(({ kind }) => kind === 'away')) {
      throw new EdgeAwayError(first.reason);
    }
  }
  // With no row left of those before the head, all of them were forgotten.
  const to = rows.at(-1)?.seq ?? head;
  observeBehind(saleId, Math.max(0, head - to));
  return { to, wasHeard: outcomes.some(({ kind }) => kind !== 'away') };
}

class EdgeAwayError extends Error {
  readonly code = 'edge-away';
}
