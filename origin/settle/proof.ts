/** The book's proof from what the databases count: a row a state, and the buyers held twice. */
import type { BookOrder, BookProof } from './book.ts';

export interface StateCount {
  state: BookOrder['state'];
  orders: number;
  units: number;
}

export function toProof(counts: readonly StateCount[], buyersTwice: number): BookProof {
  const unitsIn = (state: BookOrder['state']) =>
    counts.find((count) => count.state === state)?.units ?? 0;
  return {
    reservedUnits: unitsIn('reserved'),
    paidUnits: unitsIn('paid'),
    buyersTwice,
    orders: Object.fromEntries(counts.map((count) => [count.state, count.orders])),
  };
}
