/** The checklist before an opening. It may load what is missing, so it is an operator's. */
import type { Hono } from 'hono';
import { preheatRequestSchema } from '../../contract/console.ts';
import { saleIdSchema } from '../../contract/ids.ts';
import { answer, json } from '../http/answer.ts';
import { readParsed } from '../http/body.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { PreheatSale } from './preheat.ts';

export interface PreheatRoutesOptions {
  preheat: PreheatSale;
  directory: Pick<SaleDirectory, 'get'>;
}

export function addPreheatRoutes(routes: Hono, options: PreheatRoutesOptions): void {
  routes.post('/operator/sales/:saleId/preheat', async (context) => {
    const wanted = await readParsed(context.req, preheatRequestSchema);
    if (wanted.kind !== 'parsed') return answer(wanted);
    const saleId = saleIdSchema.safeParse(context.req.param('saleId'));
    const sale = saleId.success ? await options.directory.get(saleId.data) : undefined;
    if (sale === undefined) return answer({ kind: 'unknown-sale' });
    return json(await options.preheat({ sale, request: wanted.value }));
  });
}
