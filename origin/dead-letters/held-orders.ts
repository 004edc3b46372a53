/**
 * Orders that lie in the dead letters, for whoever asks about them: their buyers are told that the
 * shop has to look, and the ledger is not to take them for lost. Most shops never have one, so each
 * process asks at most once a second whether there is any, and looks for a buyer's only then: an
 * order may be held for a second before its buyer is told.
 */
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';

const statements = statementsBeside(import.meta.url, [
  'select-any-held',
  'select-held-ids',
  'select-held-of-buyer',
  'select-held-terms',
]);

const ANY_KNOWN_MS = 1_000;

export interface HeldOrder {
  orderId: string;
  saleId: string;
  quantity: number;
}

export interface HeldOrders {
  /** A buyer's orders that are neither in the book nor on their way to it. */
  ofBuyer(buyerId: string): Promise<HeldOrder[]>;
}

export function createHeldOrders(options: { book: OrderBook; nowMs(): number }): HeldOrders {
  const { book, nowMs } = options;
  let any: Promise<boolean> | undefined;
  let askedAtMs = 0;

  /** All who ask within the second share one answer; one that failed is asked for again. */
  function isThereAny(): Promise<boolean> {
    if (any !== undefined && nowMs() - askedAtMs < ANY_KNOWN_MS) return any;
    askedAtMs = nowMs();
    any = book.read(statements['select-any-held']).then((rows) => rows.length > 0);
    any.catch(() => {
      any = undefined;
    });
    return any;
  }

  return {
    async ofBuyer(buyerId) {
      if (!(await isThereAny())) return [];
      return book.read<HeldOrder>(statements['select-held-of-buyer'], buyerId);
    },
  };
}

export interface HeldTerms {
  epoch: number;
  orders: number;
  units: number;
}

/**
 * What the letters hold of a sale, by epoch: handed out by the stock store, and not in the book.
 * Nobody need look for these: they did not go astray.
 */
export function readHeldTerms(book: OrderBook, saleId: string): Promise<HeldTerms[]> {
  return book.read<HeldTerms>(statements['select-held-terms'], saleId);
}

/** Those of the orders that the letters have. */
export async function readHeldIds(
  book: OrderBook,
  orderIds: readonly string[],
): Promise<Set<string>> {
  const rows = await book.read<{ orderId: string }>(statements['select-held-ids'], orderIds);
  return new Set(rows.map(({ orderId }) => orderId));
}
