/** Orders as their operator sees them, and the audit that proves them. */
import type { Hono } from 'hono';
import { orderIdSchema } from '../../contract/ids.ts';
import type { OperatorOrder } from '../../contract/operator.ts';
import { bookOrderView } from '../admit/order-view.ts';
import { answer, json } from '../http/answer.ts';
import { readAudit } from '../reconcile/reconcile.ts';
import type { SaleStores } from '../sales/create-sale.ts';

export function addOrderRoutes(routes: Hono, stores: SaleStores): void {
  routes.get('/operator/orders/:orderId', async (context) => {
    const orderId = orderIdSchema.safeParse(context.req.param('orderId'));
    const order = orderId.success ? await stores.book.order(orderId.data) : undefined;
    if (order === undefined) return answer({ kind: 'unknown-order' });
    const view: OperatorOrder = {
      ...bookOrderView(order),
      buyerId: order.buyerId,
      settledAt: new Date(order.settledAtMs).toISOString(),
    };
    return json(view);
  });

  routes.get('/operator/sales/:saleId/audit', async (context) => {
    const saleId = context.req.param('saleId');
    const audit = await readAudit(stores, saleId);
    return audit === undefined ? answer({ kind: 'unknown-sale' }) : json(audit);
  });
}
