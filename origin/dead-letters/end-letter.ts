/**
 * Ends a dead letter: replaying settles its orders as they are, discarding settles them as
 * rejected(poison), which gives their units back. The orders are written first and the letter is
 * marked afterwards: whoever dies in between is repeated, and settles nothing twice. An operator
 * who is second at the same letter is told how it ended; the rows of its orders decide that.
 */
import type { Reservation } from '../../contract/log/codec.ts';
import type { DeadLetterRefusal } from '../../contract/operator-dead-letters.ts';
import { failpoint } from '../failpoints.ts';
import type { BookOrder, OrderBook } from '../settle/book.ts';
import { findPoison } from '../settle/poison.ts';
import { judgeLetter, type LetterEnd } from './judge-letter.ts';
import {
  closeLetter,
  findLetter,
  type Letter,
  type LetterRow,
  noteRefused,
  recordOf,
  reservationsIn,
  type WholeLetter,
} from './letters.ts';

interface Refused {
  reservation: Reservation;
  reason: string;
}

export interface EndedLetter {
  kind: 'ended';
  letter: LetterRow;
  /** As the book has them now. */
  orders: BookOrder[];
  /** What the book does not take. */
  refused: Refused[];
}

export type LetterOutcome = EndedLetter | DeadLetterRefusal;

/**
 * Settles the letter's orders. One that the book still refuses stays pending with the new reason;
 * of a record of many, those that it takes are settled and each other one gets its own letter.
 */
export async function replayLetter(book: OrderBook, id: number): Promise<LetterOutcome> {
  const letter = await findLetter(book, id);
  if (letter === undefined) return { kind: 'unknown-letter' };
  if (letter.state === 'discarded') return { kind: 'letter-closed', state: 'discarded' };
  const reservations = reservationsIn(letter.value);
  if ('unreadable' in reservations) {
    return { kind: 'unreadable-letter', reason: reservations.unreadable };
  }
  const { orders, refused } = await settleRecord(book, letter, { reservations });
  failpoint('dlq.after-settle');
  const [first] = refused;
  if (first !== undefined && orders.length === 0) {
    await noteRefused(book, id, first.reason);
    return { kind: 'still-refused', reason: first.reason };
  }
  const split = refused.map((each) => letterOf(letter, each));
  return mark(book, letter, { wanted: 'replayed', orders, refused, split });
}

/** What the book does not even take as rejected, and what cannot be read, ends without a row. */
export async function discardLetter(book: OrderBook, id: number): Promise<LetterOutcome> {
  const letter = await findLetter(book, id);
  if (letter === undefined) return { kind: 'unknown-letter' };
  if (letter.state === 'replayed') return { kind: 'letter-closed', state: 'replayed' };
  const read = reservationsIn(letter.value);
  const reservations = 'unreadable' in read ? [] : read;
  const rejectAs = 'poison';
  const { orders, refused } = await settleRecord(book, letter, { reservations, rejectAs });
  failpoint('dlq.after-settle');
  return mark(book, letter, { wanted: 'discarded', orders, refused, split: [] });
}

interface Marking {
  wanted: LetterEnd;
  orders: BookOrder[];
  refused: Refused[];
  split: readonly Letter[];
}

async function mark(
  book: OrderBook,
  { id, state }: LetterRow,
  { wanted, orders, refused, split }: Marking,
): Promise<LetterOutcome> {
  const to = judgeLetter(wanted, orders);
  // A repeated command: nothing to mark, and a split was made when it was marked.
  if (state !== to) await closeLetter(book, { id, to, split });
  const letter = await findLetter(book, id);
  if (letter === undefined) return { kind: 'unknown-letter' };
  if (letter.state === wanted) return { kind: 'ended', letter: rowOf(letter), orders, refused };
  if (letter.state === 'pending') throw new Error(`letter ${id} is open after it was closed`);
  return { kind: 'letter-closed', state: letter.state };
}

async function settleRecord(
  book: OrderBook,
  { source }: LetterRow,
  { reservations, ...how }: { reservations: readonly Reservation[]; rejectAs?: 'poison' },
): Promise<{ orders: BookOrder[]; refused: Refused[] }> {
  const orders: BookOrder[] = [];
  const refused = await findPoison(reservations, async (part) => {
    const reply = await book.settle({ log: source, reservations: part, steps: [], ...how });
    if (reply.kind === 'settled') orders.push(...reply.orders);
  });
  return { orders, refused };
}

function letterOf(
  { source, partition, offset }: LetterRow,
  { reservation, reason }: Refused,
): Letter {
  const value = recordOf(reservation);
  return { source, partition, offset: BigInt(offset), reason, value, reservation };
}

function rowOf({ value: _, ...row }: WholeLetter): LetterRow {
  return row;
}
