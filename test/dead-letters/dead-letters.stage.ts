/**
 * What dead letters are tried with: a book with sales of its own, and letters as settling buries
 * them. An order that the book refuses is one of a sale that it does not know yet: making the sale
 * mends it.
 */
import { expect } from 'vitest';
import type { Reservation } from '../../contract/log/codec.ts';
import {
  buryLetters,
  findLetter,
  type Letter,
  listLetters,
  recordOf,
  type WholeLetter,
} from '../../origin/dead-letters/letters.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { type BookTrial, createBookTrial, newSale, orderIdOf } from '../backends/book.trial.ts';

export interface LetterTrial extends BookTrial {
  /** A reservation of a sale that is not in the book. */
  stray(change?: Partial<Reservation>): Reservation;
  /** Makes the sale that stray reservations name. */
  mend(units: number): Promise<void>;
  /** Buries a record of these, or of bytes; resolves with the letter. */
  bury(what: Reservation | Uint8Array, change?: Partial<Letter>): Promise<WholeLetter>;
  letters(): Promise<WholeLetter[]>;
}

export interface LetterPromise {
  promise: string;
  check(trial: LetterTrial): Promise<void>;
}

const ALL = 1_000;

export function createLetterTrial(book: OrderBook): LetterTrial {
  const trial = createBookTrial(book);
  const saleId = `${trial.log.slice(4)}-stray`;
  let made = 0;

  async function letters(): Promise<WholeLetter[]> {
    const rows = await listLetters(book, { limit: ALL });
    const mine = rows.filter(({ source }) => source === trial.log);
    return Promise.all(mine.map(({ id }) => whole(book, id)));
  }

  return {
    ...trial,
    letters,
    stray(change = {}) {
      made += 1;
      const orderId = orderIdOf(saleId, made);
      return {
        ...{ saleId, orderId, epoch: 1, bucket: 0, quantity: 1, seq: made },
        ...{ buyerId: `${saleId}-buyer-${made}`, reservedAtMs: 1_795_000_000_000 + made },
        ...change,
      };
    },
    async mend(units) {
      expect(await book.createSale(newSale({ saleId, units }))).toBe('created');
    },
    async bury(what, change = {}) {
      made += 1;
      const at = { source: trial.log, partition: 2, offset: BigInt(made) };
      const letter: Letter =
        what instanceof Uint8Array
          ? { ...at, reason: 'not-protobuf', value: what }
          : { ...at, reason: 'book-refused: no', value: recordOf(what), reservation: what };
      await buryLetters(book, [{ ...letter, ...change }]);
      const all = await letters();
      const found = all.at(-1);
      if (found === undefined) throw new Error('the letter was not buried');
      return found;
    },
  };
}

export async function whole(book: OrderBook, id: number): Promise<WholeLetter> {
  const letter = await findLetter(book, id);
  if (letter === undefined) throw new Error(`no letter ${id}`);
  return letter;
}
