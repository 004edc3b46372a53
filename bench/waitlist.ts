/**
 * Joining a waitlist against what the database can do at best: `npm run bench waitlist`. A crowd
 * joins through `createWaitlist`: the stock store is asked for each buyer, the book gathers them.
 * Raw is a loop by hand that inserts the same rows, 1,000 a transaction, without looking at
 * anything. In turns, in one run, on the servers and embedded; each round in a sale of its own.
 */
import { createConnection } from 'mysql2/promise';
import { systemClock } from '../contract/clock.ts';
import { systemRandom } from '../contract/random.ts';
import { newSaleSchema } from '../contract/sale.ts';
import { createRedisStock } from '../origin/admit/redis-stock.ts';
import { createSqliteStock } from '../origin/admit/sqlite-stock.ts';
import type { StockLedger } from '../origin/admit/stock.ts';
import { createLogger } from '../origin/logger.ts';
import { connectRedis } from '../origin/redis-socket.ts';
import { createSale, saleFrom } from '../origin/sales/create-sale.ts';
import { createSaleDirectory } from '../origin/sales/directory.ts';
import type { OrderBook } from '../origin/settle/book.ts';
import { createMysqlBook } from '../origin/settle/mysql-book.ts';
import { createSqliteBook } from '../origin/settle/sqlite-book.ts';
import { loadStatement } from '../origin/statements.ts';
import { createWaitlist } from '../origin/waitlist/waitlist.ts';
import { openTemporaryDatabase } from '../test/backends/embedded.ts';
import { createTestDatabase } from '../test/backends/mariadb.ts';
import { forgetKeys, freshKeyPrefix, redisUrl } from '../test/backends/redis.ts';
import { median, table } from './report.ts';

const ROUNDS = 6;
const BUYERS = 20_000;
const BATCH = 1_000;
/** What asks at once: more than a batch, so that the next one fills while one is under way. */
const CONNECTIONS = 2_000;

type Row = [saleId: string, buyerId: string, quantity: number, joinedAtMs: number, atMs: number];

interface Bench {
  name: string;
  book: OrderBook;
  stock: StockLedger;
  /** One transaction. */
  insert(rows: Row[]): Promise<void>;
  close(): Promise<void>;
}

const insertLineRows = (dialect: string) =>
  loadStatement(new URL(`../origin/waitlist/sql/${dialect}/insert-line-rows.sql`, import.meta.url));

export async function waitlist(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const open of [openServers, openEmbedded]) {
    const bench = await open();
    try {
      await bench.book.migrate();
      rows.push(...(await measureRounds(bench)));
    } finally {
      await bench.close();
    }
  }
  console.log(table(['way', 'median', 'rounds'], rows));
}

async function measureRounds(bench: Bench): Promise<(string | number)[][]> {
  const { name, book, stock } = bench;
  const logger = createLogger('warn');
  const directory = createSaleDirectory({ book, nowMs: systemClock.nowMs, logger });
  const line = createWaitlist({ book, stock, directory, nowMs: systemClock.nowMs, logger });
  const rates: Record<string, number[]> = {};
  const note = (what: string, value: number) => {
    const key = `${name}: ${what}`;
    rates[key] = [...(rates[key] ?? []), value];
  };
  for (let round = -1; round < ROUNDS; round += 1) {
    const saleId = `sale-${round + 1}`;
    await sellOut(bench, saleId);
    await sellOut(bench, `raw-${round + 1}`);
    await directory.refresh();
    const raw = await measureRaw(bench, `raw-${round + 1}`);
    const joins = await measure((buyerId) => line.join({ saleId, buyerId, quantity: 1 }));
    const places = await measure((buyerId) => line.place({ saleId, buyerId }));
    if (round < 0) continue;
    note('raw batches of 1000, rows/s', raw);
    note('joins/s', joins);
    note('joins / raw', joins / raw);
    note('places asked for, with 20,000 in the line, /s', places);
  }
  directory.close();
  return Object.entries(rates).map(([way, all]) => [way, median(all), ...all]);
}

async function measureRaw({ insert }: Bench, saleId: string): Promise<number> {
  const nowMs = Date.now();
  const startedAt = performance.now();
  for (let first = 0; first < BUYERS; first += BATCH) {
    await insert(
      Array.from({ length: BATCH }, (_, index) => [
        saleId,
        `user-${first + index}`,
        1,
        nowMs,
        nowMs,
      ]),
    );
  }
  return BUYERS / ((performance.now() - startedAt) / 1000);
}

/** All buyers ask, CONNECTIONS at once. */
async function measure(ask: (buyerId: string) => Promise<{ kind: string }>): Promise<number> {
  let next = 0;
  async function connection(): Promise<void> {
    while (next < BUYERS) {
      const buyerId = `user-${next++}`;
      const { kind } = await ask(buyerId);
      if (kind !== 'place') throw new Error(`${buyerId} was answered ${kind}`);
    }
  }
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return BUYERS / ((performance.now() - startedAt) / 1000);
}

/** A sale of one unit, and an order that took it. */
async function sellOut({ book, stock }: Bench, saleId: string): Promise<void> {
  const opensAt = new Date(0).toISOString();
  const closesAt = new Date(Date.now() + 3_600_000).toISOString();
  const terms = { saleId, title: saleId, units: 1, price: 1, currency: 'CNY' };
  const wanted = newSaleSchema.parse({ ...terms, opensAt, closesAt, waitlistCap: BUYERS });
  const sale = saleFrom(wanted, { payWindowMs: 60_000, random: systemRandom });
  await createSale({ book, stock }, sale);
  const requests = [{ orderId: `${saleId}-`.padEnd(22, '-'), buyerId: 'first', quantity: 1 }];
  await stock.reserve({ saleId, epoch: 1, perBuyer: 1, nowMs: Date.now(), requests });
}

async function openServers(): Promise<Bench> {
  const database = await createTestDatabase();
  const book = createMysqlBook({ url: database.url, random: systemRandom });
  const keyPrefix = freshKeyPrefix();
  const stock = createRedisStock({ redis: connectRedis({ url: redisUrl }), keyPrefix });
  const connection = await createConnection(database.url);
  const statement = insertLineRows('mysql');
  return {
    name: 'servers',
    book,
    stock,
    insert: async (rows) => void (await connection.query(statement, [rows])),
    async close() {
      await connection.end();
      await stock.close();
      await forgetKeys(keyPrefix);
      await book.close();
      await database.drop();
    },
  };
}

async function openEmbedded(): Promise<Bench> {
  const { database, remove } = openTemporaryDatabase();
  const book = createSqliteBook(database, { clock: systemClock, random: systemRandom });
  const stock = createSqliteStock(database);
  await book.migrate();
  const statement = database.raw.prepare(insertLineRows('sqlite'));
  return {
    name: 'embedded',
    book,
    stock,
    insert: (rows) =>
      database.write(() => {
        for (const row of rows) statement.run(...row);
      }),
    close: async () => remove(),
  };
}
