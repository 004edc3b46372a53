/**
 * The pieces of decision code that a bug may put something else in the place of. Without one they
 * are the product's own.
 */
import type { StockLedger } from '../../../origin/admit/stock.ts';
import { relayRound } from '../../../origin/log/relay.ts';
import type { Payments } from '../../../origin/pay/payments.ts';
import { recoveryRound } from '../../../origin/recover/watch.ts';
import type { OrderBook } from '../../../origin/settle/book.ts';
import type { Stores } from '../stores.ts';

export interface Parts {
  /** When an order is said to be `queued`. */
  acceptAfter: 'log' | 'outbox';
  relayRound: typeof relayRound;
  recoveryRound: typeof recoveryRound;
  /** What an API process does with a payment's news. */
  paymentsOver(payments: Payments, book: OrderBook): Payments;
  /** The stock store as the sweep calls it. */
  sweepStockOver(stock: StockLedger): StockLedger;
  /** What the store's server does, for all processes. */
  stockOver(stock: StockLedger, stores: Stores): StockLedger;
  bookOver(book: OrderBook, stores: Stores): OrderBook;
}

export interface Bug {
  /** As `--bug` names it. */
  name: string;
  /** What is wrong, and what comes of it. */
  about: string;
  /** The pieces that it changes. */
  parts: Partial<Parts>;
}

export const SOUND_PARTS: Parts = {
  acceptAfter: 'log',
  relayRound,
  recoveryRound,
  paymentsOver: (payments) => payments,
  sweepStockOver: (stock) => stock,
  stockOver: (stock) => stock,
  bookOver: (book) => book,
};
