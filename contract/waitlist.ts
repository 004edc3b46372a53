/** A buyer's place in the line for units that come back. */
import { z } from 'zod';
import { SALE_LIMITS } from './sale.ts';

/** `quantity` is what the buyer would take at most: the head gets what is there, up to that. */
export const joinWaitlistSchema = z
  .strictObject({ quantity: z.int().min(1).max(SALE_LIMITS.perBuyer).default(1) })
  .meta({ id: 'JoinWaitlist' });

export const placeSchema = z
  .object({
    /** From 1; may be up to a second old. */
    place: z.int().min(1),
    /** How many wait in all. */
    waiting: z.int().min(1),
    quantity: z.int().min(1),
    joinedAt: z.iso.datetime({ precision: 3 }),
    /** Units that are reserved and not yet paid: no more than these can still come back. */
    unpaidUnits: z.int().min(0),
    /** At the pace of the last minutes; absent when no unit came back in them, or too few can. */
    estimatedWaitMs: z.int().min(0).optional(),
  })
  .meta({ id: 'Place' });
export type Place = z.infer<typeof placeSchema>;
