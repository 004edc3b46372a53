/**
 * What a promise of the waitlist is tried with: a waitlist on a real book, a stock store that says
 * what the test wants, and sales of the trial's own that are sold out and open.
 */
import { expect, onTestFinished } from 'vitest';
import type { Place } from '../../contract/waitlist.ts';
import type { Holding } from '../../origin/admit/stock.ts';
import { closeOrders } from '../../origin/close/close-orders.ts';
import { lockOrders } from '../../origin/close/lock-orders.ts';
import { createSaleDirectory } from '../../origin/sales/directory.ts';
import type { OrderBook, Sale } from '../../origin/settle/book.ts';
import { statementsBeside } from '../../origin/settle/transaction.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { listLine } from '../../origin/waitlist/list-line.ts';
import { createWaitlist, type PlaceAnswer, type Waitlist } from '../../origin/waitlist/waitlist.ts';
import { newSale } from '../backends/book.trial.ts';
import { SET_EPOCH } from '../close/stage.statements.ts';
import { fakeStock, memoryLogger, reservationOf, stockTermsOf } from '../origin/fakes.ts';

const { 'mark-released': markReleased } = statementsBeside(
  new URL('../../origin/close/deliver.ts', import.meta.url).href,
  ['mark-released'],
);
const HOUR_MS = 3_600_000;
const MANY = 100_000;

export interface WaitlistTrial {
  book: OrderBook;
  waitlist: Waitlist;
  /** Units that the stock store says are left; undefined while it knows no sale. */
  stockLeft: number | 'frozen' | undefined;
  /** What the stock store says buyers hold. */
  holdings: Map<string, Holding>;
  /** What was observed of transactions. */
  batches: { kind: string; size: number }[];
  sale(details?: Partial<Sale>): Promise<string>;
  /** The place, or what the refusal is. */
  join(saleId: string, buyerId: string, quantity?: number): Promise<Place | string>;
  leave(saleId: string, buyerId: string): Promise<string>;
  place(saleId: string, buyerId: string): Promise<Place | string>;
  /** Settles an order of one unit; its id. */
  order(saleId: string, buyerId: string): Promise<string>;
  /** Closes orders as expired: their units go to the heads of the line, else back to stock. */
  expire(saleId: string, ...orderIds: string[]): Promise<void>;
  /** The sale's stock was made anew, which this process has not seen yet. */
  beginEpoch(saleId: string, epoch: number): Promise<void>;
  /** The stock store got the order's units back, now or at another moment. */
  giveBack(orderId: string, atMs?: number): Promise<void>;
}

export interface WaitlistPromise {
  promise: string;
  check(trial: WaitlistTrial): Promise<void>;
}

export function createWaitlistTrial(book: OrderBook): WaitlistTrial {
  const name = crypto.randomUUID().slice(0, 8);
  const { logger } = memoryLogger();
  const directory = createSaleDirectory({ book, nowMs: Date.now, logger });
  onTestFinished(() => directory.close());
  let sales = 0;
  let orders = 0;

  const trial: WaitlistTrial = {
    book,
    stockLeft: 0,
    holdings: new Map(),
    batches: [],
    waitlist: createWaitlist({
      book,
      directory,
      stock: fakeStock({
        async terms() {
          const { stockLeft } = trial;
          if (stockLeft === undefined) return undefined;
          const isFrozen = stockLeft === 'frozen';
          return stockTermsOf({ epoch: 1, frozen: isFrozen, stock: isFrozen ? 0 : stockLeft });
        },
        find: async (_, buyerId) => trial.holdings.get(buyerId),
      }),
      nowMs: Date.now,
      logger,
      observe: ({ kind, size }) => void trial.batches.push({ kind, size }),
    }),
    async sale(details = {}) {
      sales += 1;
      const times = { opensAtMs: Date.now() - HOUR_MS, closesAtMs: Date.now() + HOUR_MS };
      const saleId = `${name}-${sales}`;
      const sale = newSale({ saleId, units: 100, ...times, ...details });
      expect(await book.createSale(sale)).toBe('created');
      await directory.refresh();
      return saleId;
    },
    join: async (saleId, buyerId, quantity = 1) =>
      short(await trial.waitlist.join({ saleId, buyerId, quantity })),
    leave: async (saleId, buyerId) => (await trial.waitlist.leave({ saleId, buyerId })).kind,
    place: async (saleId, buyerId) => short(await trial.waitlist.place({ saleId, buyerId })),
    async order(saleId, buyerId) {
      orders += 1;
      const orderId = `${name}-order-${orders}`.padEnd(22, '-');
      const reservation = reservationOf(orders, { saleId, epoch: 1, orderId, buyerId });
      await book.settle({ log: name, reservations: [reservation], steps: [] });
      return orderId;
    },
    expire: (saleId, ...orderIds) =>
      book.transact(function* (transaction) {
        const locked = yield* lockOrders(transaction, orderIds);
        const closings = locked.map((order) => ({
          order,
          to: 'expired' as const,
          closedBy: 'deadline' as const,
          restock: true,
        }));
        yield* closeOrders(transaction, saleId, closings);
      }),
    ...createEdits(book),
  };
  return trial;
}

function createEdits(book: OrderBook): Pick<WaitlistTrial, 'beginEpoch' | 'giveBack'> {
  return {
    beginEpoch: (saleId, epoch) =>
      book.transact(function* (transaction) {
        yield* answer(transaction.run(SET_EPOCH, epoch, saleId));
      }),
    giveBack: (orderId, atMs) =>
      book.transact(function* (transaction) {
        yield* answer(transaction.run(markReleased, atMs ?? transaction.nowMs, [orderId]));
      }),
  };
}

/** `buyer-1` and so on. */
export const buyers = (count: number) =>
  Array.from({ length: count }, (_, index) => `buyer-${index + 1}`);

function short(answered: PlaceAnswer): Place | string {
  return answered.kind === 'place' ? answered.place : answered.kind;
}

/** Everybody's row, in the order of joining: `buyer-1 waiting 2`. */
export async function rowsOf(book: OrderBook, saleId: string): Promise<string[]> {
  const rows = await listLine(book, saleId, { after: 0, limit: MANY });
  return rows.map(({ buyerId, state, quantity }) => `${buyerId} ${state} ${quantity}`);
}

export async function waitingIn(book: OrderBook, saleId: string): Promise<string[]> {
  const rows = await listLine(book, saleId, { after: 0, limit: MANY });
  return rows.filter(({ state }) => state === 'waiting').map(({ buyerId }) => buyerId);
}

/** The counter against the rows, and nobody who waits holds an order. */
export async function expectLineHolds(book: OrderBook, saleId: string): Promise<void> {
  const sale = (await book.sales()).find((candidate) => candidate.saleId === saleId);
  const waiting = await waitingIn(book, saleId);
  expect(sale?.waiting, 'counter and rows agree').toBe(waiting.length);
  expect(waiting.length, 'within the cap').toBeLessThanOrEqual(sale?.waitlistCap ?? 0);
  expect(new Set(waiting).size, 'once each').toBe(waiting.length);
  for (const buyerId of waiting) {
    const order = await book.orderOf(saleId, buyerId);
    expect(['reserved', 'paid'], `${buyerId} waits and has an order`).not.toContain(order?.state);
  }
}
