/**
 * An order's row: as settling first writes it, as every database gives it (the statements name the
 * columns so), and the order that it stands for.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { ClosedBy, Rejection } from '../../contract/order.ts';
import type { BookOrder } from './book.ts';

/** An order as settling first writes it. */
export interface NewOrder extends Reservation {
  settledAtMs: number;
  payBeforeMs: number;
  settleId: number;
}

/** An order that settling writes as rejected from the start. */
export interface RejectedOrder extends NewOrder {
  reason: Exclude<Rejection, 'sold-out'>;
  /** Who cancelled it. */
  closedBy: ClosedBy | null;
}

export interface OrderRow extends Omit<BookOrder, 'reason' | 'closedBy'> {
  reason: Exclude<BookOrder['reason'], undefined> | null;
  closedBy: ClosedBy | null;
  /** The transaction that wrote the row: 52 random bits. */
  settleId: number;
}

/** The row of an order that the database says it wrote as reserved. */
export function reservedRow(order: NewOrder): OrderRow {
  return rowOf(order, 'reserved', null, null);
}

export function rejectedRow(order: RejectedOrder): OrderRow {
  return rowOf(order, 'rejected', order.reason, order.closedBy);
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
    closedBy: row.closedBy ?? undefined,
  };
}

/** A new order's columns, in the order in which the insert statements name them. */
export function orderValues(order: NewOrder): (string | number)[] {
  return [
    order.orderId,
    order.saleId,
    order.buyerId,
    order.quantity,
    order.epoch,
    order.bucket,
    order.seq,
    order.reservedAtMs,
    order.settledAtMs,
    order.payBeforeMs,
    order.settleId,
  ];
}

/** A rejected order's columns: those of a new one, then `live`, state, reason, closed by. */
export function rejectedValues(order: RejectedOrder): (string | number | null)[] {
  return [...orderValues(order), null, 'rejected', order.reason, order.closedBy];
}

function rowOf(
  order: NewOrder,
  state: OrderRow['state'],
  reason: OrderRow['reason'],
  closedBy: OrderRow['closedBy'],
): OrderRow {
  return {
    orderId: order.orderId,
    saleId: order.saleId,
    buyerId: order.buyerId,
    quantity: order.quantity,
    state,
    reason,
    reservedAtMs: order.reservedAtMs,
    settledAtMs: order.settledAtMs,
    payBeforeMs: order.payBeforeMs,
    settleId: order.settleId,
    closedBy,
  };
}
