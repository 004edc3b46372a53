/**
 * Which way a letter ended, judged by the rows of its orders and not by what was wanted: of a
 * replay and a discard at the same moment, one writes the order first, and the letter says so
 * whoever of the two marks it. Pure.
 */
import type { BookOrder } from '../settle/book.ts';

export type LetterEnd = 'replayed' | 'discarded';

/** `orders`: the letter's orders as the book has them; none when it took none. */
export function judgeLetter(
  wanted: LetterEnd,
  orders: readonly Pick<BookOrder, 'state' | 'reason'>[],
): LetterEnd {
  if (orders.some(wasSettled)) return 'replayed';
  return orders.some(({ reason }) => reason === 'poison') ? 'discarded' : wanted;
}

/**
 * One that came too late for its epoch is rejected as recovered either way, so it tells nothing.
 */
function wasSettled({ reason }: Pick<BookOrder, 'reason'>): boolean {
  return reason !== 'poison' && reason !== 'recovered';
}
