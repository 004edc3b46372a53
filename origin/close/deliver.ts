/**
 * Tells the stock store what the book decided: units and buyers that are free again (releases, once
 * the waitlist was offered them), and orders that the waitlist's heads got (holds). Each is applied once by its order id, so a round
 * that dies between applying and marking is repeated without harm. One of another epoch counts as
 * delivered: that epoch's stock was made from a book that already had it.
 *
 * Holds are read first and applied last: whoever has a second order had the first one released
 * before, and that release is then among those applied in between. So an old hold that was not
 * marked never takes the place of a newer one.
 */
import type { StockLedger } from '../admit/stock.ts';
import { failpoint } from '../failpoints.ts';
import type { OrderBook, PendingRelease } from '../settle/book.ts';
import { type DialectStatement, statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import { offerReleases } from './offer-releases.ts';

const {
  'select-pending-holds': selectHolds,
  'select-pending-releases': selectReleases,
  'mark-held': markHeld,
  'mark-released': markReleased,
} = statementsBeside(import.meta.url, [
  'select-pending-holds',
  'select-pending-releases',
  'mark-held',
  'mark-released',
]);

export const DELIVER_EVERY_MS = 50;
/** Rows read at once: what is in memory, and what a crash repeats, at most. */
const PAGE = 1_000;
/** On their way to the store together: a round trip for all, and 2 ms of its single thread. */
const CHUNK = 200;

interface PendingHold {
  orderId: string;
  saleId: string;
  buyerId: string;
  epoch: number;
  quantity: number;
}

export interface DeliverOptions {
  stock: StockLedger;
  book: OrderBook;
  /** False once the lease is lost: a successor goes on. */
  mayGoOn(): boolean;
}

/** Delivers all that waits; how much that was. Rejects when the store does not take it. */
export async function deliverRound(options: DeliverOptions): Promise<number> {
  const { stock, book, mayGoOn } = options;
  let delivered = 0;
  for (let full = true; full && mayGoOn(); ) {
    await offerReleases(book, mayGoOn);
    const holds = await book.read<PendingHold>(selectHolds, PAGE);
    delivered += await deliverReleases(options);
    delivered += await deliver(options, {
      entries: holds,
      mark: markHeld,
      apply: (hold) => stock.hold(hold),
    });
    full = holds.length === PAGE;
  }
  return delivered;
}

async function deliverReleases(options: DeliverOptions): Promise<number> {
  const { stock, book, mayGoOn } = options;
  let delivered = 0;
  for (let full = true; full && mayGoOn(); ) {
    const releases = await book.read<PendingRelease>(selectReleases, PAGE);
    delivered += await deliver(options, {
      entries: releases,
      mark: markReleased,
      apply: (release) => stock.release(release),
    });
    full = releases.length === PAGE;
  }
  return delivered;
}

interface Delivery<Entry> {
  entries: readonly Entry[];
  /** Parameters: now (ms), list of order ids. */
  mark: DialectStatement;
  apply(entry: Entry): Promise<unknown>;
}

/** What the store took is marked also when it refused something else of the same chunk. */
async function deliver<Entry extends { orderId: string }>(
  { book, mayGoOn }: DeliverOptions,
  { entries, mark, apply }: Delivery<Entry>,
): Promise<number> {
  let delivered = 0;
  for (let start = 0; start < entries.length && mayGoOn(); start += CHUNK) {
    const chunk = entries.slice(start, start + CHUNK);
    const replies = await Promise.allSettled(chunk.map(apply));
    failpoint('deliver.after-apply');
    const taken = chunk.filter((_, index) => replies[index]?.status === 'fulfilled');
    await markDelivered(book, { mark, entries: taken });
    delivered += taken.length;
    const refused = replies.find((reply) => reply.status === 'rejected');
    if (refused !== undefined) throw refused.reason;
  }
  return delivered;
}

async function markDelivered(
  book: OrderBook,
  { mark, entries }: { mark: DialectStatement; entries: readonly { orderId: string }[] },
): Promise<void> {
  if (entries.length === 0) return;
  const orderIds = entries.map(({ orderId }) => orderId).sort();
  await book.transact(function* (transaction) {
    yield* answer(transaction.run(mark, transaction.nowMs, orderIds));
  });
}
