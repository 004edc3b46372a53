/**
 * The suite that every OrderBook adapter must pass: one test for each promise of the port, and
 * random batches against a model. The promises are a list, so that a deliberately broken adapter
 * can be held against them as well. A failed random run names its seed; BOOK_SEED runs that one
 * again.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { OrderBook } from '../../origin/settle/book.ts';
import { compareWithModel } from './book.batches.ts';
import { cancelPromises } from './book.cancel-promises.ts';
import { keepingPromises } from './book.keeping-promises.ts';
import { offsetPromises } from './book.offset-promises.ts';
import { dyingPromises, resultPromises } from './book.result-promises.ts';
import { settlePromises } from './book.settle-promises.ts';
import { transactionPromises } from './book.transaction-promises.ts';
import { type BookPromise, createBookTrial } from './book.trial.ts';

const RANDOM_BATCHES = 150;

const bookPromises: readonly BookPromise[] = [
  ...settlePromises,
  ...offsetPromises,
  ...keepingPromises,
  ...resultPromises,
  ...cancelPromises,
  ...transactionPromises,
];

export interface OpenBook {
  book: OrderBook;
  close(): Promise<void>;
}

/** `open` gives a book that is migrated. Fewer random batches for one that is slow to answer. */
export function exerciseBook(
  name: string,
  open: () => Promise<OpenBook>,
  randomBatches = RANDOM_BATCHES,
): void {
  describe(`the order book on ${name}`, () => {
    let opened: OpenBook;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    for (const { promise, check } of [...bookPromises, ...dyingPromises]) {
      test(promise, () => check(createBookTrial(opened.book)));
    }

    const chosen = Number(process.env.BOOK_SEED ?? Math.floor(Math.random() * 2 ** 32));
    for (const seed of [1, 2, chosen]) {
      test(`random batches come out as in the model (BOOK_SEED=${seed})`, () =>
        compareWithModel(createBookTrial(opened.book), seed, randomBatches));
    }
  });
}

/** The promises that `book` breaks, with what each check says. */
export async function brokenPromises(book: OrderBook): Promise<Map<string, string>> {
  const broken = new Map<string, string>();
  for (const { promise, check } of bookPromises) {
    await check(createBookTrial(book)).catch((error) => broken.set(promise, String(error)));
  }
  return broken;
}
