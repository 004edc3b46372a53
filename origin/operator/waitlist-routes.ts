/** The line of a sale as its operator sees it. */
import type { Hono } from 'hono';
import { invalidRequest } from '../../contract/invalid.ts';
import { type OperatorWaitlist, waitlistQuerySchema } from '../../contract/operator-waitlist.ts';
import { answer, json } from '../http/answer.ts';
import type { SaleStores } from '../sales/create-sale.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import { listLine } from '../waitlist/list-line.ts';

export interface WaitlistRoutesOptions {
  stores: Pick<SaleStores, 'book'>;
  directory: SaleDirectory;
}

export function addWaitlistRoutes(routes: Hono, options: WaitlistRoutesOptions): void {
  const { stores, directory } = options;

  routes.get('/operator/sales/:saleId/waitlist', async (context) => {
    const saleId = context.req.param('saleId');
    if ((await directory.get(saleId)) === undefined) return answer({ kind: 'unknown-sale' });
    const query = waitlistQuerySchema.safeParse(context.req.query());
    if (!query.success) return answer(invalidRequest('query', query.error));
    const waiters = await listLine(stores.book, saleId, query.data);
    const next = waiters.length < query.data.limit ? undefined : waiters.at(-1)?.number;
    const page: OperatorWaitlist = { waiters, ...(next === undefined ? {} : { next }) };
    return json(page);
  });
}
