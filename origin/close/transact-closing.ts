/** A transaction that closes orders, with the places where a test may end the process. */
import { failpoint } from '../failpoints.ts';
import type { OrderBook } from '../settle/book.ts';
import type { Transaction } from '../settle/transaction.ts';
import type { Waiting } from '../settle/waiting.ts';

export async function transactClosing<Value>(
  book: OrderBook,
  work: (transaction: Transaction) => Waiting<Value>,
): Promise<Value> {
  const value = await book.transact(function* (transaction) {
    const done = yield* work(transaction);
    failpoint('close.before-commit');
    return done;
  });
  failpoint('close.after-commit');
  return value;
}
