/**
 * Transactions of the book on MariaDB that meet at a known moment: each waits inside its work until
 * the other has come to where it hurts. The embedded book runs one at a time and has none of these.
 */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { systemRandom } from '../../contract/random.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { pause } from '../../origin/timer.ts';
import { inBoth, join, resultsOf, waitingFor } from './book.neighbours.ts';
import { createBookTrial, outcomeOf } from './book.trial.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { createTestDatabase, describeWithMariadb, type TestDatabase } from './mariadb.ts';

const insertTopUps = inBoth(
  'INSERT INTO {top_ups} (sale_id, top_up_id, units, added_at_ms) VALUES ?',
);
const lockTopUp = inBoth(
  'SELECT units FROM {top_ups} WHERE sale_id = ? AND top_up_id = ? FOR UPDATE',
);
const readTopUps = inBoth(
  'SELECT top_up_id AS topUpId, units FROM {top_ups} WHERE sale_id = ? ORDER BY top_up_id',
);
const setTopUp = inBoth('UPDATE {top_ups} SET units = ? WHERE sale_id = ? AND top_up_id = ?');
const lockSale = inBoth('SELECT waiting FROM {sales} WHERE sale_id = ? FOR UPDATE');
const addPlace = inBoth(
  'INSERT INTO {waitlist} (sale_id, buyer_id, quantity, joined_at_ms, changed_at_ms) VALUES ?',
);
const addWaiting = inBoth('UPDATE {sales} SET waiting = waiting + 1 WHERE sale_id = ?');

/** Long enough for the other to have sent its statement and to wait for the lock. */
const MEANWHILE_MS = 100;
const meanwhile = () => new Promise<void>((resolve) => setTimeout(resolve, MEANWHILE_MS));

describeWithMariadb('of transactions of the book that meet,', () => {
  let database: TestDatabase;
  let book: OrderBook;

  beforeAll(async () => {
    database = await createTestDatabase();
    book = createMysqlBook({ url: database.url, random: systemRandom });
    await book.migrate();
  });
  afterAll(async () => {
    await book.close();
    await database.drop();
  });

  const insert = (saleId: string, ...rows: [topUpId: string, units: number][]) =>
    book.transact(function* (transaction) {
      const values = rows.map(([topUpId, units]) => [saleId, topUpId, units, 1]);
      yield* answer(transaction.insert(insertTopUps, values));
    });

  test('two that lock crosswise both end, and who ran again saw the other’s work', async () => {
    await insert('cross', ['a', 1], ['b', 1]);
    const bothHold = createMeeting(2);
    let runs = 0;
    const add = (first: string, second: string) =>
      book.transact(function* (transaction) {
        runs += 1;
        const seen: number[] = [];
        for (const topUpId of [first, second]) {
          const [row] = yield* answer(
            transaction.rows<{ units: number }>(lockTopUp, 'cross', topUpId),
          );
          seen.push(row?.units ?? 0);
          yield* answer(transaction.run(setTopUp, (row?.units ?? 0) + 1, 'cross', topUpId));
          if (topUpId === first) yield* answer(bothHold());
        }
        return seen;
      });
    const seen = await Promise.all([add('a', 'b'), add('b', 'a')]);
    expect(runs).toBe(3);
    expect(seen.sort()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await book.read(readTopUps, 'cross')).toEqual([
      { topUpId: 'a', units: 3 },
      { topUpId: 'b', units: 3 },
    ]);
  });

  test('two that look for a key and insert it: the later finds it at its second look', async () => {
    const bothLooked = createMeeting(2);
    const looks: number[] = [];
    const once = () =>
      book.transact(function* (transaction) {
        const found = yield* answer(transaction.rows(lockTopUp, 'race', 'one'));
        looks.push(found.length);
        if (found.length > 0) return 'already';
        yield* answer(bothLooked());
        yield* answer(transaction.insert(insertTopUps, [['race', 'one', 1, 1]]));
        return 'added';
      });
    expect((await Promise.all([once(), once()])).sort()).toEqual(['added', 'already']);
    expect(looks).toEqual([0, 0, 1]);
  });

  test('one under way shows nothing to others, and leaves nothing when it throws', async () => {
    const written = createMeeting(2);
    const looked = createMeeting(2);
    const broken = book.transact(function* (transaction) {
      yield* answer(transaction.insert(insertTopUps, [['hidden', 'one', 1, 1]]));
      yield* answer(written());
      yield* answer(looked());
      throw new RangeError('halfway');
    });
    const ended = expect(broken).rejects.toThrow('halfway');
    await written();
    expect(await book.read(readTopUps, 'hidden')).toEqual([]);
    await looked();
    await ended;
    await insert('hidden', ['one', 2]);
    expect(await book.read(readTopUps, 'hidden')).toEqual([{ topUpId: 'one', units: 2 }]);
  });

  test('one whose answer to COMMIT is lost rejects, and does not run again by itself', async () => {
    const proxy = await startCuttingProxy();
    onTestFinished(() => proxy.close());
    const url = database.url.replace(/:\d+\//, `:${proxy.port}/`);
    const cutting = createMysqlBook({ url, random: systemRandom });
    onTestFinished(() => cutting.close());
    let runs = 0;
    const add = (topUpId: string) =>
      cutting.transact(function* (transaction) {
        runs += 1;
        yield* answer(transaction.insert(insertTopUps, [['lost', topUpId, 1, 1]]));
      });
    proxy.cutNext('after-commit');
    await expect(add('done')).rejects.toThrow();
    proxy.cutNext('before-commit');
    await expect(add('undone')).rejects.toThrow();
    expect(proxy.cuts()).toBe(2);
    expect(runs).toBe(2);
    expect(await book.read(readTopUps, 'lost')).toEqual([{ topUpId: 'done', units: 1 }]);
  });

  test('a join that came first: settling waits for it, and takes the buyer out again', async () => {
    const trial = createBookTrial(book);
    const sale = await trial.sale(5);
    const order = trial.reservation(sale, 1);
    const locked = createMeeting(2);
    const joining = book.transact(function* (transaction) {
      yield* answer(transaction.rows(lockSale, sale.saleId));
      yield* answer(locked());
      yield* answer(meanwhile());
      const place = [sale.saleId, order.buyerId, 1, 5, 5];
      yield* answer(transaction.insert(addPlace, [place]));
      yield* answer(transaction.run(addWaiting, sale.saleId));
    });
    await locked();
    const [orders] = await Promise.all([trial.settle(order), joining]);
    expect(outcomeOf(orders.get(order.orderId))).toBe('reserved');
    expect(await waitingFor(book, sale.saleId)).toEqual([]);
  });

  test('a settle that came first: the join waits for it, and finds the order', async () => {
    const trial = createBookTrial(book);
    const sale = await trial.sale(5);
    const order = trial.reservation(sale, 1);
    const slow = await database.connect();
    await slow.query('CREATE TRIGGER slow BEFORE INSERT ON results FOR EACH ROW DO SLEEP(0.2)');
    let isSettled = false;
    const settling = trial.settle(order).finally(() => {
      isSettled = true;
    });
    const isAsleep = async () => {
      const [rows] = await slow.query<never[]>(
        `SELECT 1 FROM information_schema.processlist
         WHERE db = DATABASE() AND state = 'User sleep'`,
      );
      return rows.length > 0;
    };
    while (!isSettled && !(await isAsleep())) await pause(1);
    expect(await join(book, sale.saleId, order.buyerId)).toBe('has-order');
    await settling;
    await slow.query('DROP TRIGGER slow');
    expect(await waitingFor(book, sale.saleId)).toEqual([]);
  });

  test('settles of two programs number their results in the order of their commits', async () => {
    const other = createMysqlBook({ url: database.url, random: systemRandom });
    onTestFinished(() => other.close());
    const trials = [createBookTrial(book), createBookTrial(other)];
    const sale = await createBookTrial(book).sale(40);
    const settling = Array.from({ length: 20 }, (_, batch) => {
      const trial = trials[batch % 2] ?? createBookTrial(book);
      const orders = [0, 1, 2].map((index) => trial.reservation(sale, batch * 3 + index + 1));
      return trial.settle(...orders);
    });
    const settled = await Promise.all(settling);
    const results = await resultsOf(book, sale.saleId);
    expect(results).toHaveLength(20);
    const told = results.flatMap(({ orders }) => orders);
    const outcomes = new Map(told.map((order) => [order.orderId, outcomeOf(order)]));
    const answered = settled.flatMap((orders) => [...orders.values()]);
    expect(outcomes).toEqual(new Map(answered.map((order) => [order.orderId, outcomeOf(order)])));
    expect(told.filter(({ state }) => state === 'reserved')).toHaveLength(40);
  });
});

/** Resolves for all once so many have come; whoever comes later goes on at once. */
function createMeeting(members: number): () => Promise<void> {
  let come = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  return () => {
    come += 1;
    if (come === members) resolve();
    return promise;
  };
}
