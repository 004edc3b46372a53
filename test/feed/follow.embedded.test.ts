/** The feed role with the book in the embedded database. */
import { systemClock } from '../../contract/clock.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { evenRandom } from '../origin/fakes.ts';
import { exerciseFeeding } from './follow.exercise.ts';

exerciseFeeding('the embedded database', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: evenRandom });
  await book.migrate();
  return { book, close: async () => remove() };
});
