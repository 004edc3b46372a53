/**
 * The notify role on a real book with a real shop over HTTP: one test for each promise, each with a
 * sale and a shop of its own.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { failingPromises } from './notify.failing-promises.ts';
import { sendingPromises } from './notify.sending-promises.ts';
import { silentPromises } from './notify.silent-promises.ts';
import { createNotifyTrial } from './trial.ts';

export interface OpenNotified {
  book: OrderBook;
  close(): Promise<void>;
}

/** `open` gives a book that is migrated. */
export function exerciseNotifying(name: string, open: () => Promise<OpenNotified>): void {
  describe(`the notify role on ${name}`, () => {
    let opened: OpenNotified;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    const promises = [...sendingPromises, ...failingPromises, ...silentPromises];
    for (const { promise, check } of promises) {
      test(promise, async () => {
        const trial = await createNotifyTrial(opened.book);
        try {
          await check(trial);
        } finally {
          armFailpoints([]);
          await trial.end();
        }
      });
    }
  });
}
