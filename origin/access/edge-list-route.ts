/** The list of who may buy in a sale, for the edge itself; a pass is due. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { Refusal } from '../../contract/outcomes.ts';
import { answer } from '../http/answer.ts';
import type { PassGate } from '../http/pass-gate.ts';
import type { OrderBook } from '../settle/book.ts';
import { createAccessLists } from './access-lists.ts';

/** The salt is the edge's alone, whatever it should ever forward by mistake. */
const NOT_FOR_BUYERS: Refusal = { kind: 'no-pass', reason: 'this is for the edge itself' };
/** The version that the sale's snapshot named. */
const versionSchema = z.coerce.number().int().min(0).catch(0);

export function createEdgeListRoute({ passGate, book }: { passGate: PassGate; book: OrderBook }) {
  const routes = new Hono();
  const lists = createAccessLists(book);
  routes.get('/edge/sales/:saleId/access', async (context) => {
    const admitted = await passGate(context.req);
    if (admitted.kind !== 'admitted') return answer(admitted);
    if (admitted.buyerId !== '') return answer(NOT_FOR_BUYERS);
    const version = versionSchema.parse(context.req.query('version') ?? 0);
    const list = await lists.find(context.req.param('saleId'), version);
    if (list === undefined) return answer({ kind: 'unknown-sale' });
    return new Response(list, { headers: { 'content-type': 'application/json' } });
  });
  return routes;
}
