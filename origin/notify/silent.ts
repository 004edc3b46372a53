/**
 * The notify role when there is nobody to tell. How far notices were collected while there was a
 * shop to tell is forgotten, since results are kept until their readers have them: otherwise they
 * were kept for ever. With a shop again, collecting begins with the oldest result that is there;
 * notices that were made before are known and not made twice.
 */
import type { Logger } from '../logger.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer } from '../settle/waiting.ts';
import { READER } from './collect.ts';

const { 'delete-cursors': deleteCursors, 'select-cursors': selectCursors } = statementsBeside(
  import.meta.url,
  ['delete-cursors', 'select-cursors'],
);

/** Results are kept for a week anyway: some seconds do not matter. */
export const SILENT_EVERY_MS = 5_000;

/**
 * One round for startSingleton. Every round looks, since a process that still had a shop to tell
 * may have collected meanwhile; while one holds the lease, no round is run here.
 */
export function createSilentRound({ book, logger }: { book: OrderBook; logger: Logger }) {
  return async (): Promise<void> => {
    if ((await book.read(selectCursors, READER)).length === 0) return;
    const sales = await book.transact((transaction) =>
      answer(transaction.run(deleteCursors, READER)),
    );
    logger.info({ sales }, 'no WEBHOOK_URL: the shop is told nothing, no results are kept for it');
  };
}
