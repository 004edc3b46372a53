/** What an operator does with a draw: looks at it, widens its share, publishes its beacon. */
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { publishBeaconSchema, widenShareSchema } from '../../contract/draw-proof.ts';
import { saleIdSchema } from '../../contract/ids.ts';
import { answer, json } from '../http/answer.ts';
import { readParsed } from '../http/body.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { OrderBook } from '../settle/book.ts';
import type { DrawReply } from './lock-draw.ts';
import { drawProofOf } from './proof.ts';
import { publishBeacon } from './publish-beacon.ts';
import { widenShare } from './widen-share.ts';

export interface DrawOperation {
  book: OrderBook;
  directory: SaleDirectory;
  nowMs(): number;
}

export function addDrawRoutes(routes: Hono, { book, directory, nowMs }: DrawOperation): void {
  async function show(saleId: string): Promise<Response> {
    // Also what another process changed a moment ago.
    await directory.refresh();
    const sale = saleIdSchema.safeParse(saleId).success ? await directory.get(saleId) : undefined;
    return sale === undefined ? answer({ kind: 'unknown-sale' }) : json(drawProofOf(sale, nowMs()));
  }

  async function change<Wish>(
    context: Context,
    schema: z.ZodType<Wish>,
    make: (saleId: string, wish: Wish) => Promise<DrawReply>,
  ): Promise<Response> {
    const wanted = await readParsed(context.req, schema);
    if (wanted.kind !== 'parsed') return answer(wanted);
    const saleId = context.req.param('saleId') ?? '';
    if (!saleIdSchema.safeParse(saleId).success) return answer({ kind: 'unknown-sale' });
    const reply = await make(saleId, wanted.value);
    return reply.kind === 'changed' || reply.kind === 'already' ? show(saleId) : answer(reply);
  }

  routes.get('/operator/sales/:saleId/draw', (context) => show(context.req.param('saleId')));
  routes.post('/operator/sales/:saleId/draw/share', (context) =>
    change(context, widenShareSchema, (saleId, { share, at }) =>
      widenShare(book, { saleId, share, atMs: at === undefined ? undefined : Date.parse(at) }),
    ),
  );
  routes.post('/operator/sales/:saleId/draw/beacon', (context) =>
    change(context, publishBeaconSchema, (saleId, { beacon }) =>
      publishBeacon(book, { saleId, beacon }),
    ),
  );
}
