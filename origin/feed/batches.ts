/**
 * What of a run of results is said to the buyers: pure. Of several steps of one order the last; in
 * batches that the edge takes; and nothing older than a page takes to ask by itself.
 */
import { FEED_LIMITS, type FeedResult } from '../../contract/feed.ts';
import { bookOrderView } from '../admit/order-view.ts';
import type { ResultRow } from '../results/result.ts';

/** Longer than a page with an order waits between two questions. */
export const FRESH_MS = 30_000;

export interface FeedBatches {
  batches: FeedResult[][];
  /** Results that come too late to be of use. */
  late: number;
}

export function feedBatches(rows: readonly ResultRow[], nowMs: number): FeedBatches {
  const byOrder = new Map<string, FeedResult>();
  let late = 0;
  for (const { saleId, atMs, orders } of rows) {
    if (atMs < nowMs - FRESH_MS) {
      late += orders.length;
      continue;
    }
    for (const order of orders) {
      const view = bookOrderView({ ...order, saleId });
      byOrder.set(order.orderId, { buyerId: order.buyerId, order: view });
    }
  }
  return { batches: slices([...byOrder.values()]), late };
}

function slices(results: readonly FeedResult[]): FeedResult[][] {
  const batches: FeedResult[][] = [];
  for (let start = 0; start < results.length; start += FEED_LIMITS.results) {
    batches.push(results.slice(start, start + FEED_LIMITS.results));
  }
  return batches;
}
