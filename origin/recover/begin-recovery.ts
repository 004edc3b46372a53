/**
 * Begins a recovery: the sale's next epoch, in which nothing is sold until it is opened. An API
 * process that has not seen it yet hands out orders of the old epoch for a moment; they settle
 * before the snapshot, or are rejected as recovered. What an epoch is sold by never changes: that
 * the store is away begins one that is sold by the log, and all other causes one of the store's.
 */
import { type LockedSale, lockSale } from '../close/change-sale.ts';
import { failpoint } from '../failpoints.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import type { RecoveryCause } from './judge-stock.ts';

const {
  'select-open-recovery': selectRecovery,
  'begin-epoch': beginEpoch,
  'close-recoveries': closeRecoveries,
  'insert-recovery': insertRecovery,
} = statementsBeside(import.meta.url, [
  'select-open-recovery',
  'begin-epoch',
  'close-recoveries',
  'insert-recovery',
]);

export interface RecoveryWish {
  saleId: string;
  /** The epoch that the judgement was about: a sale that went on since then is left alone. */
  epoch: number;
  cause: RecoveryCause;
  /** The epoch that the store holds, when that is later than the book's. */
  storeEpoch?: number;
}

/** The epoch that began; undefined when the sale is of another by now, or has no stock yet. */
export async function beginRecovery(
  book: OrderBook,
  { saleId, epoch, cause, storeEpoch = 0 }: RecoveryWish,
): Promise<number | undefined> {
  const began = await book.transact(function* (transaction) {
    const sale = yield* lockSale(transaction, saleId);
    if (sale === undefined || sale.epoch !== epoch) return undefined;
    const open = yield* answer(transaction.rows(selectRecovery, saleId, epoch));
    const isRecovering = open.length > 0;
    if (!mayBegin(sale, { cause, isRecovering, storeEpoch })) return undefined;
    const next = Math.max(epoch, storeEpoch) + 1;
    const { nowMs } = transaction;
    yield* answer(transaction.run(beginEpoch, next, soldByAfter(cause), saleId));
    yield* answer(transaction.run(closeRecoveries, nowMs, saleId));
    yield* answer(transaction.insert(insertRecovery, [[saleId, next, cause, nowMs]]));
    return next;
  });
  failpoint('recover.after-begin');
  return began;
}

function mayBegin(
  { epoch, loaded, soldBy }: LockedSale,
  because: { cause: RecoveryCause; isRecovering: boolean; storeEpoch: number },
): boolean {
  const { cause, isRecovering, storeEpoch } = because;
  const isSwitch = cause === 'outage' || cause === 'outage-over';
  // Two that saw the store go, or come, are one change.
  if (isSwitch) return soldBy !== soldByAfter(cause) && (isRecovering || loaded === 1);
  // There is no store to judge, and none to make anew.
  if (soldBy === 'log') return false;
  // A recovery goes on in a later epoch only when the store is of one that is later still.
  return isRecovering ? storeEpoch > epoch : loaded === 1;
}

function soldByAfter(cause: RecoveryCause): Sale['soldBy'] {
  return cause === 'outage' ? 'log' : 'store';
}
