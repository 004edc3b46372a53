/** Opens a recovered sale again, unless another epoch has begun meanwhile. */
import { lockSale } from '../close/change-sale.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'mark-reopened': markReopened, 'finish-recovery': finishRecovery } = statementsBeside(
  import.meta.url,
  ['mark-reopened', 'finish-recovery'],
);

export interface Reopening {
  saleId: string;
  epoch: number;
  /** What was loaded; undefined when somebody else loaded it, or nothing was. */
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
    yield* openEpoch(transaction, { saleId, epoch, units, holdings });
    return true;
  });
}

/** The sale's row is locked, and of this epoch. */
export function* openEpoch(transaction: Transaction, opened: Reopening): Waiting<void> {
  const { saleId, epoch, units, holdings } = opened;
  const counts = [units ?? null, holdings ?? null];
  yield* answer(transaction.run(finishRecovery, transaction.nowMs, ...counts, saleId, epoch));
  yield* answer(transaction.run(markReopened, saleId, epoch));
}
