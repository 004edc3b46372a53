/**
 * Rehearsals, for their operator: making one with its ticket, listing those that there were, and
 * how far one is. It is closed as every sale is. Making one twice, because an answer was lost,
 * leaves one that nobody uses and that ends by itself.
 */
import type { Context, Hono } from 'hono';
import type { Refusal } from '../../contract/outcomes.ts';
import type { Random } from '../../contract/random.ts';
import {
  newRehearsalSchema,
  type Rehearsal,
  type RehearsalProgress,
} from '../../contract/rehearsal.ts';
import type { RehearsalTickets } from '../../contract/rehearsal-ticket.ts';
import { isRehearsal } from '../../contract/sale.ts';
import type { PressureReading } from '../admit/load-watch.ts';
import { answer, json } from '../http/answer.ts';
import { readParsed } from '../http/body.ts';
import { operatorSaleView } from '../operator/sale-view.ts';
import { createSale, type SaleStores } from '../sales/create-sale.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import { rehearsalOf } from './rehearsal-terms.ts';

export interface RehearsalRoutesOptions {
  stores: SaleStores;
  directory: SaleDirectory;
  tickets: RehearsalTickets;
  pressure(): PressureReading;
  nowMs(): number;
  random: Random;
}

export function addRehearsalRoutes(routes: Hono, options: RehearsalRoutesOptions): void {
  const { directory, nowMs } = options;
  routes.post('/operator/rehearsals', async (context) => {
    const made = await makeRehearsal(context, options);
    return 'kind' in made ? answer(made) : json(made, 201);
  });
  routes.get('/operator/rehearsals', async () => {
    await directory.refresh();
    const rehearsals = directory.known().filter(({ saleId }) => isRehearsal(saleId));
    return json({
      rehearsals: rehearsals.map((sale) => operatorSaleView(sale, undefined, nowMs())),
    });
  });
  routes.get('/operator/rehearsals/:saleId', async (context) => {
    const progress = await progressOf(context.req.param('saleId'), options);
    return progress === undefined ? answer({ kind: 'unknown-sale' }) : json(progress);
  });
}

async function makeRehearsal(
  context: Context,
  { stores, directory, tickets, nowMs, random }: RehearsalRoutesOptions,
): Promise<Rehearsal | Refusal> {
  const wanted = await readParsed(context.req, newRehearsalSchema);
  if (wanted.kind !== 'parsed') return wanted;
  await directory.refresh();
  const real = await directory.get(wanted.value.saleId);
  if (real === undefined) return { kind: 'unknown-sale' };
  const sale = rehearsalOf(real, wanted.value, { nowMs: nowMs(), random });
  const tag = directory.tagOf(sale.saleId);
  if (directory.known().some(({ saleId }) => directory.tagOf(saleId) === tag)) {
    return { kind: 'conflict', reason: 'another sale has such order ids; ask again' };
  }
  if ((await createSale(stores, sale)) === 'conflict') {
    return { kind: 'conflict', reason: 'another rehearsal began at this moment; ask again' };
  }
  await directory.refresh();
  const made = (await directory.get(sale.saleId)) ?? sale;
  return {
    sale: operatorSaleView(made, made.units, nowMs()),
    ticket: tickets.sign(sale.saleId, sale.closesAtMs),
  };
}

async function progressOf(
  saleId: string,
  { stores, pressure }: RehearsalRoutesOptions,
): Promise<RehearsalProgress | undefined> {
  if (!isRehearsal(saleId)) return undefined;
  const { book, stock } = stores;
  const [settled, held] = await Promise.all([
    book.terms(saleId),
    stock.terms(saleId).catch(() => undefined),
  ]);
  if (settled === undefined) return undefined;
  const { pressure: highest, parts } = pressure();
  return {
    saleId,
    stockLeft: held?.stock ?? null,
    handedOut: held?.seq ?? null,
    outbox: held?.outbox ?? null,
    settled: settled.settledOrders,
    pressure: { highest, ...parts },
  };
}
