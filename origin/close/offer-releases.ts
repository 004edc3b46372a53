/**
 * Offers units of orders that were rejected while settling to the waitlist, before the stock store
 * gets what is left: settling itself is too hot to serve a line. A release is either here or with
 * the stock store, never with both, and the sale's row is locked while it changes sides.
 */
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { lockKnownSale } from './change-sale.ts';
import { giveToLine } from './free-units.ts';
import { transactClosing } from './transact-closing.ts';

const {
  'select-sales-with-offers': selectSales,
  'select-offers': selectOffers,
  'take-offered': takeOffered,
  'mark-offered': markOffered,
} = statementsBeside(import.meta.url, [
  'select-sales-with-offers',
  'select-offers',
  'take-offered',
  'mark-offered',
]);

/** Releases that one transaction offers: some milliseconds of the sale's lock. */
const BATCH = 200;

interface Offer {
  orderId: string;
  epoch: number;
  units: number;
}

/** How many releases went on to the stock store. */
export async function offerReleases(book: OrderBook, mayGoOn: () => boolean): Promise<number> {
  const sales = await book.read<{ saleId: string }>(selectSales);
  let offered = 0;
  for (const { saleId } of sales) {
    for (let full = true; full && mayGoOn(); ) {
      const count = await transactClosing(book, (transaction) => offer(transaction, saleId));
      offered += count;
      full = count === BATCH;
    }
  }
  return offered;
}

/**
 * Units of another epoch are in that stock already, which was made from a book where they were
 * free. No more is given than the book has free, whatever the stock store handed out (I1).
 */
function* offer(transaction: Transaction, saleId: string): Waiting<number> {
  const sale = yield* lockKnownSale(transaction, saleId);
  const offers = yield* answer(transaction.rows<Offer>(selectOffers, saleId, BATCH));
  const given = offers
    .filter(({ epoch }) => epoch === sale.epoch)
    .reduce((sum, { units }) => sum + units, 0);
  let toTake = yield* giveToLine(transaction, sale, Math.min(given, sale.free));
  for (const { orderId, epoch, units } of offers) {
    const part = epoch === sale.epoch ? Math.min(units, toTake) : 0;
    toTake -= part;
    if (part > 0) yield* answer(transaction.run(takeOffered, part, orderId));
  }
  const orderIds = offers.map(({ orderId }) => orderId);
  yield* answer(transaction.run(markOffered, orderIds));
  return offers.length;
}
