/**
 * What this process knows of the sales, read from the book every second and at once when somebody
 * asks for a sale it does not know. A change made through another process is seen at most
 * REFRESH_EVERY_MS later; the edge is the one that gates by time, so nobody waits for this.
 */
import { saleTag, saleTagOf } from '../../contract/ids.ts';
import { nodeHashing } from '../hashing.ts';
import type { Logger } from '../logger.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { pause, repeatEvery } from '../timer.ts';
import { levelOf } from '../told-errors.ts';

export const REFRESH_EVERY_MS = 1_000;
/**
 * Unknown ids ask the book together, at most this often: made-up ones cost little, and a sale that
 * another process just made is found.
 */
const UNKNOWN_REFRESH_MS = 250;

export interface SaleDirectory {
  /** Undefined when the book has no such sale. Synchronous for a known one. */
  get(saleId: string): Sale | undefined | Promise<Sale | undefined>;
  /** Without asking the book. */
  known(): Sale[];
  /** The sale whose orders' ids begin as this one does. Synchronous for a known one. */
  ofOrder(orderId: string): Sale | undefined | Promise<Sale | undefined>;
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
  let asking: Promise<void> | undefined;

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

  /** A reading that begins after now, though not too soon after the last one. */
  function askedFor(): Promise<void> {
    asking ??= pause(Math.max(0, refreshedAtMs + UNKNOWN_REFRESH_MS - nowMs()))
      .then(refresh)
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  const timer = repeatEvery(REFRESH_EVERY_MS, async () => {
    await refresh().catch((error: unknown) =>
      logger[levelOf(error)]({ error }, 'the sales cannot be read'),
    );
  });

  return {
    get: (saleId) => sales.get(saleId) ?? askedFor().then(() => sales.get(saleId)),
    known: () => [...sales.values()],
    ofOrder(orderId) {
      const tag = saleTagOf(orderId);
      return byTag.get(tag) ?? askedFor().then(() => byTag.get(tag));
    },
    tagOf,
    refresh,
    close: () => timer.stop(),
  };
}
