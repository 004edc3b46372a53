/** The feed role on a real book: one test for each promise, each with a sale of its own. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { OrderBook } from '../../origin/settle/book.ts';
import { feedPromises } from './follow.promises.ts';

export interface OpenBook {
  /** Migrated. */
  book: OrderBook;
  close(): Promise<void>;
}

export function exerciseFeeding(name: string, open: () => Promise<OpenBook>): void {
  describe(`the feed role on ${name}`, () => {
    let opened: OpenBook;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    for (const { promise, check } of feedPromises) test(promise, () => check(opened.book));
  });
}
