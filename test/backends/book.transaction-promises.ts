/** The promises of `transact` and `read`, which all areas beside settling write their work on. */
import { expect } from 'vitest';
import type { Transaction } from '../../origin/settle/transaction.ts';
import { answer, type Waiting } from '../../origin/settle/waiting.ts';
import { inBoth } from './book.neighbours.ts';
import { type BookPromise, expectRefused } from './book.trial.ts';

const insertTopUps = inBoth(
  'INSERT INTO {top_ups} (sale_id, top_up_id, units, added_at_ms) VALUES ?',
);
const selectTopUps = inBoth(
  'SELECT top_up_id AS topUpId, units FROM {top_ups} WHERE sale_id = ? ORDER BY top_up_id',
);
const selectSome = inBoth(
  'SELECT top_up_id AS topUpId FROM {top_ups} WHERE sale_id = ? AND top_up_id IN (?)',
);
const sumUnits = inBoth('SELECT COUNT(*) AS topUps FROM {top_ups} WHERE sale_id = ?');
const lockUnits = inBoth('SELECT units FROM {top_ups} WHERE sale_id = ? FOR UPDATE');
const setUnits = inBoth('UPDATE {top_ups} SET units = ? WHERE sale_id = ?');
const deleteSome = inBoth('DELETE FROM {top_ups} WHERE sale_id = ? AND top_up_id IN (?)');
const insertNotices = inBoth(
  `INSERT INTO {deliveries} (delivery_id, order_id, sale_id, type, payload, created_at_ms,
    due_at_ms, last_error) VALUES ?`,
);
const selectNotice = inBoth(
  'SELECT payload, last_error AS lastError FROM {deliveries} WHERE delivery_id = ?',
);

export const transactionPromises: readonly BookPromise[] = [
  {
    promise: 'a transaction writes what its work did and gives back its value',
    async check({ book, log }) {
      const value = await book.transact(function* (transaction) {
        yield* answer(transaction.insert(insertTopUps, [[log, 'one', 5, 1]]));
        const rows = yield* answer(transaction.rows(selectTopUps, log));
        return { rows };
      });
      const written = [{ topUpId: 'one', units: 5 }];
      expect(value).toEqual({ rows: written });
      expect(await book.read(selectTopUps, log)).toEqual(written);
      expect(await book.read(selectTopUps, 'nobody')).toEqual([]);
    },
  },
  {
    promise: 'work that throws leaves nothing, and its own error comes back',
    async check({ book, log }) {
      const mistake = new RangeError('halfway');
      const broken = book.transact(function* (transaction) {
        yield* answer(transaction.insert(insertTopUps, [[log, 'one', 5, 1]]));
        throw mistake;
      });
      await expect(broken).rejects.toBe(mistake);
      expect(await book.read(selectTopUps, log)).toEqual([]);
      await book.transact(function* (transaction) {
        yield* answer(transaction.insert(insertTopUps, [[log, 'one', 6, 1]]));
      });
      expect(await book.read(selectTopUps, log)).toEqual([{ topUpId: 'one', units: 6 }]);
    },
  },
  {
    promise: 'a row that the book refuses undoes the whole of its transaction',
    async check({ book, log }) {
      const orderId = 'n'.repeat(22);
      const refused = book.transact(function* (transaction) {
        yield* answer(transaction.insert(insertTopUps, [[log, 'one', 5, 1]]));
        const notice = [`n-${log}`, orderId, log, 'order.paid', null, 1, 1, null];
        yield* answer(transaction.insert(insertNotices, [notice]));
      });
      await expectRefused(refused);
      expect(await book.read(selectTopUps, log)).toEqual([]);
    },
  },
  {
    promise: 'work that inserts a key without looking is refused in the end, not repeated for ever',
    async check({ book, log }) {
      let runs = 0;
      const work = () =>
        book.transact(function* (transaction) {
          runs += 1;
          yield* answer(transaction.insert(insertTopUps, [[log, 'one', runs, 1]]));
        });
      await work();
      await expectRefused(work());
      expect(await book.read(selectTopUps, log)).toEqual([{ topUpId: 'one', units: 1 }]);
    },
  },
  {
    promise: 'the clock of a transaction is the one that settles',
    async check(trial) {
      const sale = await trial.sale(5);
      const settledAtMs = async (seq: number) => {
        const orders = await trial.settle(trial.reservation(sale, seq));
        return [...orders.values()][0]?.settledAtMs ?? 0;
      };
      const before = await settledAtMs(1);
      // biome-ignore lint/correctness/useYield: it asks nothing, so it waits for nothing.
      const nowMs = await trial.book.transact(function* (transaction) {
        return transaction.nowMs;
      });
      expect(nowMs).toBeGreaterThanOrEqual(before);
      expect(nowMs).toBeLessThanOrEqual(await settledAtMs(2));
    },
  },
  {
    promise: 'a change says how many rows it matched, also those that stay as they are',
    async check({ book, log }) {
      const rows = ['one', 'two'].map((id) => [log, id, 5, 1]);
      const matched = await book.transact(function* (transaction) {
        yield* answer(transaction.insert(insertTopUps, rows));
        const same = yield* answer(transaction.run(setUnits, 5, log));
        const none = yield* answer(transaction.run(setUnits, 5, 'nobody'));
        return [same, none];
      });
      expect(matched).toEqual([2, 0]);
    },
  },
  {
    promise: 'a list matches its members, an empty list nothing',
    async check({ book, log }) {
      const rows = ['one', 'three', 'two'].map((id) => [log, id, 5, 1]);
      await book.transact((transaction) => insertOnce(transaction, rows));
      const found = await book.read(selectSome, log, ['two', 'one', 'unknown']);
      expect(found).toHaveLength(2);
      expect(await book.read(selectSome, log, [])).toEqual([]);
      const deleted = await book.transact(function* (transaction) {
        const none = yield* answer(transaction.run(deleteSome, log, []));
        const some = yield* answer(transaction.run(deleteSome, log, ['one', 'three']));
        const left = yield* answer(transaction.rows(selectSome, log, ['one', 'two', 'three']));
        return { none, some, left };
      });
      expect(deleted).toEqual({ none: 0, some: 2, left: [{ topUpId: 'two' }] });
    },
  },
  {
    promise: 'any number of rows is inserted, also none',
    async check({ book, log }) {
      await book.transact((transaction) => insertOnce(transaction, []));
      const rows = Array.from({ length: 2_500 }, (_, index) => [log, `top-up-${index}`, 1, 1]);
      await book.transact((transaction) => insertOnce(transaction, rows));
      expect(await book.read(sumUnits, log)).toEqual([{ topUps: 2_500 }]);
    },
  },
  {
    promise: 'text is kept as it is, whatever it holds, and NULL is null',
    async check({ book, log }) {
      const payload = JSON.stringify({ title: `“双十一” '; DROP TABLE x; -- \\ ? :a 📱 \n\u0000` });
      const notice = [log, 'n'.repeat(22), 'sale', 'order.paid', payload, 1, 1, null];
      await book.transact(function* (transaction) {
        yield* answer(transaction.insert(insertNotices, [notice]));
      });
      expect(await book.read(selectNotice, log)).toEqual([{ payload, lastError: null }]);
    },
  },
  {
    promise: 'of many transactions at once that lock a row and add to it, none is lost',
    async check({ book, log }) {
      await book.transact((transaction) => insertOnce(transaction, [[log, 'one', 1, 1]]));
      const add = () =>
        book.transact(function* (transaction) {
          const [row] = yield* answer(transaction.rows<{ units: number }>(lockUnits, log));
          yield* answer(transaction.run(setUnits, (row?.units ?? 0) + 1, log));
        });
      await Promise.all(Array.from({ length: 25 }, add));
      expect(await book.read(selectTopUps, log)).toEqual([{ topUpId: 'one', units: 26 }]);
    },
  },
];

function* insertOnce(
  transaction: Transaction,
  rows: readonly (string | number)[][],
): Waiting<void> {
  yield* answer(transaction.insert(insertTopUps, rows));
}
