/**
 * The book's transactions on MySQL and MariaDB: each statement is one round trip, the first brings
 * BEGIN and the server's clock along. A deadlock or a key that another transaction wrote in between
 * runs all of the work again.
 */
import type { Random } from '../../contract/random.ts';
import { loadStatement } from '../statements.ts';
import {
  type MysqlConnections,
  type MysqlSession,
  matchedRows,
  rowsOf,
} from './mysql-connections.ts';
import { isDuplicateKey, isWorthRepeating } from './mysql-errors.ts';
import { pauseBeforeRetry } from './retry.ts';
import type { BookTransactions, StatementValue, Transaction } from './transaction.ts';
import { runLater } from './waiting.ts';

/** How often the work runs at most; whoever still meets a deadlock then is told so. */
const MAX_ATTEMPTS = 10;
/** Rows in one INSERT: a longer one gains nothing and nears the server's max_allowed_packet. */
const MAX_ROWS = 1_000;

const statement = (name: string) =>
  loadStatement(new URL(`./sql/mysql/${name}.sql`, import.meta.url));
const begin = statement('begin');
const selectNow = statement('select-now');
const commit = statement('commit');

export function createMysqlTransactions(
  connections: MysqlConnections,
  random: Random,
): BookTransactions {
  return {
    async transact(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await connections.use(async (session) => {
            const [, now] = await session.exchange([begin], [selectNow]);
            const nowMs = rowsOf<{ nowMs: number }>(now)[0]?.nowMs ?? 0;
            const value = await runLater(work(transactionOn(session, nowMs)));
            await session.exchange([commit]);
            return value;
          });
        } catch (error) {
          const again = isWorthRepeating(error) || isDuplicateKey(error);
          if (attempt === MAX_ATTEMPTS || !again) throw error;
        }
        await pauseBeforeRetry(attempt, random);
      }
    },
    async read<Row extends object>(
      ...[{ mysql }, ...values]: Parameters<BookTransactions['read']>
    ) {
      const [result] = await connections.ask([mysql, ...values.map(parameterOf)]);
      return rowsOf<Row>(result);
    },
  };
}

function transactionOn(session: MysqlSession, nowMs: number): Transaction {
  return {
    nowMs,
    async rows<Row extends object>(...[{ mysql }, ...values]: Parameters<Transaction['rows']>) {
      const [result] = await session.exchange([mysql, ...values.map(parameterOf)]);
      return rowsOf<Row>(result);
    },
    async run({ mysql }, ...values) {
      const [result] = await session.exchange([mysql, ...values.map(parameterOf)]);
      return matchedRows(result);
    },
    async insert({ mysql }, rows) {
      for (let start = 0; start < rows.length; start += MAX_ROWS) {
        await session.exchange([mysql, rows.slice(start, start + MAX_ROWS)]);
      }
    },
  };
}

/** An empty list matches nothing, as in SQLite; `IN ()` would not be SQL. */
function parameterOf(value: StatementValue): StatementValue | readonly null[] {
  return Array.isArray(value) && value.length === 0 ? [null] : value;
}
