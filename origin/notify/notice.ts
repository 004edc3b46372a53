/**
 * What the shop is told of an order: pure, from one of its results. An order reaches each state
 * once, so its id and the state name the notice, and the same result gives the same notice however
 * often it is read.
 */
import type { OrderResult, ResultRow } from '../results/result.ts';

export interface Notice {
  /** The `webhook-id`: the shop takes each once. */
  deliveryId: string;
  orderId: string;
  saleId: string;
  /** `order.reserved`, `order.paid`, … */
  type: string;
  /** The body, as it is signed and sent. */
  payload: string;
  /** Where its order's trace goes on; undefined unless that is sampled. */
  traceparent: string | undefined;
}

export function noticesOf({ saleId, atMs, orders }: ResultRow): Notice[] {
  return orders.map((order) => {
    const { orderId, traceparent } = order;
    const type = `order.${order.state}`;
    const timestamp = new Date(atMs).toISOString();
    const payload = JSON.stringify({ type, timestamp, data: dataOf(saleId, order) });
    return { deliveryId: `${orderId}.${type}`, orderId, saleId, type, payload, traceparent };
  });
}

function dataOf(saleId: string, order: OrderResult) {
  const { orderId, buyerId, quantity, state, reason, closedBy, payBeforeMs } = order;
  const payBefore = state === 'reserved' ? new Date(payBeforeMs).toISOString() : undefined;
  // What is undefined is left out of the JSON.
  return { orderId, saleId, buyerId, quantity, state, reason, closedBy, payBefore };
}
