/**
 * OrderBook in the embedded database. Writes share a group commit with the other embedded backends;
 * each is a savepoint of its own, so that a batch which is refused or fenced leaves no trace. Only
 * one process has the file open, so nobody else migrates, settles or moves an offset meanwhile. The
 * book's clock is the origin's.
 */
import type { Clock } from '../../contract/clock.ts';
import type { Random } from '../../contract/random.ts';
import type { EmbeddedDatabase } from '../embedded.ts';
import { loadStatement } from '../statements.ts';
import type { OrderBook, SettleReply } from './book.ts';
import { loadMigrations, missingMigrations } from './migrations.ts';
import { flagOrNull, newSaleValues, type SaleRow, toSale } from './sale-row.ts';
import { newSettleId, settleBatch } from './settle-batch.ts';
import { toBookError } from './sqlite-errors.ts';
import { createSqliteExchanges } from './sqlite-exchanges.ts';
import { createSqliteReads } from './sqlite-reads.ts';
import { createBookStatements } from './sqlite-statements.ts';
import { createSqliteTransactions } from './sqlite-transactions.ts';
import { runNow } from './waiting.ts';

const statement = (name: string) =>
  loadStatement(new URL(`./sql/sqlite/${name}.sql`, import.meta.url));
const createMigrations = statement('create-migrations');
const selectMigrations = statement('select-migrations');
const insertMigration = statement('insert-migration');
const migrations = loadMigrations(new URL('./migrations/sqlite/', import.meta.url));

export interface SqliteBookOptions {
  clock: Clock;
  random: Random;
}

/** The database stays its owner's: `close` leaves it open. */
export function createSqliteBook(
  database: EmbeddedDatabase,
  { clock, random }: SqliteBookOptions,
): OrderBook {
  const sql = createBookStatements(database.raw);
  const exchanges = createSqliteExchanges(sql, clock);

  async function write<Value>(work: () => Value): Promise<Value> {
    try {
      return await database.write(work);
    } catch (error) {
      throw toBookError(error);
    }
  }

  const saleOf = (saleId: string) => {
    const row = sql('select-sale').get(saleId);
    return row === undefined ? undefined : toSale(row as unknown as SaleRow);
  };

  return {
    ...createSqliteReads(sql),
    ...createSqliteTransactions(database, clock),
    migrate: () => write(() => migrate(database)),
    createSale: (sale) =>
      write(() => {
        const { changes } = sql('insert-sale').run(...newSaleValues(sale));
        return changes === 1 ? 'created' : 'exists';
      }),
    changeSale: (saleId, { opensAtMs, closesAtMs, paused }) =>
      write(() => {
        const times = [opensAtMs ?? null, closesAtMs ?? null];
        sql('change-sale').run(...times, flagOrNull(paused), saleId);
        return saleOf(saleId);
      }),
    async settle(batch) {
      try {
        return await write(() => {
          const reply = runNow(settleBatch(batch, newSettleId(random), exchanges));
          if (reply.kind === 'fenced') throw new FencedSignal();
          return reply;
        });
      } catch (error) {
        if (error instanceof FencedSignal) return { kind: 'fenced' } satisfies SettleReply;
        throw error;
      }
    },
    markReleased: (orderIds) =>
      write(() => {
        for (const orderId of orderIds) sql('mark-released').run(clock.nowMs(), orderId);
      }),
    close: async () => {},
  };
}

/** Undoes the savepoint of a batch whose offset has moved; never leaves this file. */
class FencedSignal extends Error {}

function migrate({ raw }: EmbeddedDatabase): void {
  raw.exec(createMigrations);
  const done = raw
    .prepare(selectMigrations)
    .all()
    .map((row) => Number(row.number));
  for (const { number, name, statement } of missingMigrations(migrations, done)) {
    raw.exec(statement);
    raw.prepare(insertMigration).run(number, name);
  }
}
