/**
 * OrderBook: the port to the truth (MySQL, or SQLite when embedded): sales, orders, what was
 * settled and how far. The book's guard decides whether a unit may be sold (I1), whatever the stock
 * store said.
 */

import type { SnapshotAccess } from '../../contract/access.ts';
import type { ShareStep } from '../../contract/draw.ts';
import type { Score } from '../../contract/leaderboard.ts';
import type { Reservation } from '../../contract/log/codec.ts';
import type { ClosedBy, OrderState, Rejection } from '../../contract/order.ts';
import type { BookTransactions } from './transaction.ts';

/** A sale as the book keeps it. Times in milliseconds since the epoch. */
export interface Sale {
  saleId: string;
  /** Grows by 1 with every change. */
  version: number;
  title: string;
  price: number;
  currency: string;
  pictureUrl: string | undefined;
  units: number;
  perBuyer: number;
  opensAtMs: number;
  closesAtMs: number;
  paused: boolean;
  ratePerSecond: number;
  /** base64url of the draw's 32 secret bytes. */
  seed: string;
  shareSteps: ShareStep[];
  /** Mixed into the seed, and when it was published; undefined: the seed draws by itself. */
  beacon: { value: string; atMs: number } | undefined;
  payWindowMs: number;
  /** Whether a failed payment frees the unit at once; else the buyer may try again. */
  freeOnPaymentFailure: boolean;
  /** How many may wait for a unit at most; 0 means that the sale has no waitlist. */
  waitlistCap: number;
  /** How many wait now. */
  waiting: number;
  /** What the leaderboard ranks by. */
  score: Score;
  /** The generation of the sale's stock state; the book owns it. */
  epoch: number;
  /** True while the sale's stock is being made anew from the book; then it is not loaded. */
  recovering: boolean;
  /** True once the stock of this epoch was loaded; before, no order is taken. */
  loaded: boolean;
  /**
   * What this epoch is sold by: `log` while the stock store is away, and then it is not asked;
   * admitted clicks go straight to the log, and settling alone decides who gets a unit.
   */
  soldBy: 'store' | 'log';
  /** Who may buy; missing while nobody ever changed it: everybody. */
  access?: SnapshotAccess;
}

/** What an operator may change of a sale; a missing field stays as it is. */
export type SaleChange = Partial<Pick<Sale, 'opensAtMs' | 'closesAtMs' | 'paused'>>;

export interface BookOrder {
  orderId: string;
  saleId: string;
  buyerId: string;
  quantity: number;
  state: Exclude<OrderState, 'accepting' | 'queued' | 'entered'>;
  reason: Rejection | undefined;
  reservedAtMs: number;
  /** By the book's clock. */
  settledAtMs: number;
  payBeforeMs: number;
  /** Who wants the order closed, or closed it. */
  closedBy: ClosedBy | undefined;
}

/** One partition's step: taken only when the book is still at `from` (undefined: never read). */
export interface OffsetStep {
  partition: number;
  from: bigint | undefined;
  /** The next offset wanted: the last of the batch + 1. */
  to: bigint;
}

export interface SettleBatch {
  /** Name of the log, for the offsets. */
  log: string;
  /** Any number of sales; an order id may be there twice. May be empty (offsets only). */
  reservations: readonly Reservation[];
  /** Empty when a part of a batch is settled by itself (bisecting). */
  steps: readonly OffsetStep[];
  /** All that is new becomes rejected for this reason, and its units go back. */
  rejectAs?: 'poison';
  /** Where the results of sampled orders go on, by order id. */
  traceparents?: ReadonlyMap<string, string> | undefined;
}

export type SettleReply =
  /** Every order of the batch as the book has it now, also of those that were there before. */
  | { kind: 'settled'; orders: BookOrder[] }
  /** Another consumer moved a partition of the batch; nothing was written. */
  | { kind: 'fenced' };

/** A release that the stock store has not applied yet. */
export interface PendingRelease {
  orderId: string;
  saleId: string;
  buyerId: string;
  epoch: number;
  units: number;
}

/** The book's terms of the ledger, in units; `settledOrders` and `pendingReleases` are counts. */
export interface BookTerms {
  units: number;
  /** Units that the book's guard would still sell. */
  free: number;
  reserved: number;
  paid: number;
  settledOrders: number;
  settledUnits: number;
  pendingReleaseUnits: number;
  pendingReleases: number;
  epoch: number;
}

/** The same counted from the order rows, for the audit. */
export interface BookProof {
  reservedUnits: number;
  paidUnits: number;
  /** Buyers with more than one live order: must be 0. */
  buyersTwice: number;
  orders: Record<string, number>;
}

/** Thrown when the book will never take a record, whoever sends it: the poison path begins. */
export class BookRefusedError extends Error {
  readonly code = 'book-refused';
}

export interface OrderBook extends BookTransactions {
  /** Brings the tables up to date under a lock; harmless when they are. */
  migrate(): Promise<void>;
  /** `exists` when the id is taken. */
  createSale(sale: Sale): Promise<'created' | 'exists'>;
  /** Changes and raises the version by one. Undefined when there is no such sale. */
  changeSale(saleId: string, change: SaleChange): Promise<Sale | undefined>;
  sales(): Promise<Sale[]>;
  /** All or nothing, and harmless when repeated. Throws BookRefusedError on poison. */
  settle(batch: SettleBatch): Promise<SettleReply>;
  offsets(log: string): Promise<Map<number, bigint>>;
  order(orderId: string): Promise<BookOrder | undefined>;
  /** The buyer's live order in the sale, else the newest. */
  orderOf(saleId: string, buyerId: string): Promise<BookOrder | undefined>;
  pendingReleases(limit: number): Promise<PendingRelease[]>;
  markReleased(orderIds: readonly string[]): Promise<void>;
  terms(saleId: string): Promise<BookTerms | undefined>;
  proof(saleId: string): Promise<BookProof>;
  ping(): Promise<void>;
  risks(): Promise<string[]>;
  close(): Promise<void>;
}
