/**
 * What a database must offer for settling: a handful of exchanges, each one round trip where the
 * database allows, all inside one transaction that the adapter begins and `finish` ends.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { ClosedBy } from '../../contract/order.ts';
import type { OffsetStep, PendingRelease } from './book.ts';
import type { NewOrder, OrderRow, RejectedOrder } from './order-row.ts';
import type { SettledCount } from './settle-decisions.ts';
import type { Answer } from './waiting.ts';

export interface Opening {
  log: string;
  steps: readonly OffsetStep[];
  /** May be empty. */
  saleIds: readonly string[];
}

export interface OpenedSale {
  /** How long the sale gives its buyers to pay. */
  payWindowMs: number;
  /** Orders of an older epoch come too late: the stock was made anew without them. */
  settlesFrom: number;
  /** Whether any buyer cancelled an order of the sale that had not settled. */
  hasCancellations: boolean;
}

export interface Opened {
  kind: 'open';
  /** The book's clock. */
  nowMs: number;
  /** By sale id; a sale that does not exist is missing. */
  sales: ReadonlyMap<string, OpenedSale>;
}

/** Units were taken, and so the sale's row is locked until the transaction ends. */
export interface Taken {
  /** How many wait for a unit of the sale. */
  waiting: number;
}

/** What became of a sale's orders in this transaction, under the number that taking units gave. */
export interface SaleResults {
  saleId: string;
  /** As `encodeResults` writes it. */
  orders: string;
}

export interface SettleExchanges {
  /** Moves the offsets, then reads clock and sales. `fenced` when a partition is not at `from`. */
  open(opening: Opening): Answer<Opened | { kind: 'fenced' }>;
  /** Which of these orders were cancelled before they settled, by order id. */
  cancellations(orderIds: readonly string[]): Answer<Map<string, ClosedBy>>;
  /** Writes what is new as reserved, then gives every id's row; one that collided has none. */
  insertReserved(orders: readonly NewOrder[]): Answer<OrderRow[]>;
  /** Writes what is new as rejected, then gives every id's row. */
  insertRejected(orders: readonly RejectedOrder[]): Answer<OrderRow[]>;
  /** What the stock store is to give back; 0 units only free the buyer there. */
  release(releases: readonly PendingRelease[]): Answer<void>;
  /** Those of the orders, all in the book, whose buyer also got one as head of the waitlist. */
  selectBesideHeads(orderIds: readonly string[]): Answer<string[]>;
  deleteCancellations(orderIds: readonly string[]): Answer<void>;
  /**
   * Adds to the counts, then takes the units if so many are free and the sale still settles from
   * that epoch, with the next result's number. Undefined: none were taken.
   */
  countAndTake(take: {
    saleId: string;
    counts: readonly SettledCount[];
    units: number;
    settlesFrom: number;
  }): Answer<Taken | undefined>;
  /** The units still free, and the oldest epoch that settles, locked until the transaction ends. */
  lockFree(saleId: string): Answer<{ free: number; settlesFrom: number }>;
  /**
   * Takes what fits of a locked sale, with the next result's number, and rejects and releases the
   * rest. Undefined: the guard held.
   */
  takeAndReject(take: {
    saleId: string;
    /** May be 0. */
    units: number;
    /** May be empty: a unit may come back between the guard and the lock. */
    rejected: readonly Reservation[];
    settlesFrom: number;
  }): Answer<Taken | undefined>;
  /** Takes those of the buyers who wait for the sale, whose row is locked, out of the line. */
  leaveWaitlist(leaving: {
    saleId: string;
    buyerIds: readonly string[];
    nowMs: number;
  }): Answer<void>;
  /** Writes the results and commits, unless something around the transaction does that. */
  finish(end: { nowMs: number; results: readonly SaleResults[] }): Answer<void>;
}
