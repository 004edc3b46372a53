/**
 * The operator API: sales, orders, payments, the line, notices and audits, for whoever holds the
 * operator token. It is not reachable through the edge.
 */
import { Hono } from 'hono';
import { equalInConstantTime } from '../../contract/hashing.ts';
import type { Outcome } from '../../contract/outcomes.ts';
import { nodeHashing } from '../hashing.ts';
import { answer } from '../http/answer.ts';
import type { Payments } from '../pay/payments.ts';
import type { Cancellation } from '../sweep/cancel-order.ts';
import { addDeliveryRoutes } from './delivery-routes.ts';
import { addOrderRoutes } from './order-routes.ts';
import { createShowOrders } from './order-view.ts';
import { addPaymentRoutes } from './payment-routes.ts';
import { addSaleRoutes, type SaleRoutesOptions } from './sale-routes.ts';
import { addWaitlistRoutes } from './waitlist-routes.ts';

export interface OperatorRoutesOptions extends SaleRoutesOptions {
  token: string;
  payments: Payments;
  cancel(wanted: Cancellation): Promise<Outcome>;
}

export function createOperatorRoutes(options: OperatorRoutesOptions): Hono {
  const routes = new Hono();
  const tokenHash = nodeHashing.sha256(`Bearer ${options.token}`);
  routes.use('/operator/*', async (context, next) => {
    // Hashes are compared, so that neither length nor content shows in the time it takes.
    const given = nodeHashing.sha256(context.req.header('authorization') ?? '');
    return equalInConstantTime(given, tokenHash) ? next() : answer({ kind: 'forbidden' });
  });
  addSaleRoutes(routes, options);
  const { stores, directory, payments, cancel } = options;
  addOrderRoutes(routes, { stores, directory, show: createShowOrders(payments) });
  addPaymentRoutes(routes, { book: stores.book, directory, payments, cancel });
  addWaitlistRoutes(routes, { stores, directory });
  addDeliveryRoutes(routes, { book: stores.book });
  return routes;
}
