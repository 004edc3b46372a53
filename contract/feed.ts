/**
 * The result feed: what the origin posts to the edge, and what the edge pushes to a buyer's open
 * pages. A push is what `GET /api/orders/{orderId}` would tell that buyer, without what only that
 * question finds out (the newest payment). Best effort by design: polling is the truth.
 */
import { z } from 'zod';
import { buyerIdSchema } from './ids.ts';
import { orderViewSchema } from './order.ts';

/** What a page asks for when it connects; the edge names it back. */
export const FEED_PROTOCOL = 'sluice.feed.v1';
/**
 * A browser can set no header on a WebSocket but the protocols it offers: a shop's token comes as a
 * second one behind this prefix, so that it is in no URL and in no log of URLs. Never named back.
 */
export const FEED_TOKEN_PREFIX = 'sluice.bearer.';

/** The one message a page may send, and its answer; the runtime gives it without waking anybody. */
export const FEED_PING = 'ping';
export const FEED_PONG = 'pong';

/** RFC 6455, section 7.4: 4000 to 4999 are an application's own. */
export const FEED_CLOSE_CODES = {
  /** The page sent something: it has nothing to say here. */
  notAllowed: 1008,
  /** Connect again, a little later; the shop wants to know anew who it is. */
  again: 4000,
  /** Newer pages of the same buyer took its place: do not connect again. */
  replaced: 4001,
} as const;

export const FEED_LIMITS = {
  /** Results of one post: 300 kB at most, and some milliseconds of the edge's time. */
  results: 1_000,
  /** Twice what they can need. */
  batchBytes: 600_000,
} as const;

export const feedOrderSchema = orderViewSchema
  .omit({ held: true, payment: true })
  .meta({ id: 'FeedOrder' });
export type FeedOrder = z.infer<typeof feedOrderSchema>;

const feedResultSchema = z.object({ buyerId: buyerIdSchema, order: feedOrderSchema });
export type FeedResult = z.infer<typeof feedResultSchema>;

/** What the origin posts, with a pass that has no buyer. */
export const feedBatchSchema = z.object({
  results: z.array(feedResultSchema).min(1).max(FEED_LIMITS.results),
});
export type FeedBatch = z.infer<typeof feedBatchSchema>;

/** Where the edge takes a sale's results. Nothing else is ever signed for this path. */
export function resultsPath(saleId: string): string {
  return `/api/sales/${saleId}/results`;
}
