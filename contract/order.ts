/**
 * An order as its buyer sees it, and the request that makes one. docs/states.md draws the states.
 */
import { z } from 'zod';
import { orderIdSchema, saleIdSchema } from './ids.ts';
import { paymentStateSchema } from './payment.ts';
import { SALE_LIMITS } from './sale.ts';

/** A request body larger than this is refused unread: an order needs fewer than 100 bytes. */
export const MAX_BODY_BYTES = 8 * 1024;

export const orderStateSchema = z
  .enum([
    'accepting',
    'queued',
    /** In the log, by a draw: whether a unit is left is decided when it settles. */
    'entered',
    'reserved',
    'paid',
    'expired',
    'cancelled',
    'refunded',
    'rejected',
  ])
  .meta({ id: 'OrderState' });
export type OrderState = z.infer<typeof orderStateSchema>;

export const rejectionSchema = z
  .enum(['sold-out', 'duplicate', 'cancelled', 'recovered', 'poison'])
  .meta({ id: 'Rejection' });
export type Rejection = z.infer<typeof rejectionSchema>;

/** Who closed an order, or wants it closed; `payment`: a payment failed and that frees the unit. */
export const closedBySchema = z
  .enum(['deadline', 'buyer', 'operator', 'risk', 'payment'])
  .meta({ id: 'ClosedBy' });
export type ClosedBy = z.infer<typeof closedBySchema>;

export const placeOrderSchema = z
  .strictObject({ quantity: z.int().min(1).max(SALE_LIMITS.perBuyer).default(1) })
  .meta({ id: 'PlaceOrder' });

export const orderViewSchema = z
  .object({
    orderId: orderIdSchema,
    saleId: saleIdSchema,
    state: orderStateSchema,
    quantity: z.int().min(1),
    /** Only with the state `rejected`. */
    reason: rejectionSchema.optional(),
    /** Only with the state `reserved`: pay before this moment, by the book's clock. */
    payBefore: z.iso.datetime({ precision: 3 }).optional(),
    /** Who closed it; while it is `reserved` or `queued`: who asked for that, and it goes on. */
    closedBy: closedBySchema.optional(),
    /** Only with the state `queued`: it lies in the dead letters; the shop has to look at it. */
    held: z.literal(true).optional(),
    /** The newest payment: `open` waits for the buyer, `failed` may be tried again. */
    payment: paymentStateSchema.optional(),
  })
  .meta({ id: 'Order' });
export type OrderView = z.infer<typeof orderViewSchema>;

/** What a list of orders says besides; missing where only the order itself is known. */
const ofItsSale = {
  title: z.string(),
  /** When the click was accepted. */
  placedAt: z.iso.datetime({ precision: 3 }).optional(),
  /** Of one unit, in minor units of `currency`. */
  price: z.int().min(0).optional(),
  currency: z.string().optional(),
};

/** A buyer's orders in all sales, the newest first. */
export const myOrdersSchema = z
  .object({ orders: z.array(orderViewSchema.extend(ofItsSale)) })
  .meta({ id: 'MyOrders' });
export type MyOrders = z.infer<typeof myOrdersSchema>;
