/** The proof of a sale's draw, for everybody: the edge asks about once a second and keeps it. */
import { Hono } from 'hono';
import { saleIdSchema } from '../../contract/ids.ts';
import { answer, json } from '../http/answer.ts';
import type { PassGate } from '../http/pass-gate.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import { drawProofOf } from './proof.ts';

export interface DrawRoutesOptions {
  passGate: PassGate;
  directory: SaleDirectory;
  nowMs(): number;
}

export function createDrawRoutes({ passGate, directory, nowMs }: DrawRoutesOptions): Hono {
  const routes = new Hono();
  routes.get('/api/sales/:saleId/draw', async (context) => {
    const admitted = await passGate(context.req);
    if (admitted.kind !== 'admitted') return answer(admitted);
    const saleId = context.req.param('saleId');
    const sale = saleIdSchema.safeParse(saleId).success ? await directory.get(saleId) : undefined;
    return sale === undefined ? answer({ kind: 'unknown-sale' }) : json(drawProofOf(sale, nowMs()));
  });
  return routes;
}
