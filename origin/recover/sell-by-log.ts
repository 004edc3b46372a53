/**
 * Opens an epoch that is sold by the log: from here on the book's guard is the only thing that
 * hands out units. One transaction under the lock of the sale's row, harmless when repeated.
 */
import { lockSale } from '../close/change-sale.ts';
import { failpoint } from '../failpoints.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { openEpoch } from './reopen.ts';
import { settleFromNow } from './settle-from-now.ts';

const { 'select-open-recovery': selectRecovery } = statementsBeside(import.meta.url, [
  'select-open-recovery',
]);

/** How many units are free; undefined when the sale is of another epoch, or open already. */
export async function sellByLog(
  book: OrderBook,
  { saleId, epoch }: { saleId: string; epoch: number },
): Promise<number | undefined> {
  const free = await book.transact(function* (transaction): Waiting<number | undefined> {
    const sale = yield* lockSale(transaction, saleId);
    const open = yield* answer(transaction.rows(selectRecovery, saleId, epoch));
    if (sale === undefined || sale.epoch !== epoch || open.length === 0) return undefined;
    const units = yield* settleFromNow(transaction, sale);
    yield* openEpoch(transaction, { saleId, epoch, units, holdings: undefined });
    return units;
  });
  failpoint('outage.after-open');
  return free;
}
