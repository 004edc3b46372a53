/**
 * The steps of an order's life after it was reserved, as docs/states.md draws them. Pure: whoever
 * holds the lock of the order's row asks here, so that each resolution is written once.
 */
import type { BookOrder } from '../settle/book.ts';

export type OrderEvent = 'pay' | 'expire' | 'cancel' | 'refund';

const STEPS: Record<BookOrder['state'], Partial<Record<OrderEvent, BookOrder['state']>>> = {
  reserved: { pay: 'paid', expire: 'expired', cancel: 'cancelled' },
  paid: { refund: 'refunded' },
  expired: {},
  cancelled: {},
  refunded: {},
  rejected: {},
};

/** Undefined when the event no longer, or not yet, has a meaning for the order. */
export function nextState(
  state: BookOrder['state'],
  event: OrderEvent,
): BookOrder['state'] | undefined {
  return STEPS[state][event];
}
