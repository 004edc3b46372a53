/**
 * What this process knows of the sales, read from the book every second and at once when somebody
 * asks for a sale it does not know. A change made through another process is seen at most
 * REFRESH_EVERY_MS later; the edge is the one that gates by time, so nobody waits for this.
 */
import { saleTag, saleTagOf } from '../../contract/ids.ts';
import { nodeHashing } from '../hashing.ts';
import type { Logger } from '../logger.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { repeatEvery } from '../timer.ts';

export const REFRESH_EVERY_MS = 1_000;
/** An unknown sale id asks the book at most this often, so that made-up ids cost nothing. */
const UNKNOWN_REFRESH_MS = 250;

export interface SaleDirectory {
  /** Undefined when the book has no such sale. Synchronous for a known one. */
  get(saleId: string): Sale | undefined | Promise<Sale | undefined>;
  /** Without asking the book. */
  known(): Sale[];
  /** The known sale whose orders' ids begin as this one does. */
  ofOrder(orderId: string): Sale | undefined;
  /** What all order ids of a sale begin with. */
  tagOf(saleId: string): string;
  refresh(): Promise<void>;
  close(): void;
}

export interface SaleDirectoryOptions {
  book: OrderBook;
  nowMs(): number;
  logger: Logger;
}

export function createSaleDirectory(options: SaleDirectoryOptions): SaleDirectory {
  const { book, nowMs, logger } = options;
  const tagOf = (saleId: string) => saleTag(nodeHashing, saleId);
  let sales = new Map<string, Sale>();
  let byTag = new Map<string, Sale>();
  let refreshedAtMs = 0;
  let refreshing: Promise<void> | undefined;

  async function load(): Promise<void> {
    const found = await book.sales();
    sales = new Map(found.map((sale) => [sale.saleId, sale]));
    byTag = new Map(found.map((sale) => [tagOf(sale.saleId), sale]));
    refreshedAtMs = nowMs();
  }

  /** Waits for a running read and then reads once more: the running one may be too old. */
  async function refresh(): Promise<void> {
    await refreshing?.catch(() => {});
    refreshing ??= load().finally(() => {
      refreshing = undefined;
    });
    await refreshing;
  }

  const timer = repeatEvery(REFRESH_EVERY_MS, async () => {
    await refresh().catch((error: unknown) => logger.warn({ error }, 'the sales cannot be read'));
  });

  return {
    get(saleId) {
      const sale = sales.get(saleId);
      if (sale !== undefined || nowMs() - refreshedAtMs < UNKNOWN_REFRESH_MS) return sale;
      return refresh().then(() => sales.get(saleId));
    },
    known: () => [...sales.values()],
    ofOrder: (orderId) => byTag.get(saleTagOf(orderId)),
    tagOf,
    refresh,
    close: () => timer.stop(),
  };
}
