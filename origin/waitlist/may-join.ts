/**
 * What speaks against joining a line before the book is asked, so that those who cannot wait cost
 * it nothing. The stock store knows first that a buyer ordered, and last that the order was closed:
 * of an order that it still holds, the book has the last word. That the stock was seen empty goes
 * on with the moment before, by the book's clock: units that came back since then are found in the
 * book, by when they were delivered.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import { judgeClick } from '../admit/admission.ts';
import { holdsUnits } from '../admit/order-view.ts';
import type { StockLedger } from '../admit/stock.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { answer } from '../settle/waiting.ts';
import type { Wish } from './decide-joins.ts';
import { createRecent } from './recent.ts';

/** How long it is believed that a sale is sold out, or not. */
const SOLD_OUT_MAX_AGE_MS = 100;

export interface MayJoinOptions {
  book: OrderBook;
  stock: StockLedger;
  nowMs(): number;
}

/** `sold-out-at` lets the buyer on to the book; `atMs` as in JoinRequest. */
export type MayJoin = (
  sale: Sale,
  wish: Wish,
) => Promise<{ kind: 'sold-out-at'; atMs: number } | Refusal>;

export function createMayJoin({ book, stock, nowMs }: MayJoinOptions): MayJoin {
  const stocks = createRecent({
    maxAgeMs: SOLD_OUT_MAX_AGE_MS,
    nowMs,
    async read(saleId) {
      const atMs = await bookNow(book);
      return { atMs, terms: await stock.terms(saleId) };
    },
  });

  async function hasOrder(saleId: string, buyerId: string): Promise<boolean> {
    const holding = await stock.find(saleId, buyerId);
    if (holding === undefined) return false;
    const order = await book.order(holding.orderId);
    return order === undefined || holdsUnits(order);
  }

  return async (sale, { buyerId, quantity }) => {
    const { saleId } = sale;
    const click = { saleId, buyerId, idempotencyKey: '', quantity, admittedAtMs: nowMs() };
    const refusal = judgeClick(sale, click, nowMs());
    if (refusal !== undefined) return refusal;
    // Whether a unit is left is decided when what is in the log settles.
    if (sale.soldBy === 'log') return { kind: 'recovering' };
    const [{ atMs, terms }, holds] = await Promise.all([
      stocks.get(saleId),
      hasOrder(saleId, buyerId),
    ]);
    const isOpen = terms !== undefined && !terms.frozen && terms.epoch === sale.epoch;
    if (!isOpen) return { kind: 'recovering' };
    if (holds) return { kind: 'has-order' };
    return terms.stock === 0 ? { kind: 'sold-out-at', atMs } : { kind: 'not-sold-out' };
  };
}

function bookNow(book: OrderBook): Promise<number> {
  return book.transact(function* ({ nowMs }) {
    return yield* answer(nowMs);
  });
}
