/**
 * What the edge asks for itself: the snapshot of a sale. It holds the draw's seed, so a pass is
 * due.
 */
import { Hono } from 'hono';
import { EVERYBODY } from '../../contract/access.ts';
import { toBase64Url } from '../../contract/base64url.ts';
import { coarseRemaining, type SaleSnapshot } from '../../contract/sale.ts';
import type { StockLedger } from '../admit/stock.ts';
import { drawSeed } from '../draw/proof.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { Sale } from '../settle/book.ts';
import { answer, json } from './answer.ts';
import { type PassGate, whyNotEdge } from './pass-gate.ts';

export interface EdgeRoutesOptions {
  passGate: PassGate;
  directory: SaleDirectory;
  stock: StockLedger;
  /** Whether results are pushed (EDGE_URL). */
  fed: boolean;
}

export function createEdgeRoutes({ passGate, directory, stock, fed }: EdgeRoutesOptions): Hono {
  const routes = new Hono();
  routes.get('/edge/sales/:saleId', async (context) => {
    const stranger = await whyNotEdge(passGate, context.req);
    if (stranger) return answer(stranger);
    const sale = await directory.get(context.req.param('saleId'));
    if (sale === undefined) return answer({ kind: 'unknown-sale' });
    // A store that is away or recovers is no reason to call a sale sold out: the origin will answer
    // for it.
    const isAway = sale.soldBy === 'log';
    const terms = isAway ? undefined : await stock.terms(sale.saleId).catch(() => undefined);
    const isKnown = terms !== undefined && !terms.frozen;
    return json(snapshotOf(sale, isKnown ? terms.stock : sale.units, fed));
  });
  return routes;
}

export function snapshotOf(sale: Sale, stockLeft: number, fed = false): SaleSnapshot {
  return {
    saleId: sale.saleId,
    version: sale.version,
    title: sale.title,
    price: sale.price,
    currency: sale.currency,
    ...(sale.pictureUrl === undefined ? {} : { pictureUrl: sale.pictureUrl }),
    units: sale.units,
    remaining: coarseRemaining(stockLeft, sale.units),
    perBuyer: sale.perBuyer,
    opensAtMs: sale.opensAtMs,
    closesAtMs: sale.closesAtMs,
    paused: sale.paused,
    soldOut: sale.loaded && stockLeft === 0,
    waitlist: { waiting: sale.waiting, cap: sale.waitlistCap },
    seed: toBase64Url(drawSeed(sale)),
    shareSteps: sale.shareSteps,
    ratePerSecond: sale.ratePerSecond,
    access: sale.access ?? EVERYBODY,
    fed,
  };
}
