/** Making, showing and changing sales. Every change is safe to repeat. */
import type { Context, Hono } from 'hono';
import { editSaleSchema } from '../../contract/console.ts';
import { saleIdSchema } from '../../contract/ids.ts';
import { topUpSchema } from '../../contract/operator-orders.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import type { Random } from '../../contract/random.ts';
import { newSaleSchema } from '../../contract/sale.ts';
import { topUp } from '../close/top-up.ts';
import { answer, json } from '../http/answer.ts';
import { readParsed } from '../http/body.ts';
import { beginRecovery } from '../recover/begin-recovery.ts';
import { createSale, type SaleStores, saleFrom } from '../sales/create-sale.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { OrderBook, Sale, SaleChange } from '../settle/book.ts';
import { editSale } from './edit-sale.ts';
import { operatorSaleView } from './sale-view.ts';

export interface SaleRoutesOptions {
  stores: SaleStores;
  directory: SaleDirectory;
  payWindowMs: number;
  nowMs(): number;
  random: Random;
}

export function addSaleRoutes(routes: Hono, options: SaleRoutesOptions): void {
  const { stores, directory, nowMs } = options;

  async function view(sale: Sale) {
    // Nobody would answer.
    const terms = sale.soldBy === 'log' ? undefined : await stores.stock.terms(sale.saleId);
    return operatorSaleView(sale, terms?.frozen ? undefined : terms?.stock, nowMs());
  }

  routes.get('/operator/sales', async () => {
    await directory.refresh();
    return json({ sales: await Promise.all(directory.known().map(view)) });
  });
  routes.get('/operator/sales/:saleId', async (context) => {
    await directory.refresh();
    const sale = await directory.get(context.req.param('saleId'));
    return sale === undefined ? answer({ kind: 'unknown-sale' }) : json(await view(sale));
  });
  routes.post('/operator/sales', async (context) => {
    const made = await makeSale(context, options);
    return 'kind' in made ? answer(made) : json(await view(made), 201);
  });

  routes.patch('/operator/sales/:saleId', async (context) => {
    const saleId = context.req.param('saleId');
    const refusal = await editTerms(context, stores.book, saleId);
    if (refusal !== undefined) return answer(refusal);
    await directory.refresh();
    const sale = await directory.get(saleId);
    return sale === undefined ? answer({ kind: 'unknown-sale' }) : json(await view(sale));
  });

  routes.post('/operator/sales/:saleId/top-up', async (context) => {
    const saleId = context.req.param('saleId');
    const refusal = await addUnits(context, stores.book, saleId);
    if (refusal !== undefined) return answer(refusal);
    await directory.refresh();
    const sale = await directory.get(saleId);
    return sale === undefined ? answer({ kind: 'unknown-sale' }) : json(await view(sale));
  });

  routes.post('/operator/sales/:saleId/recover', async (context) => {
    const saleId = context.req.param('saleId');
    await directory.refresh();
    const sale = await directory.get(saleId);
    if (sale === undefined) return answer({ kind: 'unknown-sale' });
    const { epoch } = sale;
    const began = await beginRecovery(stores.book, { saleId, epoch, cause: 'operator' });
    if (began === undefined) return answer({ kind: 'conflict', reason: NOT_RECOVERABLE });
    await directory.refresh();
    return json(await view((await directory.get(saleId)) ?? sale));
  });

  for (const [verb, decide] of Object.entries(CHANGES)) {
    routes.post(`/operator/sales/:saleId/${verb}`, async (context) => {
      const saleId = context.req.param('saleId');
      const sale = await directory.get(saleId);
      if (sale === undefined) return answer({ kind: 'unknown-sale' });
      const change = decide(sale, nowMs());
      if ('kind' in change) return answer(change);
      const changed = await stores.book.changeSale(saleId, change);
      await directory.refresh();
      return changed === undefined ? answer({ kind: 'unknown-sale' }) : json(await view(changed));
    });
  }
}

const NOT_RECOVERABLE =
  'its stock is being made anew, or was never loaded, or the stock store is away';

/** What each command changes, from the sale as it is. */
const CHANGES: Record<string, (sale: Sale, nowMs: number) => SaleChange | Refusal> = {
  open: (sale, nowMs) =>
    nowMs >= sale.closesAtMs
      ? { kind: 'conflict', reason: 'the sale has ended' }
      : { paused: false, opensAtMs: Math.min(sale.opensAtMs, nowMs) },
  pause: () => ({ paused: true }),
  close: (sale, nowMs) => ({ closesAtMs: Math.min(sale.closesAtMs, nowMs) }),
};

/** Undefined when the units are in the sale, by this command or by an earlier one of its id. */
async function addUnits(
  context: Context,
  book: OrderBook,
  saleId: string,
): Promise<Refusal | undefined> {
  const wanted = await readParsed(context.req, topUpSchema);
  if (wanted.kind !== 'parsed') return wanted;
  if (!saleIdSchema.safeParse(saleId).success) return { kind: 'unknown-sale' };
  const { topUpId, units } = wanted.value;
  const reply = await topUp(book, { saleId, topUpId, units });
  switch (reply) {
    case 'added':
    case 'already':
      return undefined;
    case 'unknown-sale':
      return { kind: 'unknown-sale' };
    case 'conflict':
      return { kind: 'conflict', reason: `${topUpId} was used to add another number of units` };
    case 'not-loaded':
      return { kind: 'conflict', reason: 'the stock of the sale is not loaded yet; ask again' };
  }
}

/** Undefined when the sale has these terms now. */
async function editTerms(
  context: Context,
  book: OrderBook,
  saleId: string,
): Promise<Refusal | undefined> {
  const wanted = await readParsed(context.req, editSaleSchema);
  if (wanted.kind !== 'parsed') return wanted;
  if (!saleIdSchema.safeParse(saleId).success) return { kind: 'unknown-sale' };
  return editSale(book, { saleId, edit: wanted.value });
}

async function makeSale(context: Context, options: SaleRoutesOptions): Promise<Sale | Refusal> {
  const { stores, directory } = options;
  const wanted = await readParsed(context.req, newSaleSchema);
  if (wanted.kind !== 'parsed') return wanted;
  const sale = saleFrom(wanted.value, options);
  const tag = directory.tagOf(sale.saleId);
  const others = directory.known().filter(({ saleId }) => saleId !== sale.saleId);
  const clash = others.find(({ saleId }) => directory.tagOf(saleId) === tag);
  if (clash !== undefined) {
    return { kind: 'conflict', reason: `order ids would look like those of ${clash.saleId}` };
  }
  if ((await createSale(stores, sale)) === 'conflict') {
    return { kind: 'conflict', reason: `the sale ${sale.saleId} exists with other terms` };
  }
  await directory.refresh();
  return (await directory.get(sale.saleId)) ?? sale;
}
