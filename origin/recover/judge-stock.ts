/**
 * Whether a stock store still tells the truth about a sale: a pure decision. A store that was
 * flushed, restored or promoted from a replica that lagged may hand out again what it handed out
 * before; the book would refuse that, but buyers would be told "queued" and then "sold out".
 */
import type { StockTerms } from '../admit/stock.ts';

/** Why a sale begins another epoch; with each but `outage` its stock is made anew. */
export type RecoveryCause =
  /** The store has nothing of the sale. */
  | 'no-state'
  /** The store is of an epoch that is over, or frozen though the sale is open. */
  | 'older-epoch'
  /** The store is of an epoch that the book never began: the book lost its end. */
  | 'newer-epoch'
  /** Another server than the one that the stock was loaded into, or one that was restarted. */
  | 'other-lineage'
  /** The book settled more of this epoch than the store says that it handed out. */
  | 'seq-reused'
  /** Reservations that are neither in the outbox, nor in the log, nor in the book. */
  | 'gap'
  /** At rest, the store has more units than the book. */
  | 'too-much-stock'
  /** An operator asked for it. */
  | 'operator'
  /** The store is away, and the log is to sell without it. */
  | 'outage'
  /** It answers again. */
  | 'outage-over';

export interface StockReading {
  epoch: number;
  /** Orders of the epoch that the book has settled; read before the store was. */
  settledOrders: number;
  stock: StockTerms | undefined;
}

/** Undefined while nothing speaks against the store. */
export function judgeStock(reading: StockReading): RecoveryCause | undefined {
  const { epoch, settledOrders, stock } = reading;
  if (stock === undefined) return 'no-state';
  if (stock.epoch > epoch) return 'newer-epoch';
  if (stock.epoch < epoch || stock.frozen) return 'older-epoch';
  if (stock.lineage === 'other') return 'other-lineage';
  return settledOrders > stock.seq ? 'seq-reused' : undefined;
}
