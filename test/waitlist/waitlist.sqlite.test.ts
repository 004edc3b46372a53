/** The waitlist's promises on the embedded book. */
import { systemClock } from '../../contract/clock.ts';
import { systemRandom } from '../../contract/random.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { exerciseWaitlist } from './waitlist.exercise.ts';

exerciseWaitlist('sqlite', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  return { book, close: async () => remove() };
});
