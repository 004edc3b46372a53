/**
 * Holds what clients were told against the book (I3), as the operator sees it: every order that was
 * promised is there, belongs to whom it was promised, and is reserved.
 */
import { OperatorError } from '../../cli/operator-client.ts';
import { operatorOrderSchema } from '../../contract/operator.ts';
import { judgeHistory, type KnownOrder, type KnownStep, type Told } from '../faults/history.ts';
import type { Shop } from './shop.ts';

/** What does not hold, in words. For sales whose orders are neither paid nor closed. */
export async function heldAgainstBook(shop: Shop, history: readonly Told[]): Promise<string[]> {
  const orderIds = new Set(history.flatMap(({ orderId }) => orderId ?? []));
  const orders: KnownOrder[] = [];
  const steps: KnownStep[] = [];
  for (const orderId of orderIds) {
    const order = await shop.operator
      .get(`/operator/orders/${orderId}`, operatorOrderSchema)
      .catch((error: unknown) => {
        if (error instanceof OperatorError && error.status === 404) return undefined;
        throw error;
      });
    if (order === undefined) continue;
    orders.push({ ...order, live: order.state === 'reserved' ? 1 : null });
    steps.push(order);
  }
  const closed = orders.filter(({ state }) => state !== 'reserved' && state !== 'rejected');
  return [
    ...judgeHistory(history, { orders, results: [{ orders: steps }] }),
    ...closed.map(({ orderId, state }) => `${orderId} was promised and is ${state}`),
  ];
}
