/**
 * Appends orders again that the stock store holds and that are neither in the log, nor in the book,
 * nor dead letters: the log lost them, or an outbox entry went without its append. Their buyers
 * hold a unit, and so are given their order. One that is only on its way is in the log twice then,
 * and settles once.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import { type Held, ONLY_BUCKET, type StockLedger } from '../admit/stock.ts';
import { readHeldIds } from '../dead-letters/held-orders.ts';
import type { OrderLog } from '../log/log.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';

const { 'select-known-orders': selectKnown } = statementsBeside(import.meta.url, [
  'select-known-orders',
]);

export interface LostOptions {
  book: OrderBook;
  stock: StockLedger;
  log: OrderLog;
}

export interface LostOf {
  saleId: string;
  epoch: number;
  /** What the store had handed out at least: stands in for each order's own number. */
  seq: number;
  nowMs: number;
}

/** How many were appended. */
export async function appendLost(options: LostOptions, of: LostOf): Promise<number> {
  const { book, stock, log } = options;
  let appended = 0;
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = await stock.holdings({ saleId: of.saleId, cursor });
    const orderIds = page.holdings.map(({ orderId }) => orderId);
    const rows = await book.read<{ orderId: string }>(selectKnown, orderIds);
    const held = await readHeldIds(book, orderIds);
    const known = new Set([...rows.map(({ orderId }) => orderId), ...held]);
    const lost = page.holdings.filter(({ orderId }) => !known.has(orderId));
    await log.append(lost.map((held) => reservationOf(held, of)));
    appended += lost.length;
    cursor = page.next;
  }
  return appended;
}

function reservationOf(held: Held, { saleId, epoch, seq, nowMs }: LostOf): Reservation {
  return { saleId, epoch, bucket: ONLY_BUCKET, ...held, seq, reservedAtMs: nowMs };
}
