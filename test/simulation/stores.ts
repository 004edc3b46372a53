/**
 * The stores of a simulated world: the product's own embedded adapters on databases in memory, one
 * for the book, one for the stock, one for leases, made once and emptied for each seed. A write is
 * done when the call returns. The stock store can lose everything, or the last of it, and then is
 * another server than before; the book and the leases lose nothing.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../contract/clock.ts';
import type { Random } from '../../contract/random.ts';
import { createSqliteStock } from '../../origin/admit/sqlite-stock.ts';
import type { StockLedger } from '../../origin/admit/stock.ts';
import type { EmbeddedDatabase } from '../../origin/embedded.ts';
import type { LeaseStore } from '../../origin/lease/lease.ts';
import { createSqliteLease } from '../../origin/lease/sqlite-lease.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { createSqliteBook } from '../../origin/settle/sqlite-book.ts';

/** Set anew for each seed; the adapters keep these two objects. */
interface Given {
  clock: Clock;
  random: Random;
}

export interface Stores {
  book: OrderBook;
  stock: StockLedger;
  leases: LeaseStore;
  raw: { book: DatabaseSync; stock: DatabaseSync };
}

/** Made once a process: the migrations take longer than a whole simulation. */
export async function createStores(): Promise<{ stores: Stores; reset(given: Given): void }> {
  const given: Given = {
    clock: { nowMs: () => 0 },
    random: { fraction: () => 0, bytes: (count) => new Uint8Array(count) },
  };
  const clock: Clock = { nowMs: () => given.clock.nowMs() };
  const random: Random = {
    fraction: () => given.random.fraction(),
    bytes: (count) => given.random.bytes(count),
  };
  const databases = [openMemory(), openMemory(), openMemory()] as const;
  const [bookDatabase, stockDatabase, leaseDatabase] = databases;
  const book = createSqliteBook(bookDatabase, { clock, random });
  await book.migrate();
  const stores: Stores = {
    book,
    stock: createSqliteStock(stockDatabase),
    leases: createSqliteLease(leaseDatabase, clock),
    raw: { book: bookDatabase.raw, stock: stockDatabase.raw },
  };
  const empty = databases.map(({ raw }) => emptier(raw));
  return {
    stores,
    reset(next) {
      Object.assign(given, next);
      for (const emptyOne of empty) emptyOne();
    },
  };
}

/** Deletes all rows but those that say which migrations ran. */
export function emptier(raw: DatabaseSync): () => void {
  const tables = raw
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%migrations'")
    .all();
  const deletions = tables.map(({ name }) => raw.prepare(`DELETE FROM ${name}`));
  return () => {
    for (const deletion of deletions) deletion.run();
  };
}

function openMemory(): EmbeddedDatabase {
  const raw = new DatabaseSync(':memory:');
  const begin = raw.prepare('SAVEPOINT one');
  const end = raw.prepare('RELEASE one');
  const undo = raw.prepare('ROLLBACK TO one');
  return {
    raw,
    async write(work) {
      begin.run();
      try {
        return work();
      } catch (error) {
        undo.run();
        throw error;
      } finally {
        end.run();
      }
    },
    close: () => raw.close(),
  };
}
