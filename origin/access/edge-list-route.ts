/** The list of who may buy in a sale, for the edge itself; a pass is due. */
import { Hono } from 'hono';
import { z } from 'zod';
import { answer } from '../http/answer.ts';
import { type PassGate, whyNotEdge } from '../http/pass-gate.ts';
import type { OrderBook } from '../settle/book.ts';
import { createAccessLists } from './access-lists.ts';

/** The version that the sale's snapshot named. */
const versionSchema = z.coerce.number().int().min(0).catch(0);

export function createEdgeListRoute({ passGate, book }: { passGate: PassGate; book: OrderBook }) {
  const routes = new Hono();
  const lists = createAccessLists(book);
  routes.get('/edge/sales/:saleId/access', async (context) => {
    const stranger = await whyNotEdge(passGate, context.req);
    if (stranger) return answer(stranger);
    const version = versionSchema.parse(context.req.query('version') ?? 0);
    const list = await lists.find(context.req.param('saleId'), version);
    if (list === undefined) return answer({ kind: 'unknown-sale' });
    return new Response(list, { headers: { 'content-type': 'application/json' } });
  });
  return routes;
}
