/** What repairing needs, whatever it mends. */
import type { StockLedger } from '../admit/stock.ts';
import type { OrderLog } from '../log/log.ts';
import type { Logger } from '../logger.ts';
import type { RecoveryCause } from '../recover/judge-stock.ts';
import type { OrderBook, Sale } from '../settle/book.ts';

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
