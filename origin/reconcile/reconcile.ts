/**
 * One round of the reconcile role: loads the stock of sales whose maker died before it could, then
 * reads every sale's ledger, and says so aloud when one at rest does not balance.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Audit } from '../../contract/operator.ts';
import type { StockLedger } from '../admit/stock.ts';
import type { Logger } from '../logger.ts';
import { loadSale } from '../sales/create-sale.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { judgeAudit } from './audit.ts';
import { judgeLedger, type LedgerJudgement } from './ledger.ts';

export const RECONCILE_EVERY_MS = 1_000;

export interface ReconcileOptions {
  stock: StockLedger;
  book: OrderBook;
  sales(): readonly Sale[];
  logger: Logger;
  mayGoOn(): boolean;
  observe(saleId: string, judgement: LedgerJudgement): void;
}

export async function reconcileRound(options: ReconcileOptions): Promise<void> {
  await finishLoading(options);
  for (const { saleId, soldBy } of options.sales()) {
    if (!options.mayGoOn()) return;
    // There is no stock to hold the book against.
    if (soldBy === 'log') continue;
    const judgement = await readLedger(options, saleId);
    if (judgement === undefined) continue;
    options.observe(saleId, judgement);
    if (judgement.atWatermark && judgement.difference !== 0) {
      options.logger.error({ saleId, ...judgement }, 'the ledger does not balance');
    }
  }
}

/** Asks the book again first: what this process knows of a sale may be a second old. */
async function finishLoading(options: ReconcileOptions): Promise<void> {
  const { stock, book, sales, logger, mayGoOn } = options;
  if (sales().every((sale) => sale.loaded || sale.recovering)) return;
  for (const sale of await book.sales()) {
    if (sale.loaded || !mayGoOn()) continue;
    // One that cannot be loaded must not keep the others from it.
    await loadSale({ stock, book }, sale).catch((error: unknown) => {
      logger.error({ error, saleId: sale.saleId }, 'the stock of a sale is not loaded');
    });
  }
}

interface Stores {
  stock: StockLedger;
  book: OrderBook;
}

/** Undefined when one of the two stores does not know the sale. */
export async function readLedger(
  stores: Stores,
  saleId: string,
): Promise<LedgerJudgement | undefined> {
  return (await readBetween(stores, saleId, async () => undefined))?.judgement;
}

/** Undefined when one of the two stores does not know the sale. */
export async function readAudit(stores: Stores, saleId: string): Promise<Audit | undefined> {
  const { book } = stores;
  const reading = await readBetween(stores, saleId, async () => {
    const proof = await book.proof(saleId);
    return { proof, after: await book.terms(saleId) };
  });
  if (reading === undefined) return undefined;
  const { judgement, book: terms, more } = reading;
  // Who pays, or gives a unit to the line, moves the counters and not the stock.
  const atWatermark = judgement.atWatermark && isDeepStrictEqual(terms, more.after);
  const { proof } = more;
  return judgeAudit({ saleId, judgement: { ...judgement, atWatermark }, book: terms, proof });
}

/**
 * All of the book is read between two reads of the stock: when the stock did not move, an order
 * that settled in between would have been one that was still on its way, and this is no watermark.
 */
async function readBetween<More>(
  { stock, book }: Stores,
  saleId: string,
  readMore: () => Promise<More>,
) {
  const stockBefore = await stock.terms(saleId);
  const terms = await book.terms(saleId);
  const more = await readMore();
  const stockAfter = await stock.terms(saleId);
  if (stockBefore === undefined || terms === undefined || stockAfter === undefined) {
    return undefined;
  }
  return { judgement: judgeLedger({ stockBefore, book: terms, stockAfter }), book: terms, more };
}
