/**
 * A page of a sale's orders, by order id: all ids of a sale begin alike, so that a page is one
 * short walk along the primary key. Orders that settle meanwhile may or may not be on a page still
 * to come; none is shown twice.
 */
import type { OrdersQuery } from '../../contract/operator-orders.ts';
import type { BookOrder, OrderBook } from '../settle/book.ts';
import { type OrderRow, toBookOrder } from '../settle/order-row.ts';
import { statementsBeside } from '../settle/transaction.ts';

const { 'select-order-page': selectPage } = statementsBeside(import.meta.url, [
  'select-order-page',
]);

/** Sorts behind every character of an order id. */
const BEHIND_ALL = '~';

/** `tag` is what all order ids of the sale begin with. */
export async function listOrders(
  book: OrderBook,
  { saleId, tag }: { saleId: string; tag: string },
  { state, after, limit }: OrdersQuery,
): Promise<BookOrder[]> {
  const wanted = state ?? null;
  const range = [after ?? tag, `${tag}${BEHIND_ALL}`];
  const rows = await book.read<OrderRow>(selectPage, saleId, ...range, wanted, wanted, limit);
  return rows.map(toBookOrder);
}
