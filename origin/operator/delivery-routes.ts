/** The notices to the shop: what waits, what is dead, and another try for the dead. */
import type { Hono } from 'hono';
import {
  type Deliveries,
  type Delivery,
  deliveriesQuerySchema,
  type Replayed,
  replayDeliveriesSchema,
} from '../../contract/deliveries.ts';
import { invalidRequest } from '../../contract/invalid.ts';
import { answer, json } from '../http/answer.ts';
import { readParsed } from '../http/body.ts';
import { type DeliveryRow, listDeliveries, replayDeliveries } from '../notify/replay.ts';
import type { OrderBook } from '../settle/book.ts';

export function addDeliveryRoutes(routes: Hono, { book }: { book: OrderBook }): void {
  routes.get('/operator/deliveries', async (context) => {
    const query = deliveriesQuerySchema.safeParse(context.req.query());
    if (!query.success) return answer(invalidRequest('query', query.error));
    const rows = await listDeliveries(book, query.data);
    const last = rows.length < query.data.limit ? undefined : rows.at(-1)?.number;
    const page: Deliveries = {
      deliveries: rows.map(deliveryOf),
      ...(last === undefined ? {} : { next: last }),
    };
    return json(page);
  });

  routes.post('/operator/deliveries/replay', async (context) => {
    const wanted = await readParsed(context.req, replayDeliveriesSchema);
    if (wanted.kind !== 'parsed') return answer(wanted);
    const replayed: Replayed = { replayed: await replayDeliveries(book, wanted.value) };
    return json(replayed);
  });
}

function deliveryOf(row: DeliveryRow): Delivery {
  const { deliveryId, orderId, saleId, type, state, tries, lastError } = row;
  const dueAt = new Date(row.dueAtMs).toISOString();
  return {
    ...{ deliveryId, orderId, saleId, type, state, tries },
    createdAt: new Date(row.createdAtMs).toISOString(),
    ...(state === 'pending' ? { dueAt } : {}),
    ...(state === 'delivered' ? { deliveredAt: dueAt } : {}),
    ...(lastError === null ? {} : { lastError }),
  };
}
