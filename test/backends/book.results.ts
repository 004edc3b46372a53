/** Results in a real book as the settling and closing of orders write them, for their readers. */
import type { OrderResult } from '../../origin/results/result.ts';
import { writeResults } from '../../origin/results/write-results.ts';
import type { OrderBook, Sale } from '../../origin/settle/book.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { newSale } from './book.trial.ts';

const RAISE = {
  mysql: 'UPDATE sales SET result_seq = result_seq + 1 WHERE sale_id = ?',
  sqlite: 'UPDATE book_sales SET result_seq = result_seq + 1 WHERE sale_id = ?',
};
const FORGET = {
  mysql: 'DELETE FROM results WHERE sale_id = ? AND seq <= ?',
  sqlite: 'DELETE FROM book_results WHERE sale_id = ? AND seq <= ?',
};

export interface ResultWriter {
  sale: Sale;
  /** One transaction's results. Resolves with the book's time of it. */
  write(orders: readonly OrderResult[]): Promise<number>;
  /** Forgets all rows up to this number, as is done with old ones. */
  forget(seq: number): Promise<void>;
}

/** Makes a sale of its own. */
export async function createResultWriter(
  book: OrderBook,
  details: Partial<Sale> = {},
): Promise<ResultWriter> {
  const saleId = `results-${crypto.randomUUID().slice(0, 18)}`;
  const sale = newSale({ saleId, units: 1_000_000, ...details });
  await book.createSale(sale);
  return {
    sale,
    write: (orders) =>
      book.transact(function* (transaction) {
        yield* answer(transaction.run(RAISE, saleId));
        yield* writeResults(transaction, saleId, orders);
        return transaction.nowMs;
      }),
    forget: (seq) =>
      book.transact(function* (transaction) {
        yield* answer(transaction.run(FORGET, saleId, seq));
      }),
  };
}

/** A buyer's order of 1 unit, reserved at the millisecond 1,000 unless `change` says otherwise. */
export function resultOf(
  buyerId: string,
  state: OrderResult['state'],
  change: Partial<OrderResult> = {},
): OrderResult {
  return {
    orderId: `order-${buyerId}`.padEnd(22, '-').slice(0, 22),
    buyerId,
    quantity: 1,
    state,
    reason: state === 'rejected' ? 'duplicate' : undefined,
    closedBy: undefined,
    reservedAtMs: 1_000,
    payBeforeMs: 9_000,
    ...change,
  };
}
