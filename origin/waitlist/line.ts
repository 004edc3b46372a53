/**
 * Where in a sale's line somebody stands: the numbers of all who wait, read from the book at most
 * once a second and only while somebody asks, so that a crowd looking at its places costs one read.
 * A place may be a second old; whoever is not in the list, because it is older than they are, waits
 * for the next one.
 */
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { type Outlook, PACE_WINDOW_MS } from './estimate.ts';
import { createRecent } from './recent.ts';

/** Reading 100,000 numbers, the most a line may have, takes 100 ms, 35 of them this process's. */
const MAX_AGE_MS = 1_000;
/** Counting so many takes 30 ms; a faster pace than 2,000 heads a minute is said to be that. */
const MAX_SERVED_COUNTED = 10_000;

const { 'select-line': selectLine, 'select-outlook': selectOutlook } = statementsBeside(
  import.meta.url,
  ['select-line', 'select-outlook'],
);

export interface Line {
  /** Undefined when nobody with this number waits any more. */
  standingOf(
    saleId: string,
    number: number,
  ): Promise<{ place: number; waiting: number } | undefined>;
  outlook(saleId: string): Promise<Outlook>;
}

export function createLine(book: OrderBook, nowMs: () => number): Line {
  const lists = createRecent({
    maxAgeMs: MAX_AGE_MS,
    nowMs,
    async read(saleId) {
      const rows = await book.read<{ number: number }>(selectLine, saleId);
      return Float64Array.from(rows, (row) => row.number);
    },
  });
  const outlooks = createRecent<Outlook>({
    maxAgeMs: MAX_AGE_MS,
    nowMs,
    async read(saleId) {
      const sinceMs = nowMs() - PACE_WINDOW_MS;
      const values = [saleId, MAX_SERVED_COUNTED, sinceMs, saleId] as const;
      const [outlook] = await book.read<Outlook>(selectOutlook, ...values);
      return outlook ?? { unpaidUnits: 0, servedHeads: 0 };
    },
  });

  return {
    async standingOf(saleId, number) {
      let list = await lists.get(saleId);
      let place = placeIn(list, number);
      if (place === undefined) {
        list = await lists.next(saleId, list);
        place = placeIn(list, number);
      }
      return place === undefined ? undefined : { place, waiting: list.length };
    },
    outlook: outlooks.get,
  };
}

/** From 1, in a list sorted upwards; undefined when it is not there. */
export function placeIn(numbers: Float64Array, number: number): number | undefined {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === number ? low + 1 : undefined;
}
