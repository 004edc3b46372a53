/** The record of what operators changed, or tried to. */
import { z } from 'zod';
import { PAGE_LIMITS } from './operator-orders.ts';

/** Of what a change is about: the longest id that there is has 64 characters. */
export const TARGET_CHARACTERS = 128;

/** The newest first: `after` is the `next` of the page before. */
export const changesQuerySchema = z.object({
  target: z.string().min(1).max(TARGET_CHARACTERS).optional(),
  after: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_LIMITS.most).default(PAGE_LIMITS.default),
});
export type ChangesQuery = z.infer<typeof changesQuerySchema>;

/**
 * `begun`: it is under way, or the process died in it, and it may have happened. `done`: 2xx.
 * `refused`: 4xx, nothing was changed. `failed`: 5xx, and it may have happened.
 */
export const changeOutcomeSchema = z.enum(['begun', 'done', 'refused', 'failed']);

export const operatorChangeSchema = z
  .object({
    id: z.int().min(1),
    at: z.iso.datetime({ precision: 3 }),
    /** The name of the token. */
    operator: z.string(),
    action: z.string().meta({ example: 'sale.pause' }),
    /** The sale, the order or whatever else it was about. */
    target: z.string().optional(),
    /** The request's body and query, secrets left out; `cut` holds the beginning of a long one. */
    details: z.record(z.string(), z.unknown()),
    outcome: changeOutcomeSchema,
    /** What was answered. */
    status: z.int().optional(),
    endedAt: z.iso.datetime({ precision: 3 }).optional(),
  })
  .meta({ id: 'OperatorChange' });
export type OperatorChange = z.infer<typeof operatorChangeSchema>;

/** `next` is absent on the last page. */
export const operatorChangesSchema = z
  .object({ changes: z.array(operatorChangeSchema), next: z.int().optional() })
  .meta({ id: 'OperatorChanges' });
export type OperatorChanges = z.infer<typeof operatorChangesSchema>;
