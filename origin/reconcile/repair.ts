/**
 * Repairs what the ledger shows, for each sale in turn: appends orders that the log lost, gives
 * back units that the stock store forgot, and has the stock made anew where it cannot be right. It
 * only ever moves towards selling less, but for units that are proved to be free.
 */
import type { StockLedger } from '../admit/stock.ts';
import type { OrderLog } from '../log/log.ts';
import type { Logger } from '../logger.ts';
import { beginRecovery } from '../recover/begin-recovery.ts';
import type { RecoveryCause } from '../recover/judge-stock.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { createMendDifference } from './mend-difference.ts';
import { createMendGap } from './mend-gap.ts';

/** A sale that is well costs two reads of each store. */
export const REPAIR_EVERY_MS = 5_000;

export interface RepairOptions {
  book: OrderBook;
  stock: StockLedger;
  log: OrderLog;
  sales(): readonly Sale[];
  nowMs(): number;
  logger: Logger;
  /** Orders appended again, units given back. */
  observe(repair: 'appended' | 'returned', count: number): void;
}

/** Has a sale's stock made anew, unless it is of another epoch by now. */
export type Recover = (saleId: string, epoch: number, cause: RecoveryCause) => Promise<void>;

export type RepairRound = (mayGoOn: () => boolean) => Promise<void>;

export function createRepair(options: RepairOptions): RepairRound {
  const { book, logger, nowMs } = options;
  let dueAtMs = 0;

  const recover: Recover = async (saleId, epoch, cause) => {
    logger.error({ saleId, epoch, cause }, 'the stock of a sale cannot be right; it is made anew');
    await beginRecovery(book, { saleId, epoch, cause });
  };
  const mendGap = createMendGap(options, recover);
  const mendDifference = createMendDifference(options, recover);

  return async (mayGoOn) => {
    if (nowMs() < dueAtMs) return;
    dueAtMs = nowMs() + REPAIR_EVERY_MS;
    for (const { saleId, loaded, recovering } of options.sales()) {
      if (!mayGoOn()) return;
      if (!loaded || recovering) continue;
      await mendGap(saleId);
      await mendDifference(saleId);
    }
  };
}
