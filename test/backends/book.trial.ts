/**
 * What a promise of the order book is tried with: the book, and sales and logs of the trial's own,
 * so that many trials share one book. Order ids run against `seq`, so that nothing passes by their
 * order.
 */
import { expect } from 'vitest';
import type { Reservation } from '../../contract/log/codec.ts';
import type {
  BookOrder,
  OrderBook,
  PendingRelease,
  Sale,
  SettleReply,
} from '../../origin/settle/book.ts';

export const PAY_WINDOW_MS = 900_000;
const MANY = 1_000_000;

export interface BookTrial {
  book: OrderBook;
  /** A log that no other trial uses. */
  log: string;
  /** Makes a sale that no other trial uses. */
  sale(units: number, details?: Partial<Sale>): Promise<Sale>;
  /** The `seq`th reservation of a sale, by a buyer of its own unless given. */
  reservation(sale: Sale, seq: number, details?: Partial<Reservation>): Reservation;
  /** Settles without offsets; the orders by their ids. */
  settle(...reservations: Reservation[]): Promise<Map<string, BookOrder>>;
  pendingOf(saleId: string): Promise<PendingRelease[]>;
}

export interface BookPromise {
  promise: string;
  check(trial: BookTrial): Promise<void>;
}

export function createBookTrial(book: OrderBook): BookTrial {
  const name = crypto.randomUUID().slice(0, 8);
  let sales = 0;
  return {
    book,
    log: `log-${name}`,
    async sale(units, details = {}) {
      sales += 1;
      const sale = newSale({ saleId: `${name}-${sales}`, units, ...details });
      expect(await book.createSale(sale)).toBe('created');
      return sale;
    },
    reservation: ({ saleId, epoch }, seq, details = {}) => ({
      saleId,
      epoch,
      bucket: 0,
      orderId: orderIdOf(saleId, seq),
      buyerId: `buyer-${seq}`,
      quantity: 1,
      seq,
      reservedAtMs: 1_795_000_000_000 + seq,
      ...details,
    }),
    async settle(...reservations) {
      const reply = await book.settle({ log: `log-${name}`, reservations, steps: [] });
      return byOrderId(reply);
    },
    async pendingOf(saleId) {
      const pending = await book.pendingReleases(MANY);
      return pending.filter((release) => release.saleId === saleId);
    },
  };
}

export function newSale(details: Partial<Sale> & { saleId: string; units: number }): Sale {
  return {
    version: 1,
    title: 'A phone',
    price: 199_900,
    currency: 'CNY',
    pictureUrl: undefined,
    perBuyer: 5,
    opensAtMs: 1_795_000_000_000,
    closesAtMs: 1_795_003_600_000,
    paused: false,
    ratePerSecond: 1_000,
    seed: 'c2VlZA',
    shareSteps: [{ atMs: 1_795_000_000_000, share: 1 }],
    beacon: undefined,
    payWindowMs: PAY_WINDOW_MS,
    freeOnPaymentFailure: false,
    waitlistCap: 100,
    waiting: 0,
    score: 'fastest',
    epoch: 1,
    recovering: false,
    loaded: true,
    soldBy: 'store',
    ...details,
  };
}

/** 22 characters; the larger `seq`, the smaller the id. */
export function orderIdOf(saleId: string, seq: number): string {
  return `${saleId.slice(0, 11)}_${String(9_999_999_999 - seq).padStart(10, '0')}`.padEnd(22, '-');
}

export function byOrderId(reply: SettleReply): Map<string, BookOrder> {
  if (reply.kind === 'fenced') throw new Error('the batch was fenced');
  return new Map(reply.orders.map((order) => [order.orderId, order]));
}

/** `reserved` or `rejected(reason)`. */
export function outcomeOf(order: Pick<BookOrder, 'state' | 'reason'> | undefined): string {
  if (order === undefined) return 'missing';
  return order.reason === undefined ? order.state : `${order.state}(${order.reason})`;
}

/** Everything that the book says about a sale and a log, for "nothing changed". */
export async function everythingAbout(trial: BookTrial, saleId: string): Promise<unknown> {
  const { book, log } = trial;
  return {
    terms: await book.terms(saleId),
    proof: await book.proof(saleId),
    offsets: await book.offsets(log),
    pending: await trial.pendingOf(saleId),
  };
}

/** The ledger's sum, the counters against the rows, and one live order a buyer. */
export async function expectLedgerHolds(book: OrderBook, saleId: string): Promise<void> {
  const terms = await book.terms(saleId);
  const proof = await book.proof(saleId);
  if (terms === undefined) throw new Error(`no sale ${saleId}`);
  expect(terms.free, 'never oversold').toBeGreaterThanOrEqual(0);
  expect(terms.free + terms.reserved + terms.paid, 'the ledger balances').toBe(terms.units);
  expect(proof.reservedUnits, 'counter and rows agree').toBe(terms.reserved);
  expect(proof.paidUnits, 'counter and rows agree').toBe(terms.paid);
  expect(proof.buyersTwice, 'one live order a buyer').toBe(0);
}

export async function expectRefused(settling: Promise<unknown>): Promise<void> {
  const error = await settling.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  // By its code: a book whose modules were loaded anew, to break one, has a class of its own.
  expect(error).toMatchObject({ code: 'book-refused' });
}
