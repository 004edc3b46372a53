/**
 * A buyer's place on a board as one number: the least comes first, and the order's quantity and
 * time can be read back from it, so that a board is a sorted set and nothing beside it. The number
 * holds the moment of the reservation, not the time since the opening: both rank alike, and a sale
 * whose opening is moved keeps its board. Below 2^50, so a double holds it exactly.
 */
import type { Score } from '../../contract/leaderboard.ts';
import { SALE_LIMITS } from '../../contract/sale.ts';

/** Room for a quantity: more than SALE_LIMITS.perBuyer. */
const QUANTITIES = 2 ** 7;
/** Room for a time in milliseconds since the epoch: until the year 2109. */
const TIMES = 2 ** 42;

export interface BoardEntry {
  quantity: number;
  reservedAtMs: number;
}

/**
 * `fastest`: by time, then most units first. `quantity`: most units first, then by time.
 * Throws a RangeError when the entry cannot be that of an order.
 */
export function positionOf(score: Score, { quantity, reservedAtMs }: BoardEntry): number {
  if (!isWhole(quantity, SALE_LIMITS.perBuyer + 1) || quantity === 0) {
    throw new RangeError(`${quantity} units are not what an order has`);
  }
  if (!isWhole(reservedAtMs, TIMES)) throw new RangeError(`${reservedAtMs} is not a time`);
  const fewness = QUANTITIES - quantity;
  switch (score) {
    case 'fastest':
      return reservedAtMs * QUANTITIES + fewness;
    case 'quantity':
      return fewness * TIMES + reservedAtMs;
  }
}

/** What `positionOf` was given. */
export function entryAt(score: Score, position: number): BoardEntry {
  switch (score) {
    case 'fastest':
      return {
        quantity: QUANTITIES - (position % QUANTITIES),
        reservedAtMs: Math.floor(position / QUANTITIES),
      };
    case 'quantity':
      return {
        quantity: QUANTITIES - Math.floor(position / TIMES),
        reservedAtMs: position % TIMES,
      };
  }
}

function isWhole(value: number, below: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < below;
}
