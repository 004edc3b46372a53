/** Orders as their operator sees them, and the audit that proves them. */
import type { Hono } from 'hono';
import { orderIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import type { OperatorOrder } from '../../contract/operator.ts';
import { type OperatorOrders, ordersQuerySchema } from '../../contract/operator-orders.ts';
import { bookOrderView } from '../admit/order-view.ts';
import { answer, json } from '../http/answer.ts';
import { readAudit } from '../reconcile/reconcile.ts';
import type { SaleStores } from '../sales/create-sale.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { BookOrder } from '../settle/book.ts';
import { listOrders } from './list-orders.ts';

export interface OrderRoutesOptions {
  stores: SaleStores;
  directory: SaleDirectory;
}

export function addOrderRoutes(routes: Hono, { stores, directory }: OrderRoutesOptions): void {
  routes.get('/operator/orders/:orderId', async (context) => {
    const orderId = orderIdSchema.safeParse(context.req.param('orderId'));
    const order = orderId.success ? await stores.book.order(orderId.data) : undefined;
    return order === undefined ? answer({ kind: 'unknown-order' }) : json(operatorOrderView(order));
  });

  routes.get('/operator/sales/:saleId/orders', async (context) => {
    const saleId = context.req.param('saleId');
    if ((await directory.get(saleId)) === undefined) return answer({ kind: 'unknown-sale' });
    const query = ordersQuerySchema.safeParse(context.req.query());
    if (!query.success) return answer(invalidRequest('query', query.error));
    const { limit } = query.data;
    const sale = { saleId, tag: directory.tagOf(saleId) };
    const orders = await listOrders(stores.book, sale, query.data);
    const last = orders.length < limit ? undefined : orders.at(-1)?.orderId;
    const page: OperatorOrders = {
      orders: orders.map(operatorOrderView),
      ...(last === undefined ? {} : { next: last }),
    };
    return json(page);
  });

  routes.get('/operator/sales/:saleId/audit', async (context) => {
    const saleId = context.req.param('saleId');
    const audit = await readAudit(stores, saleId);
    return audit === undefined ? answer({ kind: 'unknown-sale' }) : json(audit);
  });
}

export function operatorOrderView(order: BookOrder): OperatorOrder {
  return {
    ...bookOrderView(order),
    buyerId: order.buyerId,
    settledAt: new Date(order.settledAtMs).toISOString(),
  };
}
