/**
 * Finds the orders that the book refuses: settles halves, and halves of what is refused, until the
 * refused ones stand alone. What the book takes on the way is settled; the search may be repeated.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import { BookRefusedError } from './book.ts';

/** `settle` throws BookRefusedError for a part that holds poison; other errors end the search. */
export async function findPoison(
  reservations: readonly Reservation[],
  settle: (part: readonly Reservation[]) => Promise<void>,
): Promise<{ reservation: Reservation; reason: string }[]> {
  if (reservations.length === 0) return [];
  try {
    await settle(reservations);
    return [];
  } catch (error) {
    if (!(error instanceof BookRefusedError)) throw error;
    const [first] = reservations;
    if (reservations.length === 1 && first !== undefined) {
      return [{ reservation: first, reason: `book-refused: ${error.message}` }];
    }
  }
  const middle = reservations.length >> 1;
  return [
    ...(await findPoison(reservations.slice(0, middle), settle)),
    ...(await findPoison(reservations.slice(middle), settle)),
  ];
}
