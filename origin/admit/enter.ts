/**
 * A click on a sale whose stock store is away: most are refused by a draw, the rest go straight to
 * the log, and settling decides whether a unit is left. Every one let in costs the book, which is
 * asked first whether the sale is still sold that way and whether the buyer has an order. Accepted:
 * two clicks of one buyer with different keys may both be let in; the later one to settle becomes a
 * duplicate.
 */
import { drawHashFor, drawNumber } from '../../contract/draw.ts';
import type { KeyedHash } from '../../contract/hashing.ts';
import type { Reservation } from '../../contract/log/codec.ts';
import type { Outcome } from '../../contract/outcomes.ts';
import { drawSeed } from '../draw/proof.ts';
import { nodeHashing } from '../hashing.ts';
import type { Appender, AppendResult } from '../log/appender.ts';
import type { OrderBook, Sale } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { outcomeOfAppend } from './appended.ts';
import { bookOrderView, holdsUnits } from './order-view.ts';
import { type Placed, repeated, withinMs } from './placed.ts';
import { ONLY_BUCKET } from './stock.ts';

const { 'select-entry': selectEntry } = statementsBeside(import.meta.url, ['select-entry']);

/** Who was not drawn is not drawn before the store is back, which takes longer than this. */
const NOT_DRAWN_RETRY_MS = 10_000;
/** The log has it soon, and then the same click is told so. */
const ENTERING_RETRY_MS = 1_000;
/** No store counts these; a waitlist's head has 0. */
const SEQ = 1;

export interface EnterOptions {
  book: OrderBook;
  appender: Appender;
  nowMs(): number;
  /** Share of the buyers who are let in, 0 to 1. */
  share: number;
  acceptWaitMs: number;
}

interface Entry {
  epoch: number;
  soldBy: Sale['soldBy'];
  /** 0 or 1. */
  loaded: number;
  free: number;
}

/** Rejects when the book gives no answer. */
export type Enter = (
  sale: Sale,
  placed: Placed,
  /** Where its trace goes on, when that is sampled. */
  traceparent?: string,
) => Promise<Outcome>;

export function createEnter(options: EnterOptions): Enter {
  const { book, appender, nowMs, share, acceptWaitMs } = options;
  const numberOf = createNumbers();

  /** The buyer's live order, or how this very one ended. */
  async function before({ saleId, buyerId, orderId }: Placed) {
    const newest = await book.orderOf(saleId, buyerId);
    if (newest === undefined || newest.orderId === orderId) return newest;
    return holdsUnits(newest) ? newest : book.order(orderId);
  }

  /** While the log takes nothing, a click that is repeated must not fill the appender. */
  const appending = new Map<string, Promise<AppendResult>>();
  function append(entry: Reservation): Promise<AppendResult> {
    const { orderId } = entry;
    let appended = appending.get(orderId);
    if (appended === undefined) {
      appended = appender
        .append(entry, { hasOutboxEntry: false })
        .finally(() => appending.delete(orderId));
      appending.set(orderId, appended);
    }
    return appended;
  }

  return async (sale, placed, traceparent) => {
    if (numberOf(sale, placed.buyerId) >= share) {
      return { kind: 'not-drawn', retryAfterMs: NOT_DRAWN_RETRY_MS };
    }
    const { saleId, epoch } = sale;
    const [[entry], known] = await Promise.all([
      book.read<Entry>(selectEntry, saleId),
      before(placed),
    ]);
    if (known !== undefined) return repeated(placed, bookOrderView(known));
    const isOpen = entry?.epoch === epoch && entry.soldBy === 'log' && entry.loaded === 1;
    if (!isOpen) return { kind: 'recovering' };
    if (entry.free < placed.quantity) return { kind: 'sold-out' };

    const where = { epoch, bucket: ONLY_BUCKET, seq: SEQ, reservedAtMs: nowMs() };
    const appended = append({ ...placed, ...where, ...(traceparent && { traceparent }) });
    // There is no outbox: nothing but this process knows of it until the log does.
    const outcome = outcomeOfAppend(placed, await withinMs(appended, acceptWaitMs), 'entered');
    return outcome ?? { kind: 'overloaded', retryAfterMs: ENTERING_RETRY_MS };
  };
}

/** Where a buyer stands in the draw, 0 to 1; what the draw of one sale shares is computed once. */
function createNumbers(): (sale: Sale, buyerId: string) => number {
  const hashes = new Map<string, KeyedHash>();
  return (sale, buyerId) => {
    // The beacon comes later than the sale.
    const key = `${sale.saleId} ${sale.beacon?.value ?? ''}`;
    let hash = hashes.get(key);
    if (hash === undefined) {
      hash = drawHashFor(nodeHashing, drawSeed(sale), 'outage');
      hashes.set(key, hash);
    }
    return drawNumber(hash, buyerId);
  };
}
