/** The leaderboard's suite on the embedded database, on a real disk. */
import { createSqliteBoard } from '../../origin/leaderboard/sqlite-board.ts';
import { exerciseBoard } from './board.exercise.ts';
import { openTemporaryDatabase } from './embedded.ts';

exerciseBoard('sqlite', async () => {
  const { database, remove } = openTemporaryDatabase();
  return { board: createSqliteBoard(database), close: async () => remove() };
});
