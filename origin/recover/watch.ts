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

/**
 * How many sales were opened again. One that fails does not keep the others shut; what it failed
 * with is thrown at the end.
 */
export async function recoveryRound(options: WatchOptions): Promise<number> {
  const { book, mayGoOn } = options;
  const failures: unknown[] = [];
  let recovering = false;
  for (const sale of options.sales()) {
    if (!mayGoOn()) return 0;
    // No store sells it, or none yet.
    if (sale.soldBy === 'log') continue;
    const began = await isLost(options, sale).catch((error: unknown) => {
      failures.push(error);
      return false;
    });
    recovering ||= began || sale.recovering;
  }
  const opened = recovering && mayGoOn() ? await recoverAll(options, await book.sales()) : 0;
  if (failures.length > 0) throw failures[0];
  return opened;
}

/** The ones that end last come first: those that run, or are to come, before what is history. */
function recoverAll(options: WatchOptions, known: readonly Sale[]): Promise<number> {
  const sales = known.filter((sale) => sale.recovering && sale.soldBy === 'store');
  sales.sort((one, other) => other.closesAtMs - one.closesAtMs);
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
