/**
 * One round of watching over the stock: asks of every sale whether its store still tells the truth,
 * begins a recovery where it does not, and carries on those that have begun. The book is read
 * before the store, so that an order which settles in between is never taken for one that the store
 * forgot.
 */
import type { Logger } from '../logger.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { beginRecovery } from './begin-recovery.ts';
import { judgeStock } from './judge-stock.ts';
import { type RecoverOptions, recoverSales } from './recover.ts';

export const RECOVER_EVERY_MS = 500;

export interface WatchOptions extends RecoverOptions {
  sales(): readonly Sale[];
}

/** How many sales were opened again. */
export async function recoveryRound(options: WatchOptions): Promise<number> {
  const { book, mayGoOn } = options;
  let recovering = false;
  for (const sale of options.sales()) {
    if (!mayGoOn()) return 0;
    const began = await isLost(options, sale);
    recovering ||= began || sale.recovering;
  }
  if (!recovering || !mayGoOn()) return 0;
  const sales = (await book.sales()).filter((sale) => sale.recovering && sale.soldBy === 'store');
  return recoverSales(
    options,
    sales.map(({ saleId, epoch }) => ({ saleId, epoch })),
  );
}

/** Whether a recovery began. */
async function isLost({ book, stock, logger }: WatchOptions, sale: Sale): Promise<boolean> {
  const { saleId, epoch, loaded, recovering } = sale;
  if (!loaded && !recovering) return false;
  const terms = await book.terms(saleId);
  // What this process knows of the sale is a moment old.
  if (terms === undefined || terms.epoch !== epoch) return false;
  const store = await stock.terms(saleId);
  const cause = judgeStock({ epoch, settledOrders: terms.settledOrders, stock: store });
  // All else is what a sale looks like that is being recovered.
  if (cause === undefined || (recovering && cause !== 'newer-epoch')) return false;
  return begin({ book, logger }, { saleId, epoch, cause, storeEpoch: store?.epoch ?? 0 });
}

async function begin(
  { book, logger }: { book: OrderBook; logger: Logger },
  wish: Parameters<typeof beginRecovery>[1],
): Promise<boolean> {
  const next = await beginRecovery(book, wish);
  if (next === undefined) return false;
  logger.error({ ...wish, next }, 'the stock store lost a sale; it is made anew from the book');
  return true;
}
