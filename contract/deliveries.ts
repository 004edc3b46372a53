/** The notices to the shop as their operator sees them, and the command that replays dead ones. */
import { z } from 'zod';
import { orderIdSchema, saleIdSchema } from './ids.ts';
import { PAGE_LIMITS } from './operator-orders.ts';

export const deliveryStateSchema = z.enum(['pending', 'delivered', 'dead']);
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

/** `after`: the `next` of the page before. */
export const deliveriesQuerySchema = z.object({
  state: deliveryStateSchema.optional(),
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_LIMITS.most).default(PAGE_LIMITS.default),
});
export type DeliveriesQuery = z.infer<typeof deliveriesQuerySchema>;

export const deliverySchema = z
  .object({
    /** The notice's `webhook-id`. */
    deliveryId: z.string(),
    orderId: orderIdSchema,
    saleId: saleIdSchema,
    type: z.string(),
    state: deliveryStateSchema,
    tries: z.int().min(0),
    createdAt: z.iso.datetime({ precision: 3 }),
    /** Pending: the next attempt, unless an earlier notice of the order is still pending then. */
    dueAt: z.iso.datetime({ precision: 3 }).optional(),
    deliveredAt: z.iso.datetime({ precision: 3 }).optional(),
    lastError: z.string().optional(),
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof deliverySchema>;

/** In the order in which they were made; `next` is absent on the last page. */
export const deliveriesSchema = z
  .object({ deliveries: z.array(deliverySchema), next: z.int().optional() })
  .meta({ id: 'Deliveries' });
export type Deliveries = z.infer<typeof deliveriesSchema>;

/** Ids that one command names: as many as an operator pastes. */
export const REPLAY_LIMIT = 100;
const deliveryId = z.string().regex(/^[\x21-\x7e]{1,64}$/, 'must be the id of a notice');

export const replayDeliveriesSchema = z
  .union([
    z.strictObject({ ids: z.array(deliveryId).min(1).max(REPLAY_LIMIT) }),
    z.strictObject({ all: z.literal(true) }),
  ])
  .meta({ id: 'ReplayDeliveries' });

/** How many dead ones are pending again. */
export const replayedSchema = z.object({ replayed: z.int().min(0) }).meta({ id: 'Replayed' });
export type Replayed = z.infer<typeof replayedSchema>;
