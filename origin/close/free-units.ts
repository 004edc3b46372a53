/**
 * Units that the book has free and no order gave back: the heads of the waitlist come first, and
 * the stock store gets the rest as a release that frees no buyer. The sale's row is locked.
 */
import { createOrderIdMaker } from '../../contract/ids.ts';
import { nodeHashing } from '../hashing.ts';
import type { Transaction } from '../settle/transaction.ts';
import type { Waiting } from '../settle/waiting.ts';
import { changeSale, type LockedSale } from './change-sale.ts';
import { writeReleases } from './close-orders.ts';
import { serveWaitlist } from './serve-waitlist.ts';

/** No buyer has this id, so that no order has the release's. */
const NO_BUYER = '';

/** `key` names the release: one for each reason that units came free. */
export function* freeUnits(
  transaction: Transaction,
  sale: LockedSale,
  { units, key }: { units: number; key: string },
): Waiting<void> {
  const { saleId, epoch } = sale;
  const left = units - (yield* giveToLine(transaction, sale, units));
  if (left === 0) return;
  const orderId = createOrderIdMaker(nodeHashing, saleId)(NO_BUYER, key);
  yield* writeReleases(transaction, epoch, [{ orderId, saleId, buyerId: NO_BUYER, units: left }]);
}

/** How many of the units the heads took; the counters say so already. */
export function* giveToLine(
  transaction: Transaction,
  sale: LockedSale,
  units: number,
): Waiting<number> {
  const served = yield* serveWaitlist(transaction, sale, units);
  if (served.takenOff > 0) {
    yield* changeSale(transaction, sale.saleId, {
      change: { free: -served.units, reserved: served.units, waiting: -served.takenOff },
      results: served.results,
    });
  }
  return served.units;
}
