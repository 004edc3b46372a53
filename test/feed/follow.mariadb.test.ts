/** The feed role with the book in MariaDB. */
import { systemRandom } from '../../contract/random.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { createTestDatabase, describeWithMariadb } from '../backends/mariadb.ts';
import { exerciseFeeding } from './follow.exercise.ts';

describeWithMariadb('mariadb', () => {
  exerciseFeeding('mariadb', async () => {
    const testDatabase = await createTestDatabase();
    const book = createMysqlBook({ url: testDatabase.url, random: systemRandom });
    await book.migrate();
    return {
      book,
      async close() {
        await book.close();
        await testDatabase.drop();
      },
    };
  });
});
