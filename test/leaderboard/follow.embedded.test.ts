/** The leaderboard role with book and board in the embedded database. */
import { systemClock } from '../../contract/clock.ts';
import { createSqliteBoard } from '../../origin/leaderboard/sqlite-board.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';
import { openTemporaryDatabase } from '../backends/embedded.ts';
import { evenRandom } from '../origin/fakes.ts';
import { exerciseFollowing } from './follow.exercise.ts';

exerciseFollowing('the embedded database', async () => {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: evenRandom });
  await book.migrate();
  const board = createSqliteBoard(database);
  return {
    book,
    board,
    // Without its cursor a board counts as lost, whatever else is left of it.
    async forgetBoard(saleId) {
      database.raw.prepare('DELETE FROM board_cursors WHERE sale_id = ?').run(saleId);
    },
    close: async () => remove(),
  };
});
