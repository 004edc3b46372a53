/**
 * Payments as their operator sees them, and the two commands that end an order: cancelling one that
 * is not paid, refunding one that is. Both are safe to repeat.
 */
import type { Context, Hono } from 'hono';
import { orderIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import {
  cancelOrderSchema,
  type OperatorPayments,
  paymentsQuerySchema,
  refundOrderSchema,
} from '../../contract/operator-orders.ts';
import type { Outcome, Refusal } from '../../contract/outcomes.ts';
import { answer, json } from '../http/answer.ts';
import { readParsed } from '../http/body.ts';
import type { Payments } from '../pay/payments.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { BookOrder, OrderBook } from '../settle/book.ts';
import type { Cancellation } from '../sweep/cancel-order.ts';
import { createShowOrders } from './order-view.ts';

export interface OperatorPaymentRoutesOptions {
  book: OrderBook;
  directory: SaleDirectory;
  payments: Payments;
  cancel(wanted: Cancellation): Promise<Outcome>;
}

export function addPaymentRoutes(routes: Hono, options: OperatorPaymentRoutesOptions): void {
  const { directory, payments } = options;
  const show = createShowOrders(payments);

  routes.post('/operator/orders/:orderId/cancellation', async (context) => {
    const cancelled = await cancelAs(context, options);
    return 'kind' in cancelled ? answer(cancelled) : json(await show.one(cancelled));
  });

  routes.post('/operator/orders/:orderId/refund', async (context) => {
    const refunded = await refundAs(context, payments);
    return 'kind' in refunded ? answer(refunded) : json(await show.one(refunded));
  });

  routes.get('/operator/sales/:saleId/payments', async (context) => {
    const saleId = context.req.param('saleId');
    if ((await directory.get(saleId)) === undefined) return answer({ kind: 'unknown-sale' });
    const query = paymentsQuerySchema.safeParse(context.req.query());
    if (!query.success) return answer(invalidRequest('query', query.error));
    const found = await payments.list({ saleId, ...query.data });
    const last = found.length < query.data.limit ? undefined : found.at(-1)?.paymentId;
    const page: OperatorPayments = {
      payments: found,
      ...(last === undefined ? {} : { next: last }),
    };
    return json(page);
  });
}

const UNKNOWN: Refusal = { kind: 'unknown-order' };

async function cancelAs(
  context: Context,
  { book, cancel }: OperatorPaymentRoutesOptions,
): Promise<BookOrder | Outcome> {
  const wanted = await readParsed(context.req, cancelOrderSchema);
  if (wanted.kind !== 'parsed') return wanted;
  const orderId = orderIdSchema.safeParse(context.req.param('orderId'));
  if (!orderId.success) return UNKNOWN;
  const outcome = await cancel({ orderId: orderId.data, by: wanted.value.by });
  if (outcome.kind !== 'order') return outcome;
  return (await book.order(orderId.data)) ?? UNKNOWN;
}

async function refundAs(context: Context, payments: Payments): Promise<BookOrder | Refusal> {
  const wanted = await readParsed(context.req, refundOrderSchema);
  if (wanted.kind !== 'parsed') return wanted;
  const orderId = orderIdSchema.safeParse(context.req.param('orderId'));
  if (!orderId.success) return UNKNOWN;
  return payments.refund(orderId.data, wanted.value);
}
