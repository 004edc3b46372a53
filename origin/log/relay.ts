/**
 * Appends outbox entries whose API process died before it did, or whose confirmation was lost. It
 * runs under a lease; should two run at once after all, an order is in the log twice and settled
 * once.
 */
import type { StockLedger } from '../admit/stock.ts';
import type { Logger } from '../logger.ts';
import type { Sale } from '../settle/book.ts';
import { confirmAppended } from './appender.ts';
import type { OrderLog } from './log.ts';

export const RELAY_EVERY_MS = 1_000;
/** One append of the relay, about 500 kB. Each costs a scan of the outbox, so it is not small. */
export const RELAY_BATCH = 5_000;

export interface RelayOptions {
  stock: StockLedger;
  log: OrderLog;
  sales(): readonly Sale[];
  nowMs(): number;
  /** Younger entries are still in the hands of the API process that made them. */
  relayAfterMs: number;
  logger: Logger;
  /** False once the lease is lost: the round ends before its next append. */
  mayGoOn(): boolean;
  observe(orders: number): void;
}

/** One round over all sales. Resolves with how many orders were appended. */
export async function relayRound(options: RelayOptions): Promise<number> {
  const { stock, log, nowMs, relayAfterMs, logger, mayGoOn, observe } = options;
  let appended = 0;
  for (const { saleId } of options.sales()) {
    for (let full = true; full && mayGoOn(); ) {
      const beforeMs = nowMs() - relayAfterMs;
      const reservations = await stock.pending({ saleId, beforeMs, limit: RELAY_BATCH });
      if (reservations.length === 0 || !mayGoOn()) break;
      await log.append(reservations);
      await confirmAppended(stock, reservations);
      logger.warn({ saleId, orders: reservations.length }, 'relayed orders left in the outbox');
      observe(reservations.length);
      appended += reservations.length;
      full = reservations.length === RELAY_BATCH;
    }
  }
  return appended;
}
