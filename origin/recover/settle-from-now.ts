/**
 * The moment at which a new epoch takes over in the book: from here on reservations of earlier
 * epochs settle no more, and their units are free. The waitlist comes first. The sale's row is
 * locked.
 */
import type { LockedSale } from '../close/change-sale.ts';
import { giveToLine } from '../close/free-units.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'settle-from-epoch': settleFromEpoch } = statementsBeside(import.meta.url, [
  'settle-from-epoch',
]);

/** How many units are left that nobody holds. */
export function* settleFromNow(transaction: Transaction, sale: LockedSale): Waiting<number> {
  yield* answer(transaction.run(settleFromEpoch, sale.saleId));
  return sale.free - (yield* giveToLine(transaction, sale, sale.free));
}
