/**
 * The operator API: sales, orders, payments, the line, notices, audits and the record of changes,
 * for whoever holds a token. One middleware stands before all of it: the door, and behind it, for
 * whatever is not a look, the record. It is not reachable through the edge.
 */
import { Hono } from 'hono';
import type { Outcome } from '../../contract/outcomes.ts';
import { addAccessRoutes } from '../access/operator-routes.ts';
import type { Live } from '../console/live.ts';
import { addLiveRoutes } from '../console/live-routes.ts';
import type { PreheatSale } from '../console/preheat.ts';
import { addPreheatRoutes } from '../console/preheat-routes.ts';
import { addDrawRoutes } from '../draw/operator-routes.ts';
import { json } from '../http/answer.ts';
import type { Logger } from '../logger.ts';
import type { Payments } from '../pay/payments.ts';
import { addRehearsalRoutes, type RehearsalRoutesOptions } from '../rehearsal/operator-routes.ts';
import type { Cancellation } from '../sweep/cancel-order.ts';
import { createOperatorDoor, isLook, type Operator } from './auth.ts';
import { networkOf, type TrustedProxies } from './auth-address.ts';
import { refuse } from './auth-answer.ts';
import type { OperatorToken } from './auth-tokens.ts';
import { createChangeLog } from './changes.ts';
import { addChangeRoutes } from './changes-routes.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { addDeliveryRoutes } from './delivery-routes.ts';
import { addHistoryRoutes } from './history-routes.ts';
import { addOrderRoutes } from './order-routes.ts';
import { createShowOrders } from './order-view.ts';
import { addPaymentRoutes } from './payment-routes.ts';
import { addSaleRoutes, type SaleRoutesOptions } from './sale-routes.ts';
import { addWaitlistRoutes } from './waitlist-routes.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Who was let in; set by the door, so on every route behind it. */
    operator: Operator;
  }
}

/** Who may call, and through whom. */
export interface OperatorAccess {
  tokens: readonly OperatorToken[];
  proxies?: TrustedProxies | undefined;
}

export interface OperatorRoutesOptions extends SaleRoutesOptions, RehearsalRoutesOptions {
  access: OperatorAccess;
  logger: Logger;
  payments: Payments;
  cancel(wanted: Cancellation): Promise<Outcome>;
  live: Live;
  preheat: PreheatSale;
}

export function createOperatorRoutes(options: OperatorRoutesOptions): Hono {
  const routes = new Hono();
  const { access, logger, nowMs } = options;
  const knock = createOperatorDoor({ tokens: access.tokens, nowMs, logger });
  const record = createChangeLog({ book: options.stores.book, logger });
  routes.use('/operator/*', async (context, next) => {
    const { method } = context.req;
    const authorization = context.req.header('authorization');
    const entered = knock({ method, authorization, address: networkOf(context, access.proxies) });
    if (entered.kind !== 'entered') return refuse(entered);
    context.set('operator', entered.operator);
    return isLook(method) ? next() : record(entered.operator.name, context, next);
  });
  routes.get('/operator/me', ({ get }) => json(get('operator')));
  addSaleRoutes(routes, options);
  addRehearsalRoutes(routes, options);
  const { stores, directory, payments, cancel } = options;
  addDrawRoutes(routes, { book: stores.book, directory, nowMs });
  const show = createShowOrders(payments);
  addOrderRoutes(routes, { stores, directory, show });
  addLiveRoutes(routes, { live: options.live, directory });
  addPreheatRoutes(routes, { preheat: options.preheat, directory });
  addHistoryRoutes(routes, { book: stores.book, directory, show });
  addPaymentRoutes(routes, { book: stores.book, directory, payments, cancel });
  addWaitlistRoutes(routes, { stores, directory });
  addDeliveryRoutes(routes, { book: stores.book });
  addDeadLetterRoutes(routes, { book: stores.book });
  addAccessRoutes(routes, { book: stores.book, directory, random: options.random });
  addChangeRoutes(routes, { book: stores.book });
  return routes;
}
