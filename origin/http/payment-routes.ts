/**
 * Buyers who pay or cancel, and the events of payment providers. All come through the edge with a
 * pass; an event has a signature of its provider besides, and names no buyer.
 */
import { Hono } from 'hono';
import { orderIdSchema } from '../../contract/ids.ts';
import type { Outcome } from '../../contract/outcomes.ts';
import { MAX_EVENT_BYTES, providerSchema } from '../../contract/payment.ts';
import type { OrderReader } from '../admit/order-view.ts';
import type { Payments } from '../pay/payments.ts';
import { eventHeaders } from '../pay/take-event.ts';
import type { Cancellation } from '../sweep/cancel-order.ts';
import { answer, json } from './answer.ts';
import { createEventLimit } from './event-limit.ts';
import type { Admitted, PassGate } from './pass-gate.ts';

export interface PaymentRoutesOptions {
  passGate: PassGate;
  payments: Payments;
  orders: OrderReader;
  cancel(wanted: Cancellation): Promise<Outcome>;
  nowMs(): number;
}

const NO_BUYER: Outcome = { kind: 'unauthenticated', reason: 'the pass names no buyer' };
const NOT_FOR_BUYERS: Outcome = { kind: 'no-pass', reason: 'this is for payment providers' };
const UNKNOWN: Outcome = { kind: 'unknown-order' };
const NOT_SETTLED: Outcome = { kind: 'not-payable', reason: 'it is not settled yet' };

export function createPaymentRoutes(options: PaymentRoutesOptions): Hono {
  const { passGate, payments, orders, cancel, nowMs } = options;
  const waitOf = createEventLimit();
  const routes = new Hono();

  /** An order that the book does not have may wait in the log. */
  async function whyUnknown(orderId: string, buyerId: string): Promise<Outcome> {
    const found = await orders.byId(orderId, buyerId);
    return found.kind === 'order' ? NOT_SETTLED : found;
  }

  routes.post('/api/orders/:orderId/payment', async (context) => {
    const admitted = await passGate(context.req);
    const asked = askedFor(admitted, context.req.param('orderId'));
    if (asked.kind !== 'asked') return answer(asked);
    const { orderId, buyerId } = asked;
    const started = await payments.start(orderId, buyerId);
    if (!('kind' in started)) return json(started);
    return answer(started.kind === 'unknown-order' ? await whyUnknown(orderId, buyerId) : started);
  });

  routes.post('/api/orders/:orderId/cancellation', async (context) => {
    const admitted = await passGate(context.req);
    const asked = askedFor(admitted, context.req.param('orderId'));
    if (asked.kind !== 'asked') return answer(asked);
    const { orderId, buyerId } = asked;
    return answer(await cancel({ orderId, buyerId, by: 'buyer' }));
  });

  routes.post('/api/payments/:provider/events', async (context) => {
    const admitted = await passGate(context.req, MAX_EVENT_BYTES);
    if (admitted.kind !== 'admitted') return answer(admitted);
    if (admitted.buyerId !== '') return answer(NOT_FOR_BUYERS);
    const provider = providerSchema.safeParse(context.req.param('provider'));
    if (!provider.success) return answer({ kind: 'unknown-route' });
    // Only now: whoever has no pass must not use up what providers are allowed.
    const retryAfterMs = waitOf(provider.data, nowMs());
    if (retryAfterMs > 0) return answer({ kind: 'too-fast', retryAfterMs });
    const headers = eventHeaders((name) => context.req.header(name));
    const event = { body: admitted.body, headers };
    const taken = await payments.takeEvent(provider.data, event, nowMs());
    return taken.kind === 'taken' ? json({ received: true }) : answer(taken);
  });

  return routes;
}

type Asked = { kind: 'asked'; orderId: string; buyerId: string };

function askedFor(
  admitted: Admitted | Exclude<Outcome, { kind: 'order' | 'accepted' }>,
  orderIdText: string,
): Asked | Outcome {
  if (admitted.kind !== 'admitted') return admitted;
  if (admitted.buyerId === '') return NO_BUYER;
  const orderId = orderIdSchema.safeParse(orderIdText);
  if (!orderId.success) return UNKNOWN;
  return { kind: 'asked', orderId: orderId.data, buyerId: admitted.buyerId };
}
