/**
 * Finds orders by what a buyer tells the shop: an order id, or their buyer id, of any sale. A text
 * that could be either is looked for as both. Only what the book has is found.
 */
import { orderIdSchema } from '../../contract/ids.ts';
import type { BookOrder, OrderBook, Sale } from '../settle/book.ts';
import { type OrderRow, toBookOrder } from '../settle/order-row.ts';
import { statementsBeside } from '../settle/transaction.ts';

const { 'select-buyer-orders': selectOrders } = statementsBeside(import.meta.url, [
  'select-buyer-orders',
]);

/** A page full; who has more is looked at sale by sale. */
export const MOST_FOUND = 100;
/** The newest; the key is looked up once for each, and from 1,000 on MariaDB makes it a table. */
const MOST_SALES = 500;

export async function findOrders(
  book: OrderBook,
  sales: readonly Sale[],
  text: string,
): Promise<BookOrder[]> {
  const byId = orderIdSchema.safeParse(text).success ? await book.order(text) : undefined;
  const ofBuyer = await ordersOf(book, sales, text);
  if (byId === undefined) return ofBuyer;
  return [byId, ...ofBuyer.filter(({ orderId }) => orderId !== byId.orderId)];
}

async function ordersOf(
  book: OrderBook,
  sales: readonly Sale[],
  buyerId: string,
): Promise<BookOrder[]> {
  const newest = sales.toSorted((left, right) => right.opensAtMs - left.opensAtMs);
  const saleIds = newest.slice(0, MOST_SALES).map(({ saleId }) => saleId);
  // An empty list is no SQL.
  if (saleIds.length === 0) return [];
  const rows = await book.read<OrderRow>(selectOrders, buyerId, saleIds, MOST_FOUND);
  return rows.map(toBookOrder);
}
