/**
 * Gives units back that the book has free and that the stock store forgot: only while the store has
 * none left, so that it can hand out nothing meanwhile, and only when the book is still as it was
 * when that was judged. The waitlist comes first; the rest goes the way of every release.
 */
import { createOrderIdMaker } from '../../contract/ids.ts';
import { changeSale, lockSale } from '../close/change-sale.ts';
import { writeReleases } from '../close/close-orders.ts';
import { serveWaitlist } from '../close/serve-waitlist.ts';
import { transactClosing } from '../close/transact-closing.ts';
import { nodeHashing } from '../hashing.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'select-watermark': selectWatermark } = statementsBeside(import.meta.url, [
  'select-watermark',
]);

/** No buyer has this id, so that no order has the release's. */
const NO_BUYER = '';

export interface Forgotten {
  saleId: string;
  epoch: number;
  /** Reservations of the epoch, all of them settled. */
  seq: number;
  /** What the book has free while the store has nothing. */
  units: number;
}

interface Watermark {
  epoch: number;
  free: number;
  settledOrders: number;
  pendingReleases: number;
}

/** How many units were given back: all or none. */
export function returnUnits(
  book: OrderBook,
  { saleId, epoch, seq, units }: Forgotten,
): Promise<number> {
  return transactClosing(book, function* (transaction): Waiting<number> {
    const sale = yield* lockSale(transaction, saleId);
    const [now] = yield* answer(transaction.rows<Watermark>(selectWatermark, saleId));
    if (sale === undefined || now === undefined) return 0;
    const isStill =
      now.epoch === epoch &&
      now.free === units &&
      now.settledOrders === seq &&
      now.pendingReleases === 0;
    if (!isStill) return 0;

    const served = yield* serveWaitlist(transaction, sale, units);
    const left = units - served.units;
    if (left > 0) {
      const makeId = createOrderIdMaker(nodeHashing, saleId);
      const orderId = makeId(NO_BUYER, `return:${epoch}:${seq}:${transaction.nowMs}`);
      yield* writeReleases(transaction, epoch, [
        { orderId, saleId, buyerId: NO_BUYER, units: left },
      ]);
    }
    yield* changeSale(transaction, saleId, {
      change: { free: -served.units, reserved: served.units, waiting: -served.takenOff },
      results: served.results,
    });
    return units;
  });
}
