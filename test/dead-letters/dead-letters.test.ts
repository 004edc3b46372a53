/** The dead letters, on the embedded book and on MariaDB. */
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import { systemRandom } from '../../contract/random.ts';
import { armFailpoints } from '../../origin/failpoints.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import type { OpenBook } from '../backends/book.exercise.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { createTestDatabase, describeWithMariadb } from '../backends/mariadb.ts';
import { createLetterTrial } from './dead-letters.stage.ts';
import { endingPromises } from './ending.promises.ts';
import { keepingPromises } from './keeping.promises.ts';

function exercise(name: string, open: () => Promise<OpenBook>): void {
  describe(name, () => {
    let opened: OpenBook;
    beforeAll(async () => {
      opened = await open();
    });
    afterEach(() => armFailpoints([]));
    afterAll(() => opened.close());

    for (const { promise, check } of [...keepingPromises, ...endingPromises]) {
      test(promise, () => check(createLetterTrial(opened.book)));
    }
  });
}

exercise('dead letters on sqlite', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  return { book, close: async () => remove() };
});

describeWithMariadb('mariadb', () => {
  exercise('dead letters on mysql', async () => {
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
