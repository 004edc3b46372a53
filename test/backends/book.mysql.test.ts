/**
 * The order book on MariaDB: its port's promises. book.mysql-faults.test.ts has what may go wrong.
 */
import { systemRandom } from '../../contract/random.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { exerciseBook } from './book.exercise.ts';
import { createTestDatabase, describeWithMariadb } from './mariadb.ts';

describeWithMariadb('mariadb', () => {
  exerciseBook('mysql', async () => {
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
