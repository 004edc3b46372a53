/**
 * The line for units that come back, kept in the book: joining, leaving, and where one stands.
 * Nobody jumps: the number of joining is given under the lock of the sale's row. Nobody who holds
 * an order waits, and nobody while a unit is free. What a crowd asks is answered from few reads:
 * that the sale is sold out is believed for 100 ms, the places for a second.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import type { Place } from '../../contract/waitlist.ts';
import type { StockLedger } from '../admit/stock.ts';
import { failpoint } from '../failpoints.ts';
import type { Logger } from '../logger.ts';
import type { SaleDirectory } from '../sales/directory.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import type { Transaction } from '../settle/transaction.ts';
import type { Waiting } from '../settle/waiting.ts';
import { levelOf } from '../told-errors.ts';
import type { JoinRequest, JoinVerdict, Wish } from './decide-joins.ts';
import { createGather } from './gather.ts';
import { joinLine } from './join-line.ts';
import { type LeaveVerdict, leaveLine } from './leave-line.ts';
import { createMayJoin } from './may-join.ts';
import { createPlaces } from './places.ts';

/** How long a client waits before it asks again when a backend gave no answer. */
const BACKEND_RETRY_MS = 1_000;

export interface WaitlistRequest {
  saleId: string;
  buyerId: string;
}

export type PlaceAnswer = { kind: 'place'; place: Place } | Refusal;
export type LeaveAnswer = { kind: 'left' } | Refusal;

export interface Waitlist {
  /** Harmless when repeated: the place stays, the quantity becomes the newest. */
  join(request: WaitlistRequest & { quantity: number }): Promise<PlaceAnswer>;
  leave(request: WaitlistRequest): Promise<LeaveAnswer>;
  place(request: WaitlistRequest): Promise<PlaceAnswer>;
}

export interface WaitlistOptions {
  book: OrderBook;
  stock: StockLedger;
  directory: SaleDirectory;
  nowMs(): number;
  logger: Logger;
  /** One transaction that `size` buyers joined or left by. */
  observe?(batch: { kind: 'join' | 'leave'; size: number; seconds: number }): void;
}

export function createWaitlist(options: WaitlistOptions): Waitlist {
  const { book, directory, nowMs, logger, observe = () => {} } = options;
  const mayJoin = createMayJoin(options);
  const places = createPlaces(book, nowMs);

  /** Gathers requests of one kind into transactions. */
  function gather<Request, Verdict>(
    kind: 'join' | 'leave',
    work: (tx: Transaction, saleId: string, requests: readonly Request[]) => Waiting<Verdict[]>,
  ) {
    return createGather<Request, Verdict>(async (saleId, requests) => {
      const startedAt = performance.now();
      const verdicts = await book.transact((transaction) => work(transaction, saleId, requests));
      const seconds = (performance.now() - startedAt) / 1000;
      observe({ kind, size: requests.length, seconds });
      failpoint('waitlist.after-commit');
      return verdicts;
    });
  }
  const joins = gather<JoinRequest, JoinVerdict>('join', joinLine);
  const leaves = gather<string, LeaveVerdict>('leave', leaveLine);

  async function join(sale: Sale, wish: Wish): Promise<PlaceAnswer> {
    const answered = await mayJoin(sale, wish);
    if (answered.kind !== 'sold-out-at') return answered;
    const verdict = await joins(sale.saleId, {
      ...wish,
      soldOutAtMs: answered.atMs,
      epoch: sale.epoch,
    });
    switch (verdict.kind) {
      case 'joined':
        return places.ofNew(sale, verdict);
      case 'waits':
        return places.ofRow(sale, verdict);
      case 'ended':
      case 'has-order':
      case 'waitlist-full':
      case 'not-sold-out':
        return { kind: verdict.kind };
    }
  }

  /** Answers for sales that have a waitlist, and for backends that are away. */
  async function ofSale<Answer>(
    saleId: string,
    ask: (sale: Sale) => Promise<Answer>,
  ): Promise<Answer | Refusal> {
    try {
      const sale = await directory.get(saleId);
      if (sale === undefined) return { kind: 'unknown-sale' };
      if (sale.waitlistCap === 0) return { kind: 'no-waitlist' };
      return await ask(sale);
    } catch (error) {
      // It may have happened all the same: asked again, the answer is the same.
      logger[levelOf(error)]({ error, saleId }, 'a backend gave no answer to the waitlist');
      return { kind: 'overloaded', retryAfterMs: BACKEND_RETRY_MS };
    }
  }

  return {
    join: ({ saleId, ...request }) => ofSale(saleId, (sale) => join(sale, request)),
    leave: ({ saleId, buyerId }) => ofSale(saleId, () => leaves(saleId, buyerId)),
    place: ({ saleId, buyerId }) => ofSale(saleId, (sale) => places.ofBuyer(sale, buyerId)),
  };
}
