/**
 * Closes orders: each gets its resolution, and its units go to the heads of the waitlist, what then
 * is left back to the stock store, all in one transaction: no unit is lost or sold twice wherever
 * the process dies. A release carries the epoch that the sale has now, whatever the order's was:
 * the stock of that epoch was made while the order still held its units.
 */
import type { ClosedBy } from '../../contract/order.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { changeSale, lockKnownSale } from './change-sale.ts';
import type { LockedOrder } from './lock-orders.ts';
import { resultOf } from './order-result.ts';
import { serveWaitlist } from './serve-waitlist.ts';
import { nextState, type OrderEvent } from './transition.ts';

const { 'close-orders': closeRows, 'insert-releases': insertReleases } = statementsBeside(
  import.meta.url,
  ['close-orders', 'insert-releases'],
);

export interface Closing {
  order: LockedOrder;
  to: 'expired' | 'cancelled' | 'refunded';
  closedBy: ClosedBy;
  /** False takes the units out of the sale: nobody gets them. For a refund only. */
  restock: boolean;
}

const EVENTS: Record<Closing['to'], OrderEvent> = {
  expired: 'expire',
  cancelled: 'cancel',
  refunded: 'refund',
};

/**
 * The orders are of one sale, each there once, and were locked and judged by the caller in this
 * transaction. Throws when one of them cannot take its step.
 */
export function* closeOrders(
  transaction: Transaction,
  saleId: string,
  closings: readonly Closing[],
): Waiting<void> {
  if (closings.length === 0) return;
  for (const closing of closings) check(saleId, closing);
  yield* writeResolutions(transaction, closings);

  const sale = yield* lockKnownSale(transaction, saleId);
  const freed = unitsOf(closings.filter(({ restock }) => restock));
  const served = yield* serveWaitlist(transaction, sale, freed);
  yield* writeReleases(transaction, sale.epoch, spread(closings, freed - served.units));

  const fromReserved = unitsOf(closings.filter(({ order }) => order.state === 'reserved'));
  const fromPaid = unitsOf(closings.filter(({ order }) => order.state === 'paid'));
  const closed = closings.map(({ order, to, closedBy }) =>
    resultOf(order, { state: to, closedBy }),
  );
  yield* changeSale(transaction, saleId, {
    change: {
      units: freed - fromReserved - fromPaid,
      free: freed - served.units,
      reserved: served.units - fromReserved,
      paid: -fromPaid,
      waiting: -served.takenOff,
    },
    results: [...closed, ...served.results],
  });
}

export interface Release {
  orderId: string;
  saleId: string;
  /** Empty when there is no buyer to free. */
  buyerId: string;
  units: number;
}

export function* writeReleases(
  transaction: Transaction,
  epoch: number,
  releases: readonly Release[],
): Waiting<void> {
  const rows = releases.map(({ orderId, saleId, buyerId, units }) => [
    orderId,
    saleId,
    buyerId,
    epoch,
    units,
  ]);
  yield* answer(transaction.insert(insertReleases, rows));
}

/** A caller that did not look under the lock must not be able to resolve an order twice. */
function check(saleId: string, { order, to, restock }: Closing): void {
  const { orderId, state } = order;
  if (order.saleId !== saleId) throw new Error(`${orderId} is not of sale ${saleId}`);
  if (nextState(state, EVENTS[to]) !== to) throw new Error(`${orderId} is ${state}: not ${to}`);
  if (!restock && to !== 'refunded') throw new Error(`${orderId}: its units were never sold`);
}

/** One statement for all that take the same step; mostly there is one. */
function* writeResolutions(transaction: Transaction, closings: readonly Closing[]): Waiting<void> {
  const steps = Map.groupBy(
    closings,
    ({ order, to, closedBy }) => `${order.state} ${to} ${closedBy}`,
  );
  for (const members of steps.values()) {
    const [first] = members;
    if (first === undefined) continue;
    const { order, to, closedBy } = first;
    const orderIds = members.map((closing) => closing.order.orderId).sort();
    const closed = yield* answer(
      transaction.run(closeRows, to, closedBy, transaction.nowMs, orderIds, order.state),
    );
    if (closed !== orderIds.length) throw new Error(`orders changed although they were locked`);
  }
}

/**
 * What the stock store is told: each order frees its buyer, and `units` in all go back, taken from
 * the orders in turn.
 */
function spread(closings: readonly Closing[], units: number): Release[] {
  let left = units;
  return closings.map(({ order, restock }) => {
    const { orderId, saleId, buyerId, quantity } = order;
    const given = restock ? Math.min(quantity, left) : 0;
    left -= given;
    return { orderId, saleId, buyerId, units: given };
  });
}

function unitsOf(closings: readonly Closing[]): number {
  return closings.reduce((sum, { order }) => sum + order.quantity, 0);
}
