/**
 * The ledger of a sale (I4): units = free + unsettled + reserved + paid + pending release. The
 * stock store and the book cannot be read at one instant, so the sum is judged at a watermark only:
 * all that was handed out has settled, nothing waits for release, and the stock did not move
 * between two reads. The rest of the time it says so, and nobody is alarmed by a difference that is
 * only a moment.
 */
import type { StockTerms } from '../admit/stock.ts';
import type { BookTerms } from '../settle/book.ts';

/** In units but `outbox` and `pendingReleases`, which count orders. */
export interface LedgerTerms {
  units: number;
  free: number;
  unsettled: number;
  reserved: number;
  paid: number;
  pendingRelease: number;
  outbox: number;
  pendingReleases: number;
  epoch: number;
}

export interface LedgerJudgement {
  terms: LedgerTerms;
  atWatermark: boolean;
  /** Of the sale's epoch; at the watermark all that the store ever handed out in it. */
  settledOrders: number;
  /** units less the sum of the terms. Positive: units that nobody can buy. Negative: oversold. */
  difference: number;
}

export interface LedgerReading {
  stockBefore: StockTerms;
  book: BookTerms;
  stockAfter: StockTerms;
}

export function judgeLedger({ stockBefore, book, stockAfter }: LedgerReading): LedgerJudgement {
  const unsettled = stockAfter.takenUnits - book.settledUnits;
  const terms: LedgerTerms = {
    units: book.units,
    free: stockAfter.stock,
    unsettled,
    reserved: book.reserved,
    paid: book.paid,
    pendingRelease: book.pendingReleaseUnits,
    outbox: stockAfter.outbox,
    pendingReleases: book.pendingReleases,
    epoch: book.epoch,
  };
  const still =
    stockBefore.seq === stockAfter.seq &&
    stockBefore.stock === stockAfter.stock &&
    stockAfter.epoch === book.epoch &&
    !stockAfter.frozen;
  const sum = terms.free + unsettled + terms.reserved + terms.paid + terms.pendingRelease;
  // Holds are not waited for: they move no unit in either store.
  return {
    terms,
    settledOrders: book.settledOrders,
    atWatermark: still && stockAfter.seq === book.settledOrders && book.pendingReleases === 0,
    difference: book.units - sum,
  };
}
