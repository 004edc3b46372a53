/** A sale's line as its operator sees it. */
import { z } from 'zod';
import { buyerIdSchema, orderIdSchema } from './ids.ts';
import { PAGE_LIMITS } from './operator-orders.ts';

/** A page of the line: `after` is the last number of the page before. */
export const waitlistQuerySchema = z.object({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE_LIMITS.most).default(PAGE_LIMITS.default),
});
export type WaitlistQuery = z.infer<typeof waitlistQuerySchema>;

export const operatorWaiterSchema = z
  .object({
    /** The order of joining; unique over all sales, so a sale's numbers have gaps. */
    number: z.int().min(1),
    buyerId: buyerIdSchema,
    /** What the buyer would take at most. */
    quantity: z.int().min(1),
    state: z.enum(['waiting', 'served', 'left']),
    joinedAt: z.iso.datetime({ precision: 3 }),
    /** The order that a served buyer was given. */
    orderId: orderIdSchema.optional(),
  })
  .meta({ id: 'OperatorWaiter' });
export type OperatorWaiter = z.infer<typeof operatorWaiterSchema>;

/** In the order of joining, also those served and left; `next` is absent on the last page. */
export const operatorWaitlistSchema = z
  .object({ waiters: z.array(operatorWaiterSchema), next: z.int().optional() })
  .meta({ id: 'OperatorWaitlist' });
export type OperatorWaitlist = z.infer<typeof operatorWaitlistSchema>;
