/**
 * The sale that a rehearsal makes: pure, of the sale that it is for. What is asked of the processes
 * is the same; what would reach anybody else is left out: nobody waits in line, and its end comes
 * by itself, whatever becomes of the one who rehearses.
 */

import { shareAt } from '../../contract/draw.ts';
import type { Random } from '../../contract/random.ts';
import { type NewRehearsal, rehearsalIdOf } from '../../contract/rehearsal.ts';
import { saleFrom } from '../sales/create-sale.ts';
import type { Sale } from '../settle/book.ts';

/** The clocks of the edge and of the origin may differ: it is open at both by now. */
const OPEN_SINCE_MS = 1_000;
/** As the column is wide. */
const TITLE_CHARACTERS = 200;

export function rehearsalOf(
  sale: Sale,
  wanted: NewRehearsal,
  { nowMs, random }: { nowMs: number; random: Random },
): Sale {
  const { payWindowMs } = sale;
  const terms = {
    saleId: rehearsalIdOf(sale.saleId, nowMs),
    title: `Rehearsal: ${sale.title}`.slice(0, TITLE_CHARACTERS),
    units: wanted.units ?? sale.units,
    price: sale.price,
    currency: sale.currency,
    opensAt: new Date(nowMs - OPEN_SINCE_MS).toISOString(),
    closesAt: new Date(nowMs + wanted.seconds * 1_000).toISOString(),
    perBuyer: sale.perBuyer,
    ratePerSecond: wanted.ratePerSecond ?? sale.ratePerSecond,
    share: wanted.share ?? shareAt(sale.shareSteps, sale.opensAtMs),
    freeOnPaymentFailure: sale.freeOnPaymentFailure,
    waitlistCap: 0,
    score: sale.score,
  };
  return saleFrom(terms, { payWindowMs, random });
}
