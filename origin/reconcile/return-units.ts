/**
 * Gives units back that the book has free and that the stock store forgot: only while the store has
 * none left, so that it can hand out nothing meanwhile, and only when the book is still as it was
 * when that was judged. The waitlist comes first; the rest goes the way of every release.
 */
import { lockSale } from '../close/change-sale.ts';
import { freeUnits } from '../close/free-units.ts';
import { transactClosing } from '../close/transact-closing.ts';
import type { OrderBook } from '../settle/book.ts';
import { readTerms } from '../settle/read-terms.ts';
import type { Waiting } from '../settle/waiting.ts';

export interface Forgotten {
  saleId: string;
  epoch: number;
  /** Reservations of the epoch, all of them settled. */
  seq: number;
  /** What the book has free while the store has nothing. */
  units: number;
}

/** How many units were given back: all or none. */
export function returnUnits(
  book: OrderBook,
  { saleId, epoch, seq, units }: Forgotten,
): Promise<number> {
  return transactClosing(book, function* (transaction): Waiting<number> {
    const sale = yield* lockSale(transaction, saleId);
    const now = yield* readTerms(transaction, saleId);
    if (sale === undefined || now === undefined) return 0;
    const isStill =
      now.epoch === epoch &&
      now.free === units &&
      now.settledOrders === seq &&
      now.pendingReleases === 0;
    if (!isStill) return 0;

    yield* freeUnits(transaction, sale, {
      units,
      key: `return:${epoch}:${seq}:${transaction.nowMs}`,
    });
    return units;
  });
}
