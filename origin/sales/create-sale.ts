/**
 * Making a sale: the book first, then the stock, then the mark that lets orders in. A process that
 * dies in between leaves a sale that takes no orders; the same request, or the reconcile role, goes
 * on where it stopped. Stock is loaded only while the mark is missing, so a store that lost a
 * running sale is never filled again by mistake. A repeated request is told from another one by its
 * terms, whatever happened to the units meanwhile.
 */
import { toBase64Url } from '../../contract/base64url.ts';
import type { Random } from '../../contract/random.ts';
import type { NewSale } from '../../contract/sale.ts';
import type { StockLedger } from '../admit/stock.ts';
import { reopen } from '../recover/reopen.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';

const { 'select-first-units': selectFirstUnits } = statementsBeside(import.meta.url, [
  'select-first-units',
]);

const SEED_BYTES = 32;
/** More would wait in vain: few units come back. */
const DEFAULT_WAITLIST_CAP = 10_000;

export interface SaleStores {
  book: OrderBook;
  stock: StockLedger;
}

export function saleFrom(
  wanted: NewSale,
  { payWindowMs, random }: { payWindowMs: number; random: Random },
): Sale {
  const opensAtMs = Date.parse(wanted.opensAt);
  return {
    saleId: wanted.saleId,
    version: 1,
    title: wanted.title,
    price: wanted.price,
    currency: wanted.currency,
    pictureUrl: wanted.pictureUrl,
    units: wanted.units,
    perBuyer: wanted.perBuyer,
    opensAtMs,
    closesAtMs: Date.parse(wanted.closesAt),
    paused: false,
    ratePerSecond: wanted.ratePerSecond,
    seed: toBase64Url(random.bytes(SEED_BYTES)),
    // From the beginning of time, so that opening early does not find a share of 0.
    shareSteps: [{ atMs: 0, share: wanted.share }],
    beacon: undefined,
    payWindowMs: wanted.payWindowMs ?? payWindowMs,
    freeOnPaymentFailure: wanted.freeOnPaymentFailure,
    waitlistCap: wanted.waitlistCap ?? Math.min(wanted.units, DEFAULT_WAITLIST_CAP),
    waiting: 0,
    score: wanted.score,
    epoch: 1,
    recovering: false,
    loaded: false,
    soldBy: 'store',
  };
}

/** `conflict` when the id belongs to a sale with other terms. */
export async function createSale(stores: SaleStores, sale: Sale): Promise<'created' | 'conflict'> {
  const { book } = stores;
  if ((await book.createSale(sale)) === 'exists') {
    const existing = await saleOf(book, sale.saleId);
    if (existing === undefined || !sameTerms(existing, sale)) return 'conflict';
    if (!(await mayHaveBegunWith(book, sale))) return 'conflict';
    if (!existing.loaded) await loadSale(stores, existing);
    return 'created';
  }
  await loadSale(stores, sale);
  return 'created';
}

/** Fills the stock of a sale that is not marked as loaded, then marks it. */
export async function loadSale({ book, stock }: SaleStores, sale: Sale): Promise<void> {
  const { saleId, epoch, units, recovering } = sale;
  // Its units are not the ones that it began with: the recovery loads it.
  if (recovering) return;
  const loaded = await stock.load({ saleId, epoch, units });
  if (loaded !== 'loaded') {
    throw new Error(`the stock of ${saleId} is of a later epoch than ${epoch}, or being made anew`);
  }
  const terms = await stock.terms(saleId);
  // Lost again at once: the sale stays as it is, not loaded, and the next round fills it.
  if (terms === undefined) return;
  if (terms.seq > 0 || terms.stock !== units) {
    // Who loaded it at the same moment found it as it should be, and it sells already.
    if ((await saleOf(book, saleId))?.loaded) return;
    throw new Error(
      `the stock store has another sale under the id ${saleId}: take another id, or another ` +
        'STOCK_PREFIX, or delete its keys',
    );
  }
  await reopen(book, { saleId, epoch, units, holdings: 0 });
}

async function saleOf(book: OrderBook, saleId: string): Promise<Sale | undefined> {
  return (await book.sales()).find((sale) => sale.saleId === saleId);
}

/**
 * Whether the sale may have been made with these units. Units that were added are known exactly; of
 * refunds only the most that they may have taken out, so between those bounds units are believed.
 */
async function mayHaveBegunWith(book: OrderBook, { saleId, units }: Sale): Promise<boolean> {
  const [known] = await book.read<{ units: number; added: number; refunded: number }>(
    selectFirstUnits,
    saleId,
  );
  if (known === undefined) return false;
  const least = known.units - known.added;
  return units >= least && units <= least + known.refunded;
}

/**
 * Times are left out: a command that says `--opens-in 5s` is the same command when it is repeated.
 * Units are judged by themselves, since top-ups and refunds change them.
 */
function sameTerms(left: Sale, right: Sale): boolean {
  return (
    left.title === right.title &&
    left.price === right.price &&
    left.currency === right.currency &&
    left.pictureUrl === right.pictureUrl &&
    left.perBuyer === right.perBuyer &&
    left.ratePerSecond === right.ratePerSecond &&
    left.shareSteps[0]?.share === right.shareSteps[0]?.share &&
    left.payWindowMs === right.payWindowMs &&
    left.freeOnPaymentFailure === right.freeOnPaymentFailure &&
    left.waitlistCap === right.waitlistCap &&
    left.score === right.score
  );
}
