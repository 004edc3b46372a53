/** What may go wrong between the order book and MariaDB, each named after the failure. */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemRandom } from '../../contract/random.ts';
import { BookRefusedError, type OrderBook } from '../../origin/settle/book.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { resultsOf } from './book.neighbours.ts';
import { createBookTrial, everythingAbout, expectLedgerHolds, outcomeOf } from './book.trial.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { createTestDatabase, describeWithMariadb, type TestDatabase } from './mariadb.ts';

describeWithMariadb('the order book on mysql, when', () => {
  let database: TestDatabase;
  let book: OrderBook;
  const open = (url: string) => createMysqlBook({ url, random: systemRandom });

  beforeAll(async () => {
    database = await createTestDatabase();
    book = open(database.url);
    await book.migrate();
  });
  afterAll(async () => {
    await book.close();
    await database.drop();
  });

  test('the answer to a COMMIT is lost: the batch again is fenced, and counted once', async () => {
    const proxy = await startCuttingProxy();
    const cutting = open(database.url.replace(/:\d+\//, `:${proxy.port}/`));
    const trial = createBookTrial(cutting);
    const sale = await trial.sale(3);
    const reservations = [1, 2, 3, 4].map((seq) => trial.reservation(sale, seq));
    const steps = [{ partition: 0, from: undefined, to: 4n }];
    const batch = { log: trial.log, reservations, steps };
    proxy.cutNext('after-commit');
    await expect(cutting.settle(batch)).rejects.not.toBeInstanceOf(BookRefusedError);
    expect(proxy.cuts()).toBe(1);
    const after = await everythingAbout(trial, sale.saleId);
    expect(after).toMatchObject({ terms: { reserved: 3, settledOrders: 4 } });
    expect(await cutting.settle(batch)).toEqual({ kind: 'fenced' });
    expect([...(await trial.settle(...reservations)).values()]).toHaveLength(4);
    expect(await everythingAbout(trial, sale.saleId)).toEqual(after);
    expect(await resultsOf(book, sale.saleId)).toHaveLength(1);
    await cutting.close();
    proxy.close();
  });

  test('a COMMIT never arrives: nothing was written, and the batch again settles', async () => {
    const proxy = await startCuttingProxy();
    const cutting = open(database.url.replace(/:\d+\//, `:${proxy.port}/`));
    const trial = createBookTrial(cutting);
    const sale = await trial.sale(3);
    const steps = [{ partition: 0, from: undefined, to: 1n }];
    const batch = { log: trial.log, reservations: [trial.reservation(sale, 1)], steps };
    const before = await everythingAbout(trial, sale.saleId);
    proxy.cutNext('before-commit');
    await expect(cutting.settle(batch)).rejects.not.toBeInstanceOf(BookRefusedError);
    expect(await everythingAbout(trial, sale.saleId)).toEqual(before);
    expect(await resultsOf(book, sale.saleId)).toEqual([]);
    expect(await cutting.settle(batch)).toMatchObject({ kind: 'settled' });
    expect(await resultsOf(book, sale.saleId)).toHaveLength(1);
    expect(await cutting.terms(sale.saleId)).toMatchObject({ reserved: 1, settledOrders: 1 });
    await cutting.close();
    proxy.close();
  });

  test('the server picks the batch as the victim of a deadlock: it runs again', async () => {
    const trial = createBookTrial(book);
    const sale = await trial.sale(10);
    await trial.settle(trial.reservation(sale, 1));
    const rival = await database.connect();
    await rival.query('CREATE TABLE IF NOT EXISTS ballast (number INT)');
    await rival.query('START TRANSACTION');
    // The server kills whoever wrote less; 2,000 rows make that the batch.
    await rival.query('INSERT INTO ballast VALUES ?', [
      Array.from({ length: 2_000 }, (_, n) => [n]),
    ]);
    await rival.query('SELECT * FROM settled_counts WHERE sale_id = ? FOR UPDATE', [sale.saleId]);
    const second = trial.reservation(sale, 2);
    const settling = trial.settle(second);
    await untilWaiting(rival, 'settled_counts');
    // The batch holds its order and waits for the counts; the rival, the other way round.
    await rival.query('SELECT * FROM orders WHERE order_id = ? FOR UPDATE', [second.orderId]);
    await rival.query('ROLLBACK');
    expect(outcomeOf((await settling).get(second.orderId))).toBe('reserved');
    expect(await book.terms(sale.saleId)).toMatchObject({ reserved: 2, settledOrders: 2 });
    await expectLedgerHolds(book, sale.saleId);
  });

  test('a newer program migrated it: this one refuses to start', async () => {
    const other = await database.connect();
    await other.query("INSERT INTO migrations (number, name) VALUES (999, '999-later')");
    await expect(book.migrate()).rejects.toMatchObject({ code: 'book-newer' });
    await other.query('DELETE FROM migrations WHERE number = 999');
    await book.migrate();
  });

  test('several programs migrate an empty database at once: each finds it done', async () => {
    const empty = await createTestDatabase();
    onTestFinished(() => empty.drop());
    const books = Array.from({ length: 4 }, () => open(empty.url));
    await Promise.all(books.map((each) => each.migrate()));
    const [[row]] = await (await empty.connect()).query<never[]>(
      'SELECT COUNT(*) AS tables FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    const migrations = new URL('../../origin/settle/migrations/mysql/', import.meta.url);
    const texts = readdirSync(migrations).map((name) =>
      readFileSync(new URL(name, migrations), 'utf8'),
    );
    const tables = texts.filter((text) => text.includes('CREATE TABLE')).length;
    // And the one that says which migrations ran.
    expect(row).toEqual({ tables: tables + 1 });
    for (const each of books) await each.close();
  });

  test('a program died between a definition and its note: the next one goes on', async () => {
    const half = await createTestDatabase();
    onTestFinished(() => half.drop());
    const first = open(half.url);
    await first.migrate();
    const connection = await half.connect();
    const [before] = await connection.query('SHOW CREATE TABLE sales');
    await connection.query('DELETE FROM migrations');
    await first.migrate();
    expect((await connection.query('SHOW CREATE TABLE sales'))[0]).toEqual(before);
    await first.close();
  });

  test('nobody listens: a call is told so, and is no refusal', async () => {
    const away = open(database.url.replace(/:\d+\//, ':1/'));
    await expect(away.ping()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(
      away.settle({ log: 'log', reservations: [], steps: [] }),
    ).rejects.not.toBeInstanceOf(BookRefusedError);
    await away.close();
  });

  test('the server takes the connection and says nothing: the call ends', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const away = open(database.url.replace(/:\d+\//, `:${port}/`));
    await expect(away.ping()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await away.close();
    silent.close();
  });
});

/** Resolves once a transaction of this database waits for a lock after a statement on `table`. */
async function untilWaiting(
  connection: Awaited<ReturnType<TestDatabase['connect']>>,
  table: string,
): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const [rows] = await connection.query<never[]>(
      'SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE ?',
      [`INSERT INTO ${table}%`],
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nobody waits for ${table}`);
}
