/**
 * Forgets which events of a payment provider were taken, a month after. Should one come once more
 * after all, it is judged by how its payment stands by then, as every event is: it does nothing.
 * Looking for them locks no row, so events that come meanwhile wait for nobody.
 */
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'select-old-events': selectOld, 'delete-events': deleteEvents } = statementsBeside(
  import.meta.url,
  ['select-old-events', 'delete-events'],
);

/** Providers repeat an event for three days, and a person may for some weeks. */
export const KEEP_EVENTS_MS = 30 * 24 * 3_600_000;
/** Rows that one transaction deletes: some milliseconds of the database. */
export const EVENTS_BATCH = 1_000;
/** No index is kept for it, so it reads the whole table: seldom enough not to be felt. */
export const FORGET_EVENTS_EVERY_MS = 3_600_000;

/** How many events were forgotten; EVENTS_BATCH when there may be more. */
export function forgetEvents(book: OrderBook): Promise<number> {
  return book.transact(function* (transaction): Waiting<number> {
    const beforeMs = transaction.nowMs - KEEP_EVENTS_MS;
    const old = yield* answer(
      transaction.rows<{ provider: string; eventId: string }>(selectOld, beforeMs, EVENTS_BATCH),
    );
    for (const [provider, events] of Map.groupBy(old, (event) => event.provider)) {
      const eventIds = events.map(({ eventId }) => eventId).sort();
      yield* answer(transaction.run(deleteEvents, provider, eventIds));
    }
    return old.length;
  });
}
