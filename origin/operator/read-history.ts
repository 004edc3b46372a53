/**
 * Reads all that the book has of one order. Several statements without a transaction: what happens
 * meanwhile may be in one of them and not in another, and the next look shows it.
 */
import { decodeResults } from '../results/result.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { listChanges } from './changes-book.ts';
import type { HistoryRows, LetterSeen, NoticeSeen, PaymentSeen } from './order-history.ts';

const statements = statementsBeside(import.meta.url, [
  'select-history-order',
  'select-history-payments',
  'select-history-results',
  'select-history-release',
  'select-history-place',
  'select-history-notices',
  'select-history-letters',
]);

/** Of each kind: more than one order ever has. */
const MOST_ROWS = 100;

/** Undefined when the book has no such order. */
export async function readHistory(
  book: OrderBook,
  orderId: string,
): Promise<HistoryRows | undefined> {
  const [order] = await book.read<HistoryRows['order']>(
    statements['select-history-order'],
    orderId,
  );
  if (order === undefined) return undefined;
  const { saleId, buyerId } = order;
  const [payments, releases, places, notices, letters, changes, paidAtMs] = await Promise.all([
    book.read<PaymentSeen>(statements['select-history-payments'], orderId),
    book.read<NonNullable<HistoryRows['release']>>(statements['select-history-release'], orderId),
    book.read<NonNullable<HistoryRows['place']>>(
      statements['select-history-place'],
      saleId,
      buyerId,
      orderId,
    ),
    book.read<NoticeSeen>(statements['select-history-notices'], orderId, MOST_ROWS),
    book.read<LetterSeen>(statements['select-history-letters'], orderId, MOST_ROWS),
    listChanges(book, { target: orderId, limit: MOST_ROWS }),
    readPaidAt(book, order),
  ]);
  const [release] = releases;
  const [place] = places;
  return { order, payments, paidAtMs, release, place, notices, letters, changes };
}

/** A refund writes over the moment of the payment in the order's row; its result has it still. */
async function readPaidAt(
  book: OrderBook,
  order: HistoryRows['order'],
): Promise<number | undefined> {
  const { orderId, saleId, state, settledAtMs, resolvedAtMs } = order;
  if (state !== 'refunded' || resolvedAtMs === null) return undefined;
  const rows = await book.read<{ atMs: number; orders: string }>(
    statements['select-history-results'],
    saleId,
    settledAtMs,
    resolvedAtMs,
    orderId,
    MOST_ROWS,
  );
  const paid = rows.find(({ orders }) =>
    decodeResults(orders).some((result) => result.orderId === orderId && result.state === 'paid'),
  );
  return paid?.atMs;
}
