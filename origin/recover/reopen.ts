/** Opens a recovered sale again, unless another epoch has begun meanwhile. */
import { lockSale } from '../close/change-sale.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';

const { 'mark-reopened': markReopened, 'finish-recovery': finishRecovery } = statementsBeside(
  import.meta.url,
  ['mark-reopened', 'finish-recovery'],
);

export interface Reopening {
  saleId: string;
  epoch: number;
  /** What was loaded; undefined when somebody else loaded it. */
  units: number | undefined;
  holdings: number | undefined;
}

/** Whether it was this one that opened it. */
export function reopen(
  book: OrderBook,
  { saleId, epoch, units, holdings }: Reopening,
): Promise<boolean> {
  return book.transact(function* (transaction) {
    const sale = yield* lockSale(transaction, saleId);
    if (sale === undefined || sale.epoch !== epoch || sale.loaded === 1) return false;
    const counts = [units ?? null, holdings ?? null];
    const { nowMs } = transaction;
    yield* answer(transaction.run(finishRecovery, nowMs, ...counts, saleId, epoch));
    yield* answer(transaction.run(markReopened, saleId, epoch));
    return true;
  });
}
