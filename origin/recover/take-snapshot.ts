/**
 * What a sale's stock must be, read from the book in one transaction under the lock of the sale's
 * row. From that moment reservations of earlier epochs settle no more: their units are in the
 * snapshot. Free units go to the waitlist first. Releases of this epoch that wait are taken in. The
 * store learns the ids of all orders that are over: a sweep that read a release before must not
 * give its units a second time, and a click that is repeated must not begin its order again.
 */
import { changeSale, lockSale } from '../close/change-sale.ts';
import { serveWaitlist } from '../close/serve-waitlist.ts';
import { failpoint } from '../failpoints.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const {
  'select-open-recovery': selectRecovery,
  'settle-from-epoch': settleFromEpoch,
  'select-live-orders': selectLiveOrders,
  'select-resolved-orders': selectResolved,
  'select-releases-since': selectReleases,
  'take-in-releases': takeInReleases,
} = statementsBeside(import.meta.url, [
  'select-open-recovery',
  'settle-from-epoch',
  'select-live-orders',
  'select-resolved-orders',
  'select-releases-since',
  'take-in-releases',
]);

/** Live orders read by one statement. */
const PAGE = 5_000;

export interface HeldOrder {
  buyerId: string;
  orderId: string;
  quantity: number;
}

export interface StockSnapshot {
  /** Units that nobody holds. */
  units: number;
  holdings: HeldOrder[];
  /** Ids of orders that are over, and of releases whose effect is in here. */
  releasedIds: string[];
}

/** Undefined when the sale is not being recovered into this epoch any more. */
export async function takeSnapshot(
  book: OrderBook,
  { saleId, epoch }: { saleId: string; epoch: number },
): Promise<StockSnapshot | undefined> {
  const snapshot = await book.transact(function* (transaction): Waiting<StockSnapshot | undefined> {
    const sale = yield* lockSale(transaction, saleId);
    const [recovery] = yield* answer(
      transaction.rows<{ beganAtMs: number }>(selectRecovery, saleId, epoch),
    );
    if (sale === undefined || recovery === undefined || sale.epoch !== epoch) return undefined;

    yield* answer(transaction.run(settleFromEpoch, saleId));
    const served = yield* serveWaitlist(transaction, sale, sale.free);
    if (served.takenOff > 0) {
      const { units, takenOff, results } = served;
      const change = { free: -units, reserved: units, waiting: -takenOff };
      yield* changeSale(transaction, saleId, { change, results });
    }
    const releases = yield* answer(
      transaction.rows<{ orderId: string }>(selectReleases, saleId, epoch, recovery.beganAtMs),
    );
    const taken = releases.map(({ orderId }) => orderId);
    if (taken.length > 0) {
      yield* answer(transaction.run(takeInReleases, transaction.nowMs, taken));
    }
    const resolved = yield* answer(transaction.rows<{ orderId: string }>(selectResolved, saleId));
    const releasedIds = [...new Set([...taken, ...resolved.map(({ orderId }) => orderId)])];
    const holdings = yield* readLiveOrders(transaction, saleId);
    return { units: sale.free - served.units, holdings, releasedIds };
  });
  failpoint('recover.after-snapshot');
  return snapshot;
}

function* readLiveOrders(transaction: Transaction, saleId: string): Waiting<HeldOrder[]> {
  const orders: HeldOrder[] = [];
  for (let after = '', full = true; full; ) {
    const page = yield* answer(transaction.rows<HeldOrder>(selectLiveOrders, saleId, after, PAGE));
    orders.push(...page);
    after = page.at(-1)?.buyerId ?? after;
    full = page.length === PAGE;
  }
  return orders;
}
