/** The rows of the book and the stock store, as the checks of a simulation read them. */
import type { Stores } from './stores.ts';
import { SALE_ID } from './world.ts';

export interface SaleRow {
  units: number;
  free: number;
  reserved: number;
  paid: number;
  waiting: number;
  epoch: number;
  settles_from: number;
  loaded: number;
  result_seq: number;
  per_buyer: number;
  closes_at_ms: number;
}

export interface OrderRow {
  order_id: string;
  buyer_id: string;
  quantity: number;
  state: 'reserved' | 'paid' | 'expired' | 'cancelled' | 'refunded' | 'rejected';
  reason: string | null;
  live: number | null;
  epoch: number;
  settle_id: number;
}

export interface PaymentRow {
  payment_id: string;
  order_id: string;
  state: string;
  live: number | null;
}

export interface ReleaseRow {
  order_id: string;
  units: number;
  epoch: number;
  delivered_at_ms: number | null;
}

export interface StockRow {
  epoch: number;
  stock: number;
  taken: number;
  seq: number;
}

export type Rows = ReturnType<typeof prepareRows>;

export function prepareRows({ raw: { book, stock } }: Stores) {
  const all =
    <Row>(statement: { all(...values: string[]): unknown[] }) =>
    () =>
      statement.all() as Row[];
  const sale = book.prepare(`SELECT * FROM book_sales WHERE sale_id = '${SALE_ID}'`);
  const state = stock.prepare(`SELECT * FROM stock_state WHERE sale_id = '${SALE_ID}'`);
  const changed = [book, stock].map((database) =>
    database.prepare('SELECT total_changes() AS changes'),
  );
  return {
    /** Grows whenever a row of either is written. */
    changes: () => changed.reduce((sum, statement) => sum + Number(statement.get()?.changes), 0),
    sale: () => sale.get() as unknown as SaleRow | undefined,
    orders: all<OrderRow>(book.prepare('SELECT * FROM book_orders ORDER BY order_id')),
    payments: all<PaymentRow>(book.prepare('SELECT * FROM book_payments')),
    releases: all<ReleaseRow>(book.prepare('SELECT * FROM book_releases')),
    holds: all<{ order_id: string; delivered_at_ms: number | null }>(
      book.prepare('SELECT * FROM book_holds'),
    ),
    cancellations: all<{ order_id: string }>(book.prepare('SELECT * FROM book_cancellations')),
    waiting: all<{ buyer_id: string; quantity: number }>(
      book.prepare("SELECT * FROM book_waitlist WHERE state = 'waiting'"),
    ),
    results: all<{ seq: number; orders: string }>(
      book.prepare('SELECT seq, orders FROM book_results ORDER BY seq'),
    ),
    stock: () => state.get() as unknown as StockRow | undefined,
    outbox: all<{ order_id: string; quantity: number; epoch: number }>(
      stock.prepare('SELECT * FROM stock_outbox'),
    ),
    released: all<{ order_id: string }>(stock.prepare('SELECT order_id FROM stock_released')),
    holdings: all<{ buyer_id: string; order_id: string }>(
      stock.prepare('SELECT * FROM stock_buyers'),
    ),
  };
}
