/**
 * Holds what clients were told against the book (I3): every order ever called `queued` or
 * `reserved` is there, belongs to whom it was promised, and was not rejected.
 */
import { OperatorError } from '../../cli/operator-client.ts';
import { operatorOrderSchema } from '../../contract/operator.ts';
import type { Told } from './crowd.ts';
import type { Shop } from './shop.ts';

const PROMISES = new Set(['queued', 'reserved']);

/** What does not hold, in words. */
export async function heldAgainstBook(shop: Shop, history: readonly Told[]): Promise<string[]> {
  const promised = new Map<string, string>();
  for (const { orderId, buyerId, state } of history) {
    if (orderId !== undefined && PROMISES.has(state ?? '')) promised.set(orderId, buyerId);
  }
  const broken: string[] = [];
  for (const [orderId, buyerId] of promised) {
    const order = await shop.operator
      .get(`/operator/orders/${orderId}`, operatorOrderSchema)
      .catch((error: unknown) => {
        if (error instanceof OperatorError && error.status === 404) return undefined;
        throw error;
      });
    if (order === undefined) broken.push(`${orderId} was promised to ${buyerId} and is gone`);
    else if (order.buyerId !== buyerId) broken.push(`${orderId} is not ${buyerId}'s`);
    else if (order.state !== 'reserved')
      broken.push(`${orderId} was promised and is ${order.state}`);
  }
  return broken;
}
