/**
 * Counts a sale's fresh orders and takes their units; those that find none are rejected. Nobody who
 * holds an order waits for another unit: with the sale's row locked, whoever was reserved one here
 * leaves the line. Whoever joins it locks that row before looking for an order, so none slips by.
 */
import type { NewOrder } from './order-row.ts';
import { countByBucket, fitInto, unitsOf } from './settle-decisions.ts';
import type { SettleExchanges, Taken } from './settle-exchanges.ts';
import type { Rows } from './settle-rows.ts';
import { answer, type Waiting } from './waiting.ts';

export interface SaleShare {
  saleId: string;
  nowMs: number;
  /** As it was when the transaction began. */
  settlesFrom: number;
  /** The sale's fresh orders, rejected ones included. */
  members: readonly NewOrder[];
  /** Those that are sold out are changed here. */
  rows: Rows;
  exchanges: SettleExchanges;
}

/** What the transaction decided was decided of a sale that is another now: it runs again. */
export class SaleChangedError extends Error {
  readonly code = 'sale-changed';
}

export function* takeUnits(share: SaleShare): Waiting<void> {
  const { saleId, nowMs, settlesFrom, members, exchanges } = share;
  const counts = countByBucket(members);
  const units = unitsOf(reservedOf(share));
  const taken =
    (yield* answer(exchanges.countAndTake({ saleId, counts, units, settlesFrom }))) ??
    (yield* takeWhatFits(share));
  if (taken.waiting === 0) return;
  const buyerIds = reservedOf(share).map((order) => order.buyerId);
  if (buyerIds.length > 0) yield* answer(exchanges.leaveWaitlist({ saleId, buyerIds, nowMs }));
}

function* takeWhatFits(share: SaleShare): Waiting<Taken> {
  const { saleId, settlesFrom, rows, exchanges } = share;
  const locked = yield* answer(exchanges.lockFree(saleId));
  if (locked.settlesFrom !== settlesFrom) throw new SaleChangedError(`${saleId} was recovered`);
  const fit = fitInto(locked.free, reservedOf(share));
  // A unit may have come back between the guard and the lock; then all fit after all.
  const taken = yield* answer(exchanges.takeAndReject({ saleId, ...fit, settlesFrom }));
  if (taken === undefined) {
    throw new Error(`the guard of sale ${saleId} held although its row is locked`);
  }
  for (const { orderId } of fit.rejected) {
    const row = rows.get(orderId);
    if (row !== undefined) Object.assign(row, { state: 'rejected', reason: 'sold-out' });
  }
  return taken;
}

function reservedOf({ members, rows }: SaleShare): NewOrder[] {
  return members.filter((order) => rows.get(order.orderId)?.state === 'reserved');
}
