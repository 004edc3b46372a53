/** What an operator asks who has a buyer on the telephone: their orders, and what became of one. */
import type { Hono } from 'hono';
import { type FoundOrders, type OrderHistory, orderSearchSchema } from '../../contract/console.ts';
import { orderIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import { answer, json } from '../http/answer.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { OrderBook } from '../settle/book.ts';
import { toBookOrder } from '../settle/order-row.ts';
import { findOrders } from './find-orders.ts';
import { eventsOf } from './order-history.ts';
import type { ShowOrders } from './order-view.ts';
import { readHistory } from './read-history.ts';

export interface HistoryRoutesOptions {
  book: OrderBook;
  directory: Pick<SaleDirectory, 'known'>;
  show: ShowOrders;
}

export function addHistoryRoutes(routes: Hono, options: HistoryRoutesOptions): void {
  const { book, directory, show } = options;

  routes.get('/operator/orders', async (context) => {
    const query = orderSearchSchema.safeParse(context.req.query());
    if (!query.success) return answer(invalidRequest('query', query.error));
    const orders = await findOrders(book, directory.known(), query.data.q);
    const found: FoundOrders = { orders: await show.all(orders) };
    return json(found);
  });

  routes.get('/operator/orders/:orderId/history', async (context) => {
    const orderId = orderIdSchema.safeParse(context.req.param('orderId'));
    const rows = orderId.success ? await readHistory(book, orderId.data) : undefined;
    if (rows === undefined) return answer({ kind: 'unknown-order' });
    const order = await show.one(toBookOrder(rows.order));
    const history: OrderHistory = { order, events: eventsOf(rows) };
    return json(history);
  });
}
