/** The stream of a sale's live numbers, behind the operator's door as everything there is. */
import type { Hono } from 'hono';
import { saleIdSchema } from '../../contract/ids.ts';
import { answer } from '../http/answer.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { Live } from './live.ts';

/** Somebody closes a window by then, or another process takes the next try. */
const COME_AGAIN_MS = 5_000;

export interface LiveRoutesOptions {
  live: Live;
  directory: Pick<SaleDirectory, 'get'>;
}

export function addLiveRoutes(routes: Hono, { live, directory }: LiveRoutesOptions): void {
  routes.get('/operator/sales/:saleId/live', async (context) => {
    const saleId = saleIdSchema.safeParse(context.req.param('saleId'));
    const sale = saleId.success ? await directory.get(saleId.data) : undefined;
    if (sale === undefined) return answer({ kind: 'unknown-sale' });
    const stream = live.watch(sale.saleId);
    if (stream === undefined) return answer({ kind: 'overloaded', retryAfterMs: COME_AGAIN_MS });
    return new Response(stream, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // A proxy that gathers an answer before it passes it on would show nothing.
        'x-accel-buffering': 'no',
      },
    });
  });
}
