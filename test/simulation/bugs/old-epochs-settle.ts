/** A recovery without `settles_from`. */
import type { Bug } from './bug.ts';

export const oldEpochsSettle: Bug = {
  name: 'old-epochs-settle',
  about:
    'Orders of an epoch that is over still settle after the stock was made anew from the book: ' +
    'their units are in that stock as well, and are sold a second time, or refused to whom they ' +
    'were promised.',
  parts: {
    bookOver: (book, { raw }) => {
      const select = raw.book.prepare('SELECT settles_from FROM book_sales');
      const write = raw.book.prepare('UPDATE book_sales SET settles_from = ?');
      return {
        ...book,
        settle(batch) {
          const settlesFrom = Number(select.get()?.settles_from ?? 1);
          write.run(1);
          // The embedded book is done when the call returns.
          const reply = book.settle(batch);
          write.run(settlesFrom);
          return reply;
        },
      };
    },
  },
};
