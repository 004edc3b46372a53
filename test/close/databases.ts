/** Opens a stage for the suites of closing in each database, the stock store embedded in both. */
import { systemClock } from '../../contract/clock.ts';
import { systemRandom } from '../../contract/random.ts';
import { createSqliteStock } from '../../origin/admit/sqlite-stock.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { createTestDatabase } from '../backends/mariadb.ts';
import { createCloseStage, type OpenStage } from './close.stage.ts';

export type { OpenStage } from './close.stage.ts';

export async function openSqliteStage(): Promise<OpenStage> {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  await book.migrate();
  const stage = createCloseStage(book, createSqliteStock(database));
  return { ...stage, close: async () => remove() };
}

export async function openMysqlStage(): Promise<OpenStage> {
  const server = await createTestDatabase();
  const book = createMysqlBook({ url: server.url, random: systemRandom });
  await book.migrate();
  const { database, remove } = openTemporaryDatabase();
  return {
    ...createCloseStage(book, createSqliteStock(database)),
    async close() {
      await book.close();
      await server.drop();
      remove();
    },
  };
}
