/**
 * What settling decides without asking a database: which reservations of a batch are one, which
 * order ids the unique keys kept out, who gets the last units, what is given back, and what is
 * counted where. Pure functions.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { ClosedBy, Rejection } from '../../contract/order.ts';
import type { NewOrder, RejectedOrder } from './order-row.ts';

/**
 * Each order id once, sorted by it, so that all batches lock in one order: the first of a batch,
 * but the newest epoch's. A later epoch hands an order out only when the earlier one's record comes
 * too late to count.
 */
export function sortedOnce(reservations: readonly Reservation[]): Reservation[] {
  const first = new Map<string, Reservation>();
  for (const reservation of reservations) {
    const { orderId, epoch } = reservation;
    if (epoch > (first.get(orderId)?.epoch ?? 0)) first.set(orderId, reservation);
  }
  return [...first.values()].sort((left, right) => (left.orderId < right.orderId ? -1 : 1));
}

export interface Refusing {
  /** Who cancelled an order before it settled, by order id. */
  cancelled: ReadonlyMap<string, ClosedBy>;
  rejectAs: 'poison' | undefined;
}

/**
 * Orders that are rejected whatever the book has. One of an epoch that settles no more comes first:
 * its unit is in the stock that was made anew, and so it must not go back as well.
 */
export function refuse(
  orders: readonly NewOrder[],
  { sales }: { sales: ReadonlyMap<string, { settlesFrom: number }> },
  { cancelled, rejectAs }: Refusing,
): RejectedOrder[] {
  return orders.flatMap((order): RejectedOrder[] => {
    const settlesFrom = sales.get(order.saleId)?.settlesFrom ?? 1;
    if (order.epoch < settlesFrom) return [{ ...order, reason: 'recovered', closedBy: null }];
    if (rejectAs !== undefined) return [{ ...order, reason: rejectAs, closedBy: null }];
    const closedBy = cancelled.get(order.orderId);
    return closedBy === undefined ? [] : [{ ...order, reason: 'cancelled', closedBy }];
  });
}

/** Orders that were inserted but cannot be read back: their buyer has another live order. */
export function collided<Order extends Reservation>(
  orders: readonly Order[],
  found: ReadonlyMap<string, unknown>,
): Order[] {
  return orders.filter((order) => !found.has(order.orderId));
}

export interface Fit {
  units: number;
  rejected: Reservation[];
}

/**
 * Whole orders only, in the order in which they were reserved; a small one may fit after a large.
 */
export function fitInto(free: number, orders: readonly Reservation[]): Fit {
  const rejected: Reservation[] = [];
  let units = 0;
  for (const order of [...orders].sort(byReservation)) {
    if (units + order.quantity <= free) units += order.quantity;
    else rejected.push(order);
  }
  return { units, rejected };
}

function byReservation(left: Reservation, right: Reservation): number {
  return (
    left.epoch - right.epoch ||
    left.seq - right.seq ||
    left.bucket - right.bucket ||
    (left.orderId < right.orderId ? -1 : 1)
  );
}

/**
 * What a rejected order gives back to the stock store; with 0 units only its buyer is free again. A
 * cancelled or a poisonous order gives back all: its units were handed out, and never sold. So does
 * one whose buyer also was the waitlist's head: the book made that order, of which the stock store
 * had not learnt yet. Any other duplicate gives back none: a store that handed out two to one buyer
 * has forgotten something, and the book cannot tell whether it still counts the unit. Nor does one
 * that is sold out: the book never had its units.
 */
export function unitsToGiveBack(
  quantity: number,
  reason: Rejection | null,
  { besideHead }: { besideHead: boolean },
): number {
  const wasTaken = reason === 'cancelled' || reason === 'poison';
  return wasTaken || besideHead ? quantity : 0;
}

export function unitsOf(orders: readonly Reservation[]): number {
  return orders.reduce((sum, order) => sum + order.quantity, 0);
}

/** What settles of one bucket in one epoch. */
export interface SettledCount {
  epoch: number;
  bucket: number;
  orders: number;
  units: number;
}

/** One sale's orders counted, sorted, so that all transactions lock the counts in one order. */
export function countByBucket(orders: readonly Reservation[]): SettledCount[] {
  const counts = new Map<string, SettledCount>();
  for (const { epoch, bucket, quantity } of orders) {
    const key = `${epoch}/${bucket}`;
    const count = counts.get(key) ?? { epoch, bucket, orders: 0, units: 0 };
    count.orders += 1;
    count.units += quantity;
    counts.set(key, count);
  }
  return [...counts.values()].sort(
    (left, right) => left.epoch - right.epoch || left.bucket - right.bucket,
  );
}
