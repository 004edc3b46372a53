/**
 * Sets right what the ledger is off by at its watermark. Units that the book has free and the store
 * forgot go back once the store has none left; a store that has more than the book is made anew,
 * when two looks agree.
 */
import { readLedger } from './reconcile.ts';
import type { Recover, RepairOptions } from './repair-options.ts';
import { returnUnits } from './return-units.ts';

export function createMendDifference(options: RepairOptions, recover: Recover) {
  const { book, stock, logger, observe } = options;
  /** Sales that had more stock than the book when they were last looked at. */
  const tooMuch = new Set<string>();

  return async (saleId: string): Promise<void> => {
    const judgement = await readLedger({ stock, book }, saleId);
    const wasTooMuch = tooMuch.delete(saleId);
    if (judgement?.atWatermark !== true) return;
    const { difference: units, settledOrders: seq } = judgement;
    const { epoch, free } = judgement.terms;
    if (units < 0 && wasTooMuch) return recover(saleId, epoch, 'too-much-stock');
    if (units < 0) tooMuch.add(saleId);
    if (units <= 0 || free > 0) return;
    const returned = await returnUnits(book, { saleId, epoch, seq, units });
    if (returned === 0) return;
    logger.warn({ saleId, units }, 'units that the stock store forgot go back');
    observe('returned', units);
  };
}
