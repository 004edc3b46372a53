/**
 * What a database must offer for settling: a handful of exchanges, each one round trip where the
 * database allows, all inside one transaction that the adapter begins and ends.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { OffsetStep } from './book.ts';
import type { NewOrder, OrderRow } from './order-row.ts';
import type { SettledCount } from './settle-decisions.ts';
import type { Answer } from './waiting.ts';

export interface Opening {
  log: string;
  steps: readonly OffsetStep[];
  /** May be empty. */
  saleIds: readonly string[];
}

export interface Opened {
  kind: 'open';
  /** The book's clock. */
  nowMs: number;
  /** How long each of the sales gives its buyers to pay; a sale that does not exist is missing. */
  payWindowsMs: ReadonlyMap<string, number>;
}

export interface SettleExchanges {
  /** Moves the offsets, then reads clock and sales. `fenced` when a partition is not at `from`. */
  open(opening: Opening): Answer<Opened | { kind: 'fenced' }>;
  /** Writes what is new as reserved, then gives every id's row; one that collided has none. */
  insertReserved(orders: readonly NewOrder[]): Answer<OrderRow[]>;
  /** Writes what is new as rejected(duplicate), then gives every id's row. */
  insertDuplicates(orders: readonly NewOrder[]): Answer<OrderRow[]>;
  /** A release of 0 units for each: it frees the buyer in the stock store. */
  release(orders: readonly Reservation[]): Answer<void>;
  /** Adds to the counts, then takes the units if so many are free. False: none were taken. */
  countAndTake(take: {
    saleId: string;
    counts: readonly SettledCount[];
    units: number;
  }): Answer<boolean>;
  /** The units still free, locked until the transaction ends. */
  lockFree(saleId: string): Answer<number>;
  /** Takes what fits of a locked sale, and rejects and releases the rest. False: the guard held. */
  takeAndReject(take: {
    saleId: string;
    /** May be 0. */
    units: number;
    /** May be empty: a unit may come back between the guard and the lock. */
    rejected: readonly Reservation[];
  }): Answer<boolean>;
}
