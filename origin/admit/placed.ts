/** An order as a click asks for it, and what the ways to take it have in common. */
import type { OrderView } from '../../contract/order.ts';
import type { Outcome } from '../../contract/outcomes.ts';

export interface Placed {
  orderId: string;
  saleId: string;
  buyerId: string;
  quantity: number;
}

/** The same Idempotency-Key with another quantity is another request (422). */
export function repeated(placed: Placed, order: OrderView): Outcome {
  const reused = order.orderId === placed.orderId && order.quantity !== placed.quantity;
  return reused ? { kind: 'key-reused' } : { kind: 'order', order };
}

/** The result, or undefined when it takes longer than `limitMs`. */
export function withinMs<Result>(
  result: Promise<Result>,
  limitMs: number,
): Promise<Result | undefined> {
  return new Promise((resolve) => {
    // A timer, not an AbortSignal: aborting one makes an exception, 6 % of the time of a request.
    const timer = setTimeout(resolve, limitMs, undefined);
    void result.then((appended) => {
      clearTimeout(timer);
      resolve(appended);
    });
  });
}
