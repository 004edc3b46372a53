/** The promises about results: what became of orders is told once, in its order, without gaps. */
import { expect } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import { readResultHeads, readResults } from '../../origin/results/read-results.ts';
import type { OrderBook } from '../../origin/settle/book.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { inBoth, resultOf, resultsOf } from './book.neighbours.ts';
import { type BookPromise, everythingAbout, expectRefused, outcomeOf } from './book.trial.ts';

const insertResults = inBoth('INSERT INTO {results} (sale_id, seq, at_ms, orders) VALUES ?');
const deleteResults = inBoth('DELETE FROM {results} WHERE sale_id = ?');

export const resultPromises: readonly BookPromise[] = [
  {
    promise: 'a batch becomes one result, which says of each order what its row says',
    async check(trial) {
      const sale = await trial.sale(3);
      const batch = [1, 2, 3, 4].map((seq) => trial.reservation(sale, seq));
      const twice = trial.reservation(sale, 5, { buyerId: 'buyer-1', quantity: 2 });
      const orders = await trial.settle(...batch, twice);
      const [result, ...more] = await resultsOf(trial.book, sale.saleId);
      expect(more).toEqual([]);
      expect(result).toMatchObject({ seq: 1, atMs: orders.get(twice.orderId)?.settledAtMs });
      expect(new Map(result?.orders.map((order) => [order.orderId, order]))).toEqual(
        new Map(Array.from(orders, ([orderId, order]) => [orderId, resultOf(order)])),
      );
      const outcomes = [...orders.values()].map(outcomeOf);
      expect(outcomes.filter((outcome) => outcome === 'rejected(duplicate)')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'rejected(sold-out)')).toHaveLength(1);
    },
  },
  {
    promise: 'a redelivery tells nothing again, and tells what it brings anew',
    async check(trial) {
      const sale = await trial.sale(9);
      const [first, second, third] = [1, 2, 3].map((seq) => trial.reservation(sale, seq));
      if (!first || !second || !third) throw new RangeError('too few');
      await trial.settle(first, second);
      await trial.settle(first, second);
      await trial.settle(second, third, first);
      const results = await resultsOf(trial.book, sale.saleId);
      expect(results.map(({ orders }) => orders.map(({ orderId }) => orderId).sort())).toEqual([
        [second.orderId, first.orderId],
        [third.orderId],
      ]);
    },
  },
  {
    promise: 'sales of one batch have results and numbers of their own',
    async check(trial) {
      const [phone, watch] = [await trial.sale(9), await trial.sale(9)];
      await trial.settle(trial.reservation(phone, 1));
      await trial.settle(trial.reservation(phone, 2), trial.reservation(watch, 1));
      await trial.book.settle({ log: trial.log, reservations: [], steps: [] });
      expect(await resultsOf(trial.book, phone.saleId)).toHaveLength(2);
      expect(await resultsOf(trial.book, watch.saleId)).toHaveLength(1);
      const heads = await readResultHeads(trial.book);
      expect([heads.get(phone.saleId), heads.get(watch.saleId)]).toEqual([2, 1]);
    },
  },
  {
    promise: 'a result that cannot be written undoes its whole batch',
    async check(trial) {
      const { book, log } = trial;
      const sale = await trial.sale(9);
      const before = await everythingAbout(trial, sale.saleId);
      await book.transact(function* (transaction) {
        yield* answer(transaction.insert(insertResults, [[sale.saleId, 1, 5, '[]']]));
      });
      const steps = [{ partition: 0, from: undefined, to: 1n }];
      const reservations = [trial.reservation(sale, 1)];
      await expectRefused(book.settle({ log, reservations, steps }));
      expect(await everythingAbout(trial, sale.saleId)).toEqual(before);
      await book.transact(function* (transaction) {
        yield* answer(transaction.run(deleteResults, sale.saleId));
      });
      expect(await book.settle({ log, reservations, steps })).toMatchObject({ kind: 'settled' });
      expect(await resultsOf(book, sale.saleId)).toHaveLength(1);
    },
  },
  {
    promise: 'whoever reads on while many settle at once misses nothing',
    async check(trial) {
      const { book } = trial;
      const sale = await trial.sale(50);
      const settling = Promise.all(
        Array.from({ length: 30 }, (_, batch) =>
          trial.settle(
            ...[1, 2, 3].map((index) => trial.reservation(sale, 1 + ((batch * 3 + index) % 80))),
          ),
        ),
      );
      const seen = await followUntil(book, sale.saleId, settling);
      expect(await resultsOf(book, sale.saleId)).toEqual(seen);
      const told = seen.flatMap(({ orders }) => orders);
      expect(told).toHaveLength(80);
      for (const result of told) {
        const order = await book.order(result.orderId);
        expect(order && resultOf(order)).toEqual(result);
      }
      expect(told.filter(({ state }) => state === 'reserved')).toHaveLength(50);
    },
  },
];

/** Not for a book whose modules were loaded anew: those have failpoints of their own. */
export const dyingPromises: readonly BookPromise[] = [
  {
    promise: 'settling that dies before its commit leaves no result and no number behind',
    async check(trial) {
      const sale = await trial.sale(9);
      const before = await everythingAbout(trial, sale.saleId);
      armFailpoints([{ name: 'settle.before-commit', action: 'fail', count: 1, skip: 0 }]);
      const order = trial.reservation(sale, 1);
      await expect(trial.settle(order)).rejects.toMatchObject({ code: 'failpoint' });
      armFailpoints([]);
      expect(await resultsOf(trial.book, sale.saleId)).toEqual([]);
      expect(await everythingAbout(trial, sale.saleId)).toEqual(before);
      await trial.settle(order);
      expect(await resultsOf(trial.book, sale.saleId)).toHaveLength(1);
    },
  },
];

/** Reads on from the last number again and again, until nothing comes after `ended`. */
async function followUntil(book: OrderBook, saleId: string, ended: Promise<unknown>) {
  const seen: Awaited<ReturnType<typeof readResults>> = [];
  let over = false;
  const end = ended.then(
    () => (over = true),
    () => (over = true),
  );
  for (let rest = false; !rest; ) {
    const wasOver = over;
    const next = await readResults(book, { saleId, after: seen.at(-1)?.seq ?? 0, limit: 7 });
    seen.push(...next);
    rest = wasOver && next.length === 0;
    await Promise.race([end, new Promise(setImmediate)]);
  }
  await ended;
  return seen;
}
