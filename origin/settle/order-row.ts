/**
 * An order's row as every database gives it (the statements name the columns so), and the order that it
 * stands for.
 */
import type { BookOrder } from './book.ts';

export interface OrderRow extends Omit<BookOrder, 'reason'> {
  reason: Exclude<BookOrder['reason'], undefined> | null;
  /** The transaction that wrote the row: 52 random bits. */
  settleId: number;
}

export function toBookOrder(row: OrderRow): BookOrder {
  return {
    orderId: row.orderId,
    saleId: row.saleId,
    buyerId: row.buyerId,
    quantity: row.quantity,
    state: row.state,
    reason: row.reason ?? undefined,
    reservedAtMs: row.reservedAtMs,
    settledAtMs: row.settledAtMs,
    payBeforeMs: row.payBeforeMs,
  };
}
