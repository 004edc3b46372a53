/**
 * Reads results by the number after which to go on. Whoever reads keeps that number with what it
 * made of them; numbers have no gaps and become visible in their order, so nothing is missed.
 */
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { decodeResults, type ResultRow } from './result.ts';

const { 'select-results': selectResults, 'select-result-heads': selectHeads } = statementsBeside(
  import.meta.url,
  ['select-results', 'select-result-heads'],
);

/** Up to `limit` rows of a sale with a `seq` above `after`, in order. */
export async function readResults(
  book: OrderBook,
  { saleId, after, limit }: { saleId: string; after: number; limit: number },
): Promise<ResultRow[]> {
  const rows = await book.read<{ seq: number; atMs: number; orders: string }>(
    selectResults,
    saleId,
    after,
    limit,
  );
  return rows.map(({ seq, atMs, orders }) => ({
    saleId,
    seq,
    atMs,
    orders: decodeResults(orders),
  }));
}

/** The newest `seq` of every sale that has a result: one cheap question before many. */
export async function readResultHeads(book: OrderBook): Promise<Map<string, number>> {
  const rows = await book.read<{ saleId: string; seq: number }>(selectHeads);
  return new Map(rows.map(({ saleId, seq }) => [saleId, seq]));
}
