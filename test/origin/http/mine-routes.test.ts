/** A buyer's orders in all sales, on the embedded book and on MariaDB. */
import { systemClock } from '../../../contract/clock.ts';
import { systemRandom } from '../../../contract/random.ts';
import { createMysqlBook } from '../../../origin/settle/mysql-book.ts';
import { createSqliteBook } from '../../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../../backends/embedded.ts';
import { createTestDatabase, describeWithMariadb } from '../../backends/mariadb.ts';
import { exerciseMineRoutes } from './mine-routes.exercise.ts';

exerciseMineRoutes('sqlite', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  return { book, close: async () => remove() };
});

describeWithMariadb('mariadb', () => {
  exerciseMineRoutes('mysql', async () => {
    const database = await createTestDatabase();
    const book = createMysqlBook({ url: database.url, random: systemRandom });
    await book.migrate();
    return {
      book,
      close: async () => {
        await book.close();
        await database.drop();
      },
    };
  });
});
