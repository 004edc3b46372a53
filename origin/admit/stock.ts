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

/** Holdings, and also released ids, in one call of `fill`; for the same reason. */
export const MAX_FILL = 1_000;

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
  /** No state of this sale, a frozen one, or one of another epoch. Nothing was changed. */
  | { kind: 'recovering' }
  /** One verdict a request, in the order asked; `stockLeft` in units, after all of them. */
  | { kind: 'done'; verdicts: ReserveVerdict[]; stockLeft: number };

export interface Holding {
  orderId: string;
  quantity: number;
  accepting: boolean;
}

/** A buyer's live order, as the store holds it. */
export interface Held {
  buyerId: string;
  orderId: string;
  quantity: number;
}

/** The ledger terms that only the stock store knows, of one bucket. The last four are counts. */
export interface StockTerms {
  epoch: number;
  /** The store waits for the stock of this epoch: it hands out nothing, its counts are 0. */
  frozen: boolean;
  /**
   * `other` when the data may have lost its latest writes: the server is not the one that loaded
   * or froze this state, or was restarted since, or took its data from another. `same` also when
   * nobody can know.
   */
  lineage: 'same' | 'other';
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

export interface FreezeCall {
  saleId: string;
  epoch: number;
  /**
   * Names one attempt to recover, 1 to 64 characters. Who looks at the book anew takes a new one:
   * what an earlier attempt filled in is then forgotten.
   */
  token: string;
}

export interface FillCall extends FreezeCall {
  /** Live orders, each with its buyer; at most MAX_FILL. */
  holdings: readonly Held[];
  /** Orders released in this epoch already, at most MAX_FILL. */
  releasedIds: readonly string[];
}

export interface LoadCall {
  saleId: string;
  epoch: number;
  units: number;
  /** The one that froze the store; left out for a new sale. */
  token?: string;
}

/** `newer`: the store holds a later epoch. `lost`: somebody else's attempt; nothing changed. */
export type LoadReply = 'loaded' | 'newer' | 'lost';

/**
 * What became of a release or a hold. `already`: it was applied before. `newer`: the store holds a
 * later epoch, whose stock was made from a book that had it; of a release it notes that the order
 * is over. `recovering`: the store has no state, an earlier epoch, or waits for the stock of this
 * one; it is to be offered again. All else changes nothing.
 */
export type DeliveryReply = 'applied' | 'already' | 'newer' | 'recovering';

export interface StockLedger {
  /**
   * Sets a sale's stock for an epoch, and opens it. `loaded` also when this epoch was loaded before
   * (then nothing changes). Without a token, for a new sale: what an earlier epoch left is
   * forgotten, all but the outbox; `lost` when this epoch is frozen. With one: what `fill` wrote
   * stays; `lost` unless the store is frozen at this epoch by this token, and kept all since.
   */
  load(call: LoadCall): Promise<LoadReply>;
  /**
   * Stops a sale until `load`, and forgets buyers and releases of before; the outbox stays. Takes
   * over from another token of the same epoch; a repeated call changes nothing. `loaded` when this
   * epoch is loaded already, `newer` when the store holds a later one; then nothing changes.
   */
  freeze(call: FreezeCall): Promise<'frozen' | 'loaded' | 'newer'>;
  /**
   * Tells a frozen store what the book knows; repeating is harmless. `lost` unless it is frozen at
   * this epoch by this token, and kept all since: a server that was restarted or replaced in
   * between may lack a part of it.
   */
  fill(call: FillCall): Promise<'filled' | 'lost'>;
  reserve(call: ReserveCall): Promise<ReserveReply>;
  /** Deletes outbox entries of orders that are in the log. Unknown ids are skipped. */
  confirm(saleId: string, orderIds: readonly string[]): Promise<void>;
  /** The buyer's live order in the sale, or undefined. */
  find(saleId: string, buyerId: string): Promise<Holding | undefined>;
  /**
   * A page of all live orders: the first for an empty cursor, the last when `next` is undefined.
   * What is there throughout is shown, some of it perhaps twice.
   */
  holdings(query: { saleId: string; cursor: string }): Promise<{
    holdings: Held[];
    next: string | undefined;
  }>;
  /** Up to `limit` outbox entries reserved before `beforeMs`, oldest seq first. */
  pending(query: { saleId: string; beforeMs: number; limit: number }): Promise<Reservation[]>;
  /** Frees the buyer and gives units back, once an order id, whatever is repeated. */
  release(call: ReleaseCall): Promise<DeliveryReply>;
  /**
   * The buyer has this order, which the book made: it takes no units, and the place of any other
   * order that the buyer has here. `already` when it is there, or was released before. The race
   * accepted: that other order may be on its way to the book and settle after this one was
   * released; the store then does not know it, and another click settles as a duplicate.
   */
  hold(call: HoldCall): Promise<DeliveryReply>;
  /** Undefined when the store has no state of the sale. */
  terms(saleId: string): Promise<StockTerms | undefined>;
  /** Makes the store know every script before it is first called; how many there are. */
  prepare?(): Promise<number>;
  /** By the store's own clock, in a store that has one. */
  clockMs?(): Promise<number>;
  /** Rejects with a clear message while the store cannot serve. */
  ping(): Promise<void>;
  /** One line for each setting of the store that puts an invariant at risk. */
  risks(): Promise<string[]>;
  close(): Promise<void>;
}
