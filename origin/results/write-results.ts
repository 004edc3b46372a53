/** Writes one transaction's results of one sale, with the number that its sale's row was given. */
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { encodeResults, type OrderResult } from './result.ts';

const { 'insert-result': insertResult } = statementsBeside(import.meta.url, ['insert-result']);

/**
 * The caller raised `result_seq` of the sale in this transaction, which holds the row's lock until
 * it commits: so the numbers become visible in their order.
 */
export function* writeResults(
  transaction: Transaction,
  saleId: string,
  orders: readonly OrderResult[],
): Waiting<void> {
  yield* answer(transaction.run(insertResult, transaction.nowMs, encodeResults(orders), saleId));
}
