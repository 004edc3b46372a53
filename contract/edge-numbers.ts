/**
 * What the edge counted of a sale, as it tells the origin: every answer that a crowd's request got,
 * sums since the sale's first click. Isolates hand their counts over every other second, so the
 * numbers are a few seconds behind; they are for people and alarms, and nothing is decided by them.
 */
import { z } from 'zod';
import { saleIdSchema } from './ids.ts';

const count = z.number().min(0);
/**
 * Mostly a problem's name (`sold-out`, `not-drawn`, `overloaded`, …), as the buyer was told it.
 * Besides: `accepted` (the origin took it, or knew it already), `too-fast` (by the sale's rate),
 * `buyer-limited` and `address-limited` (by their own), `unreachable` (the origin said nothing).
 */
const outcomeSchema = z.string().regex(/^[a-z][a-z-]{0,31}$/);
const outcomesSchema = z.record(outcomeSchema, count);

/** What one isolate counted since it last told, and what an object has of a region. */
export const edgeCountsSchema = z.object({
  /** Of orders, by what the buyer was answered. */
  outcomes: outcomesSchema,
  /** Of wishes to join the waitlist. */
  joins: outcomesSchema,
  /** Orders and joins that had a token of the sale's rate and were sent to the origin. */
  admitted: count,
  /** Whether what an isolate knew of the sale (its stock too) was fresh enough. */
  copies: z.object({ hit: count, miss: count }),
});
export type EdgeCounts = z.infer<typeof edgeCountsSchema>;

/** Sums of all regions. */
export const edgeNumbersSchema = edgeCountsSchema.extend({
  saleId: saleIdSchema,
  /** When the edge summed them, by its clock. */
  atMs: z.int().min(0),
  /** Orders a second that the operator set; null while no request has asked for a token. */
  configuredRatePerSecond: z.number().nullable(),
  /** What the origin's pressure leaves of it now. */
  currentRatePerSecond: z.number().nullable(),
});
export type EdgeNumbers = z.infer<typeof edgeNumbersSchema>;

export const EDGE_NUMBERS_LIMITS = {
  /** Twice as many as there are; a further one counts as `other`. */
  outcomes: 100,
  /** An isolate tells an object of its sale that often at most. */
  tellEveryMs: 2_000,
} as const;

export function noCounts(): EdgeCounts {
  return { outcomes: {}, joins: {}, admitted: 0, copies: { hit: 0, miss: 0 } };
}

/** Where the edge tells its numbers, to a pass that has no buyer. */
export function numbersPath(saleId: string): string {
  return `/api/sales/${saleId}/numbers`;
}
