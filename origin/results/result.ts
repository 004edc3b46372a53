/**
 * What became of an order, as whoever tells others learns it: the leaderboard, the notices to the
 * shop. A result is written by the very transaction that made it so, numbered per sale without
 * gaps, and kept as JSON tuples: 1,000 of them, one settled batch, are about 90 kB.
 */
import { z } from 'zod';
import { closedBySchema, orderStateSchema, rejectionSchema } from '../../contract/order.ts';

/** One order's step. `atMs` is the row's, by the book's clock. */
export interface OrderResult {
  orderId: string;
  buyerId: string;
  quantity: number;
  state: 'reserved' | 'paid' | 'expired' | 'cancelled' | 'refunded' | 'rejected';
  /** With `rejected` only. */
  reason: z.infer<typeof rejectionSchema> | undefined;
  closedBy: z.infer<typeof closedBySchema> | undefined;
  /** When the stock store handed it out, or the waitlist's head got it. */
  reservedAtMs: number;
  payBeforeMs: number;
  /** Where the order's trace goes on; only of what settling did, and only when it is sampled. */
  traceparent?: string | undefined;
}

/** One transaction's results of one sale. */
export interface ResultRow {
  saleId: string;
  /** From 1, without gaps. */
  seq: number;
  atMs: number;
  orders: OrderResult[];
}

const tuple = z.tuple([
  z.string(),
  z.string(),
  z.int(),
  orderStateSchema.exclude(['accepting', 'queued', 'entered']),
  rejectionSchema.nullable(),
  closedBySchema.nullable(),
  z.int(),
  z.int(),
  z.string().optional(),
]);

export function encodeResults(orders: readonly OrderResult[]): string {
  return JSON.stringify(
    orders.map(
      (order): z.infer<typeof tuple> => [
        order.orderId,
        order.buyerId,
        order.quantity,
        order.state,
        order.reason ?? null,
        order.closedBy ?? null,
        order.reservedAtMs,
        order.payBeforeMs,
        ...(order.traceparent === undefined ? ([] as const) : ([order.traceparent] as const)),
      ],
    ),
  );
}

/** Throws a ZodError when the text is not what `encodeResults` writes. */
export function decodeResults(text: string): OrderResult[] {
  return z.array(tuple).parse(JSON.parse(text)).map(orderOf);
}

function orderOf(read: z.infer<typeof tuple>): OrderResult {
  const [orderId, buyerId, quantity, state, reason, closedBy, ...rest] = read;
  const [reservedAtMs, payBeforeMs, traceparent] = rest;
  return {
    orderId,
    buyerId,
    quantity,
    state,
    reason: reason ?? undefined,
    closedBy: closedBy ?? undefined,
    reservedAtMs,
    payBeforeMs,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
