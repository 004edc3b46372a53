/**
 * Forgets results that are a week old and that no reader of the book still needs. Readers that keep
 * their number elsewhere are behind by seconds; one that was away for a week begins anew.
 */
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const {
  'select-oldest-results': selectOldest,
  'select-slowest-reader': selectSlowest,
  'delete-results': deleteResults,
} = statementsBeside(import.meta.url, [
  'select-oldest-results',
  'select-slowest-reader',
  'delete-results',
]);

/** Longer than the notices to the shop are retried, with room for a long weekend. */
export const KEEP_RESULTS_MS = 7 * 24 * 3_600_000;
/** Rows that one transaction deletes: each may be 90 kB. */
export const FORGET_BATCH = 100;

/** How many results of the sale were forgotten; FORGET_BATCH when there may be more. */
export function forgetResults(book: OrderBook, saleId: string): Promise<number> {
  return book.transact(function* (transaction): Waiting<number> {
    const oldest = yield* answer(
      transaction.rows<{ seq: number; atMs: number }>(selectOldest, saleId, FORGET_BATCH),
    );
    const [slowest] = yield* answer(transaction.rows<{ seq: number }>(selectSlowest, saleId));
    const needed = slowest?.seq ?? Number.POSITIVE_INFINITY;
    const beforeMs = transaction.nowMs - KEEP_RESULTS_MS;
    const last = oldest.findLast(({ seq, atMs }) => seq <= needed && atMs < beforeMs);
    return last === undefined ? 0 : yield* answer(transaction.run(deleteResults, saleId, last.seq));
  });
}
