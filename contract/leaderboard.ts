/**
 * The leaderboard as the page reads it: the first of a sale, the buyer's own rank, and how fast the
 * units went. Buyer ids are masked before they leave the origin.
 */
import { z } from 'zod';

/** `fastest`: the time from opening to reserving, least first. `quantity`: units, most first. */
export const scoreSchema = z.enum(['fastest', 'quantity']).meta({ id: 'Score' });
export type Score = z.infer<typeof scoreSchema>;

export const LEADERBOARD_LIMITS = { top: 100, curveSeconds: 600 } as const;

/** How many of the first are wanted: the query's `top`. */
export const topSchema = z.coerce.number().int().min(1).max(LEADERBOARD_LIMITS.top).default(10);

const rankedSchema = z.object({
  /** From 1. */
  rank: z.int().min(1),
  /** `b••••7`: the first and the last character. */
  buyer: z.string(),
  quantity: z.int().min(1),
  /** From the sale's opening to the reservation. */
  elapsedMs: z.int().min(0),
});

export const leaderboardSchema = z
  .object({
    score: scoreSchema,
    /** Buyers who hold an order. */
    buyers: z.int().min(0),
    top: z.array(rankedSchema).max(LEADERBOARD_LIMITS.top),
    /** Units sold in each second since the opening that had any, by the second of settling. */
    curve: z.array(z.object({ second: z.int().min(0), units: z.int() })),
  })
  .meta({ id: 'Leaderboard' });
export type Leaderboard = z.infer<typeof leaderboardSchema>;

export const myRankSchema = rankedSchema.omit({ buyer: true }).meta({ id: 'MyRank' });
export type MyRank = z.infer<typeof myRankSchema>;

/** The first and the last character of a buyer id; a short one shows its first only. */
export function maskBuyer(buyerId: string): string {
  const last = buyerId.length > 3 ? buyerId.slice(-1) : '';
  return `${buyerId.slice(0, 1)}••••${last}`;
}
