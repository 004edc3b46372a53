/**
 * What the edge asks for the shop's front page: the sales that are announced, open or just over,
 * and what is left of each. Read from the stock store at most once in KEPT_FOR_MS, however many
 * colos ask, so it is that much older at most.
 */
import { Hono } from 'hono';
import { coarseRemaining } from '../../contract/sale.ts';
import {
  inListOrder,
  mayBeListed,
  SALE_LIST_LIMITS,
  type SaleDigest,
  type SaleDigests,
} from '../../contract/sale-list.ts';
import type { StockLedger } from '../admit/stock.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { Sale } from '../settle/book.ts';
import { answer, json } from './answer.ts';
import { type PassGate, whyNotEdge } from './pass-gate.ts';

/** A person cannot tell it from now; two readings a second of SALE_LIST_LIMITS.sales at most. */
const KEPT_FOR_MS = 500;

export interface SaleListRouteOptions {
  passGate: PassGate;
  directory: Pick<SaleDirectory, 'known'>;
  stock: Pick<StockLedger, 'terms'>;
  nowMs(): number;
}

export function createSaleListRoute(options: SaleListRouteOptions): Hono {
  const { passGate, nowMs } = options;
  const routes = new Hono();
  let kept: { list: Promise<SaleDigests>; fromMs: number } | undefined;

  routes.get('/edge/sales', async (context) => {
    const stranger = await whyNotEdge(passGate, context.req);
    if (stranger) return answer(stranger);
    const atMs = nowMs();
    // One of the future was read before the clock was set back.
    const isFresh = kept !== undefined && atMs >= kept.fromMs && atMs < kept.fromMs + KEPT_FOR_MS;
    if (kept === undefined || !isFresh) kept = { list: readList(options), fromMs: atMs };
    return json(await kept.list);
  });
  return routes;
}

/** Never rejects: a store that is away says of no sale that it is sold out. */
async function readList({ directory, stock, nowMs }: SaleListRouteOptions): Promise<SaleDigests> {
  const atMs = nowMs();
  const listed = directory.known().filter((sale) => mayBeListed(sale, atMs));
  const shown = inListOrder(listed.map(withoutStock), atMs).slice(0, SALE_LIST_LIMITS.sales);
  const sales = await Promise.all(
    shown.map(async ({ sale, ...digest }): Promise<SaleDigest> => {
      const left = await stockLeft(stock, sale);
      const remaining = coarseRemaining(left, sale.units);
      return { ...digest, remaining, soldOut: sale.loaded && left === 0 };
    }),
  );
  return { sales };
}

/** `soldOut` is not known yet, and changes no sale's place in the list by itself. */
function withoutStock(sale: Sale) {
  return {
    sale,
    saleId: sale.saleId,
    title: sale.title,
    price: sale.price,
    currency: sale.currency,
    ...(sale.pictureUrl === undefined ? {} : { pictureUrl: sale.pictureUrl }),
    units: sale.units,
    opensAtMs: sale.opensAtMs,
    closesAtMs: sale.closesAtMs,
    paused: sale.paused,
    soldOut: false,
  };
}

async function stockLeft(stock: SaleListRouteOptions['stock'], sale: Sale): Promise<number> {
  if (sale.soldBy === 'log' || !sale.loaded) return sale.units;
  const terms = await stock.terms(sale.saleId).catch(() => undefined);
  return terms === undefined || terms.frozen ? sale.units : terms.stock;
}
