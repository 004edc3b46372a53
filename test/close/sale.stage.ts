/**
 * A sale under trial, in a book and an embedded stock store. Orders go the whole way (reserved in
 * the stock, settled in the book), so that the ledger can be judged; closing is judged under the
 * lock, as every caller does.
 */
import { expect } from 'vitest';
import { createOrderIdMaker } from '../../contract/ids.ts';
import type { Reservation } from '../../contract/log/codec.ts';
import type { ClosedBy } from '../../contract/order.ts';
import type { StockLedger } from '../../origin/admit/stock.ts';
import { type Closing, closeOrders } from '../../origin/close/close-orders.ts';
import { deliverRound } from '../../origin/close/deliver.ts';
import { lockOrders } from '../../origin/close/lock-orders.ts';
import { markPaid } from '../../origin/close/mark-paid.ts';
import { transactClosing } from '../../origin/close/transact-closing.ts';
import { nextState } from '../../origin/close/transition.ts';
import { nodeHashing } from '../../origin/hashing.ts';
import { readAudit } from '../../origin/reconcile/reconcile.ts';
import { readResults } from '../../origin/results/read-results.ts';
import type { OrderBook, Sale } from '../../origin/settle/book.ts';
import { answer } from '../../origin/settle/waiting.ts';
import {
  ADD_WAITING,
  type BookRow,
  COUNTERS,
  type Counters,
  FORGET,
  HOLDS,
  JOIN,
  LEAVE,
  LINE,
  LIVE,
  type LineRow,
  ORDERS,
  RELEASES,
} from './stage.statements.ts';

export const PER_BUYER = 5;
const ALL = 1_000_000;

export interface Stores {
  book: OrderBook;
  stock: StockLedger;
}

export type SaleStage = ReturnType<typeof createSaleStage>;

export function createSaleStage(stores: Stores, sale: Sale) {
  const { saleId } = sale;
  return {
    saleId,
    sale,
    ...createBuying(stores, sale),
    ...createClosing(stores.book, saleId),
    ...createLine(stores.book, saleId),
    ...createReads(stores.book, saleId),
    deliver: () => deliverRound({ ...stores, mayGoOn: () => true }),
    audit: () => readAudit(stores, saleId),
  };
}

function createBuying({ book, stock }: Stores, { saleId, epoch }: Sale) {
  const orderIdOf = createOrderIdMaker(nodeHashing, saleId);

  /** Undefined when the stock store did not hand it out. */
  async function reserve(
    buyerId: string,
    { quantity = 1, key = 'click' } = {},
  ): Promise<Reservation | undefined> {
    const orderId = orderIdOf(buyerId, key);
    const requests = [{ orderId, buyerId, quantity }];
    const call = { saleId, epoch, perBuyer: PER_BUYER, nowMs: 5, requests };
    const reply = await stock.reserve(call);
    const verdict = reply.kind === 'done' ? reply.verdicts[0] : undefined;
    if (verdict?.kind !== 'reserved') return undefined;
    await stock.confirm(saleId, [orderId]);
    const { seq } = verdict;
    return { saleId, epoch, bucket: 0, orderId, buyerId, quantity, seq, reservedAtMs: 5 };
  }

  async function settle(...reservations: Reservation[]): Promise<void> {
    await book.settle({ log: `log-${saleId}`, reservations, steps: [] });
  }

  /** The ids of one new order each. */
  async function orders(buyerIds: readonly string[], quantity = 1): Promise<string[]> {
    const reserved = await Promise.all(buyerIds.map((buyerId) => reserve(buyerId, { quantity })));
    const found = reserved.filter((reservation) => reservation !== undefined);
    expect(found).toHaveLength(buyerIds.length);
    await settle(...found);
    return found.map(({ orderId }) => orderId);
  }

  return { reserve, settle, orders };
}

interface CloseHow {
  restock?: boolean;
  closedBy?: ClosedBy;
}

function createClosing(book: OrderBook, saleId: string) {
  /** Closes those of the orders that can be; their ids. */
  function close(
    to: Closing['to'],
    orderIds: readonly string[],
    { restock = true, closedBy = to === 'expired' ? 'deadline' : 'operator' }: CloseHow = {},
  ): Promise<string[]> {
    const event = { expired: 'expire', cancelled: 'cancel', refunded: 'refund' } as const;
    return transactClosing(book, function* (transaction) {
      const locked = yield* lockOrders(transaction, orderIds);
      const able = locked.filter(({ state }) => nextState(state, event[to]) === to);
      const closings = able.map((order) => ({ order, to, closedBy, restock }));
      yield* closeOrders(transaction, saleId, closings);
      return able.map(({ orderId }) => orderId);
    });
  }

  return {
    close,
    expire: (...orderIds: string[]) => close('expired', orderIds),
    /** Whether it could be paid. */
    pay: (orderId: string): Promise<boolean> =>
      transactClosing(book, function* (transaction) {
        const [order] = yield* lockOrders(transaction, [orderId]);
        if (order === undefined || nextState(order.state, 'pay') === undefined) return false;
        yield* markPaid(transaction, order);
        return true;
      }),
  };
}

/** The sale's row is locked first, as whoever joins or leaves locks it. */
function createLine(book: OrderBook, saleId: string) {
  return {
    /** Joins in this order, whoever they are. */
    join: (...buyers: readonly (string | readonly [buyerId: string, quantity: number])[]) =>
      book.transact(function* (transaction) {
        yield* answer(transaction.run(ADD_WAITING, buyers.length, saleId));
        for (const buyer of buyers) {
          const [buyerId, quantity] = typeof buyer === 'string' ? [buyer, 1] : buyer;
          const { nowMs } = transaction;
          yield* answer(transaction.run(JOIN, saleId, buyerId, quantity, nowMs, nowMs));
        }
      }),
    /**
     * A buyer who neither waits nor has a live order, at the end of the line. One whose order is on
     * its way to the book is let in, and one beside free units too: the book cannot always know.
     */
    tryJoin: (buyerId: string, quantity: number): Promise<boolean> =>
      book.transact(function* (transaction) {
        yield* answer(transaction.run(ADD_WAITING, 0, saleId));
        const rows = yield* answer(transaction.rows<BookRow>(ORDERS, saleId));
        const line = yield* answer(transaction.rows<LineRow>(LINE, saleId));
        const isBuyers = (row: { buyerId: string }) => row.buyerId === buyerId;
        const waits = line.some((row) => isBuyers(row) && row.state === 'waiting');
        const holds = rows.some((row) => isBuyers(row) && LIVE.has(row.state));
        if (waits || holds) return false;
        const { nowMs } = transaction;
        yield* answer(transaction.run(FORGET, saleId, buyerId));
        yield* answer(transaction.run(JOIN, saleId, buyerId, quantity, nowMs, nowMs));
        yield* answer(transaction.run(ADD_WAITING, 1, saleId));
        return true;
      }),
    /** Whether the buyer waited. */
    leave: (buyerId: string): Promise<boolean> =>
      book.transact(function* (transaction) {
        yield* answer(transaction.run(ADD_WAITING, 0, saleId));
        const left = yield* answer(transaction.run(LEAVE, saleId, buyerId));
        yield* answer(transaction.run(ADD_WAITING, -left, saleId));
        return left === 1;
      }),
  };
}

interface ReleaseRow {
  orderId: string;
  buyerId: string;
  epoch: number;
  units: number;
}

interface HoldRow {
  orderId: string;
  buyerId: string;
  epoch: number;
  quantity: number;
}

function createReads(book: OrderBook, saleId: string) {
  const rows = () => book.read<BookRow>(ORDERS, saleId);
  return {
    rows,
    /** The buyer's live order, else the newest. */
    async row(buyerId: string) {
      return (await rows()).filter((row) => row.buyerId === buyerId).at(-1);
    },
    line: () => book.read<LineRow>(LINE, saleId),
    counters: async () => (await book.read<Counters>(COUNTERS, saleId))[0],
    results: () => readResults(book, { saleId, after: 0, limit: ALL }),
    releases: () => book.read<ReleaseRow>(RELEASES, saleId),
    holds: () => book.read<HoldRow>(HOLDS, saleId),
  };
}
