/**
 * The stock ledger's suite on the embedded database, on a real disk: group commit and all its
 * fsyncs are in it.
 */
import { createSqliteStock } from '../../origin/admit/sqlite-stock.ts';
import { openTemporaryDatabase } from './embedded.ts';
import { exerciseStock } from './stock.exercise.ts';

exerciseStock('sqlite', async () => {
  const { database, remove } = openTemporaryDatabase();
  return { stock: createSqliteStock(database), close: async () => remove() };
});
