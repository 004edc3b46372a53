/** The routes of buyers. Every one asks for a pass and answers with an outcome. */
import { Hono, type HonoRequest } from 'hono';
import { idempotencyKeySchema, orderIdSchema, saleIdSchema } from '../../contract/ids.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import { placeOrderSchema } from '../../contract/order.ts';
import type { Outcome } from '../../contract/outcomes.ts';
import { TRACEPARENT_HEADER, type TraceContext } from '../../contract/trace-context.ts';
import type { Admission } from '../admit/admission.ts';
import type { OrderReader } from '../admit/order-view.ts';
import type { ClickSpans } from '../trace/click-spans.ts';
import { answer } from './answer.ts';
import { parseBody } from './body.ts';
import type { CrowdDoor } from './crowd-door.ts';
import type { Admitted, PassGate } from './pass-gate.ts';

export interface BuyerRoutesOptions {
  passGate: PassGate;
  admit: Admission;
  orders: OrderReader;
  door: CrowdDoor;
  /** Where traces are sent. */
  spans?: ClickSpans | undefined;
}

const NO_BUYER: Outcome = { kind: 'unauthenticated', reason: 'the pass names no buyer' };

export function createBuyerRoutes(options: BuyerRoutesOptions): Hono {
  const { passGate, admit, orders, door, spans } = options;
  const routes = new Hono();

  async function place(
    saleId: string,
    admitted: Admitted,
    trace: TraceContext | undefined,
  ): Promise<Outcome> {
    const { buyerId, admittedAtMs } = admitted;
    if (!saleIdSchema.safeParse(saleId).success) return { kind: 'unknown-sale' };
    const key = idempotencyKeySchema.safeParse(admitted.idempotencyKey);
    if (!key.success) return invalidRequest('header.idempotency-key', key.error);
    const body = parseBody(placeOrderSchema, admitted.body);
    if (body.kind !== 'parsed') return body;
    const { quantity } = body.value;
    return admit({ saleId, buyerId, idempotencyKey: key.data, quantity, admittedAtMs, trace });
  }

  /** Only behind a pass: a stranger's header begins nothing. */
  function serve(req: HonoRequest, saleId: string, admitted: Admitted): Promise<Outcome> {
    if (spans === undefined) return place(saleId, admitted, undefined);
    const header = req.header(TRACEPARENT_HEADER);
    return spans.place(header, saleId, (trace) => place(saleId, admitted, trace));
  }

  routes.post('/api/sales/:saleId/orders', ({ req }) =>
    door({
      judge: () => passGate(req),
      serve: async (admitted) =>
        admitted.buyerId === '' ? NO_BUYER : serve(req, req.param('saleId'), admitted),
    }),
  );

  routes.get('/api/orders/:orderId', async (context) => {
    const admitted = await passGate(context.req);
    if (admitted.kind !== 'admitted') return answer(admitted);
    const orderId = orderIdSchema.safeParse(context.req.param('orderId'));
    if (!orderId.success) return answer({ kind: 'unknown-order' });
    return answer(await orders.byId(orderId.data, admitted.buyerId));
  });

  routes.get('/api/sales/:saleId/orders/mine', async (context) => {
    const admitted = await passGate(context.req);
    if (admitted.kind !== 'admitted') return answer(admitted);
    const saleId = saleIdSchema.safeParse(context.req.param('saleId'));
    if (!saleId.success) return answer({ kind: 'unknown-sale' });
    return answer(await orders.mine(saleId.data, admitted.buyerId));
  });

  return routes;
}
