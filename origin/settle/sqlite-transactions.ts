/**
 * The book's transactions in the embedded database: each is a savepoint of the group commit, so its
 * statements run at once and nobody else's come between. The book's clock is the origin's.
 */
import type { StatementSync } from 'node:sqlite';
import type { Clock } from '../../contract/clock.ts';
import type { EmbeddedDatabase } from '../embedded.ts';
import { toBookError } from './sqlite-errors.ts';
import type { BookTransactions, StatementValue, Transaction } from './transaction.ts';
import { runNow } from './waiting.ts';

export function createSqliteTransactions(
  database: EmbeddedDatabase,
  clock: Clock,
): BookTransactions {
  const prepared = new Map<string, StatementSync>();
  function prepare(text: string): StatementSync {
    const statement = prepared.get(text) ?? database.raw.prepare(text);
    prepared.set(text, statement);
    return statement;
  }

  function rows<Row extends object>(...[{ sqlite }, ...values]: Parameters<Transaction['rows']>) {
    const found = prepare(sqlite).all(...values.map(columnOf));
    return found.map((row) => ({ ...row }) as unknown as Row);
  }

  const transactionAt = (nowMs: number): Transaction => ({
    nowMs,
    rows,
    run: ({ sqlite }, ...values) => Number(prepare(sqlite).run(...values.map(columnOf)).changes),
    insert({ sqlite }, newRows) {
      for (const row of newRows) prepare(sqlite).run(...row);
    },
  });

  return {
    async transact(work) {
      try {
        return await database.write(() => runNow(work(transactionAt(clock.nowMs()))));
      } catch (error) {
        throw toBookError(error);
      }
    },
    read: async (...parameters) => rows(...parameters),
  };
}

/** A list goes in as JSON, for json_each. */
function columnOf(value: StatementValue): string | number | null {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
