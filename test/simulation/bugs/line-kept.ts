/** Settling leaves a buyer in the waitlist whom it just gave a unit. */
import type { Bug } from './bug.ts';

export const lineKept: Bug = {
  name: 'line-kept',
  about:
    'Settling does not take a buyer out of the line who gets a unit: the buyer both holds an ' +
    'order and waits for another.',
  parts: {
    bookOver: (book, { raw }) => {
      const waiting = raw.book.prepare("SELECT number FROM book_waitlist WHERE state = 'waiting'");
      const wait = raw.book.prepare("UPDATE book_waitlist SET state = 'waiting' WHERE number = ?");
      const count = raw.book.prepare(
        `UPDATE book_sales SET waiting =
          (SELECT count(*) FROM book_waitlist WHERE state = 'waiting')`,
      );
      return {
        ...book,
        async settle(batch) {
          const before = waiting.all();
          const reply = await book.settle(batch);
          for (const { number } of before) wait.run(Number(number));
          count.run();
          return reply;
        },
      };
    },
  },
};
