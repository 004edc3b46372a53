/**
 * StockLedger: the port to the fast store that hands units out (Redis, or SQLite when embedded). It
 * decides who gets a unit; the book decides whether that was right. Every call is atomic for one
 * sale's bucket, and safe to repeat.
 */
import type { Reservation } from '../../contract/log/codec.ts';

/** The only bucket of a sale until stock is sharded. */
export const ONLY_BUCKET = 0;

/** Requests in one call of `reserve`; more would block the store's single thread for over 1 ms. */
export const MAX_RESERVE_BATCH = 128;

export interface ReserveRequest {
  orderId: string;
  buyerId: string;
  /** 1 to the sale's `perBuyer`. */
  quantity: number;
}

export interface ReserveCall {
  saleId: string;
  epoch: number;
  perBuyer: number;
  nowMs: number;
  /** 1 to MAX_RESERVE_BATCH; judged in this order. */
  requests: readonly ReserveRequest[];
}

export type ReserveVerdict =
  /** New: stock is down, the buyer recorded, an outbox entry written. */
  | { kind: 'reserved'; seq: number }
  /**
   * The buyer has a live order, this one or another. `accepting`: its outbox entry is still there.
   */
  | { kind: 'held'; orderId: string; quantity: number; accepting: boolean }
  /** This very order id was released before; the book knows how it ended. */
  | { kind: 'resolved' }
  /** Fewer units are left than asked for. */
  | { kind: 'sold-out' };

export type ReserveReply =
  /** The store has no state of this sale, or one of another epoch. Nothing was changed. */
  | { kind: 'recovering' }
  /** One verdict a request, in the order asked; `stockLeft` in units, after all of them. */
  | { kind: 'done'; verdicts: ReserveVerdict[]; stockLeft: number };

export interface Holding {
  orderId: string;
  quantity: number;
  accepting: boolean;
}

/** The ledger terms that only the stock store knows, of one bucket. All but `epoch` are counts. */
export interface StockTerms {
  epoch: number;
  /** Units free to take. */
  stock: number;
  /** Units taken in this epoch, ever. */
  takenUnits: number;
  /** Reservations made in this epoch, ever (the last `seq`). */
  seq: number;
  /** Outbox entries not yet confirmed. */
  outbox: number;
}

export interface ReleaseCall {
  saleId: string;
  epoch: number;
  orderId: string;
  /** Empty when there is no buyer to free: units that were added to the sale. */
  buyerId: string;
  /** Units that go back to stock; 0 frees the buyer only. */
  units: number;
}

export interface HoldCall {
  saleId: string;
  epoch: number;
  orderId: string;
  buyerId: string;
  quantity: number;
}

export interface StockLedger {
  /**
   * Sets a sale's stock for an epoch. `loaded` also when this epoch was loaded before (then nothing
   * changes); `newer` when the store already holds a later epoch.
   */
  load(sale: { saleId: string; epoch: number; units: number }): Promise<'loaded' | 'newer'>;
  reserve(call: ReserveCall): Promise<ReserveReply>;
  /** Deletes outbox entries of orders that are in the log. Unknown ids are skipped. */
  confirm(saleId: string, orderIds: readonly string[]): Promise<void>;
  /** The buyer's live order in the sale, or undefined. */
  find(saleId: string, buyerId: string): Promise<Holding | undefined>;
  /** Up to `limit` outbox entries reserved before `beforeMs`, oldest seq first. */
  pending(query: { saleId: string; beforeMs: number; limit: number }): Promise<Reservation[]>;
  /** Frees the buyer and gives units back, once an order id, whatever is repeated. */
  release(call: ReleaseCall): Promise<'applied' | 'already' | 'other-epoch'>;
  /**
   * The buyer has this order, which the book made: it takes no units, and the place of any other
   * order that the buyer has here. `already` when it is there, or was released before. The race
   * accepted: that other order may be on its way to the book and settle after this one was
   * released; the store then does not know it, and another click settles as a duplicate.
   */
  hold(call: HoldCall): Promise<'applied' | 'already' | 'other-epoch'>;
  /** Undefined when the store has no state of the sale. */
  terms(saleId: string): Promise<StockTerms | undefined>;
  /** Rejects with a clear message while the store cannot serve. */
  ping(): Promise<void>;
  /** One line for each setting of the store that puts an invariant at risk. */
  risks(): Promise<string[]>;
  close(): Promise<void>;
}
