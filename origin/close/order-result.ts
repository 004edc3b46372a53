/** The result that tells of an order's step. */
import type { ClosedBy } from '../../contract/order.ts';
import type { OrderResult } from '../results/result.ts';
import type { LockedOrder } from './lock-orders.ts';

export function resultOf(
  order: Omit<LockedOrder, 'saleId' | 'state' | 'epoch' | 'closedBy'>,
  { state, closedBy }: { state: OrderResult['state']; closedBy: ClosedBy | undefined },
): OrderResult {
  const { orderId, buyerId, quantity, reservedAtMs, payBeforeMs } = order;
  return {
    orderId,
    buyerId,
    quantity,
    state,
    reason: undefined,
    closedBy,
    reservedAtMs,
    payBeforeMs,
  };
}
