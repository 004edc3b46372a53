/** The embedded order book: its port's promises, and what only a file can show. */
import { expect, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { systemRandom } from '../../contract/random.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { exerciseBook } from './book.exercise.ts';
import { createBookTrial, PAY_WINDOW_MS } from './book.trial.ts';
import { openTemporaryDatabase } from './embedded.ts';

exerciseBook('sqlite', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  return { book, close: async () => remove() };
});

test('a file that a newer program migrated is left alone', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  database.raw.exec("INSERT INTO book_migrations (number, name) VALUES (999, '999-later')");
  await expect(book.migrate()).rejects.toMatchObject({
    code: 'book-newer',
    message: expect.stringMatching(
      /^the book has migration 999, this program knows \d+: start a newer program$/,
    ),
  });
  remove();
});

test('pay windows begin at the clock that the book was given', async () => {
  const { database, remove } = openTemporaryDatabase();
  const clock = { nowMs: () => 1_795_000_000_123 };
  const book = createSqliteBook(database, { clock, random: systemRandom });
  await book.migrate();
  const trial = createBookTrial(book);
  const reservation = trial.reservation(await trial.sale(1), 1);
  const order = (await trial.settle(reservation)).get(reservation.orderId);
  expect(order).toMatchObject({
    settledAtMs: 1_795_000_000_123,
    payBeforeMs: 1_795_000_000_123 + PAY_WINDOW_MS,
  });
  remove();
});

test('a refused or fenced batch does not undo its neighbours in the group commit', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  const trial = createBookTrial(book);
  const sale = await trial.sale(10);
  const steps = [{ partition: 0, from: 9n, to: 10n }];
  const settled = await Promise.allSettled([
    trial.settle(trial.reservation(sale, 1)),
    trial.settle(trial.reservation(sale, 2, { quantity: 0 })),
    book.settle({ log: trial.log, reservations: [trial.reservation(sale, 3)], steps }),
    trial.settle(trial.reservation(sale, 4)),
  ]);
  expect(settled.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(await book.terms(sale.saleId)).toMatchObject({ reserved: 2, settledOrders: 2 });
  remove();
});
