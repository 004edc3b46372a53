/** Orders as their operator sees them, and the audit that proves them. */
import type { Hono } from 'hono';
import { orderIdSchema, saleIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import { type OperatorOrders, ordersQuerySchema } from '../../contract/operator-orders.ts';
import { answer, json } from '../http/answer.ts';
import { readAudit } from '../reconcile/reconcile.ts';
import type { SaleStores } from '../sales/create-sale.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import { listOrders } from './list-orders.ts';
import type { ShowOrders } from './order-view.ts';

export interface OrderRoutesOptions {
  stores: SaleStores;
  directory: SaleDirectory;
  show: ShowOrders;
}

export function addOrderRoutes(routes: Hono, options: OrderRoutesOptions): void {
  const { stores, directory, show } = options;

  routes.get('/operator/orders/:orderId', async (context) => {
    const orderId = orderIdSchema.safeParse(context.req.param('orderId'));
    const order = orderId.success ? await stores.book.order(orderId.data) : undefined;
    return order === undefined ? answer({ kind: 'unknown-order' }) : json(await show.one(order));
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
      orders: await show.all(orders),
      ...(last === undefined ? {} : { next: last }),
    };
    return json(page);
  });

  routes.get('/operator/sales/:saleId/audit', async (context) => {
    const saleId = context.req.param('saleId');
    if (!saleIdSchema.safeParse(saleId).success) return answer({ kind: 'unknown-sale' });
    const audit = await readAudit(stores, saleId);
    if (audit !== undefined) return json(audit);
    // The stock store does not know it: before it was loaded, or after it was lost.
    const isThere = (await directory.get(saleId)) !== undefined;
    return answer(isThere ? { kind: 'recovering' } : { kind: 'unknown-sale' });
  });
}
