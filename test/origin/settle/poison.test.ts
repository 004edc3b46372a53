/**
 * The search for poison: finds exactly the orders that the book refuses, and settles all others.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reservation } from '../../../contract/log/codec.ts';
import { BookRefusedError } from '../../../origin/settle/book.ts';
import { findPoison } from '../../../origin/settle/poison.ts';
import { reservationOf, reservationsOf } from '../fakes.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** A book that refuses any part with one of these orders in it. */
function createBook(refused: ReadonlySet<number>) {
  const settled: number[] = [];
  let calls = 0;
  return {
    settled,
    calls: () => calls,
    async settle(part: readonly Reservation[]) {
      calls += 1;
      const bad = part.find(({ seq }) => refused.has(seq));
      if (bad !== undefined) throw new BookRefusedError(`order ${bad.seq} does not fit`);
      settled.push(...part.map(({ seq }) => seq));
    },
  };
}

test(`finds what is refused and settles the rest, once each, in order (SEED=${SEED})`, async () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(numbers, async (refused) => {
      const book = createBook(new Set(refused));
      const poison = await findPoison(reservationsOf(60), book.settle);
      const found = poison.map(({ reservation }) => reservation.seq);
      expect(found).toEqual([...refused].sort((left, right) => left - right));
      const others = reservationsOf(60).map(({ seq }) => seq);
      expect(book.settled).toEqual(others.filter((seq) => !refused.includes(seq)));
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test('asks the book about twenty times for one in a thousand', async () => {
  const book = createBook(new Set([777]));
  const poison = await findPoison(reservationsOf(1_000), book.settle);
  expect(poison).toEqual([
    { reservation: reservationOf(777), reason: 'book-refused: order 777 does not fit' },
  ]);
  expect(book.calls()).toBeLessThan(25);
});

test('asks nothing about nothing', async () => {
  const book = createBook(new Set());
  expect(await findPoison([], book.settle)).toEqual([]);
  expect(book.calls()).toBe(0);
});

test('ends at any other error: a book that is away refuses nobody', async () => {
  const away = () => Promise.reject(new Error('connection lost'));
  await expect(findPoison(reservationsOf(4), away)).rejects.toThrow('connection lost');
});
