/**
 * The promises about orders cancelled before they settle, about buyers who wait while they are
 * reserved a unit, and about the counts of what happened to orders later.
 */
import { expect } from 'vitest';
import { answer } from '../../origin/settle/waiting.ts';
import {
  cancel,
  cancellationsOf,
  inBoth,
  join,
  type resultOf,
  resultsOf,
  waitingFor,
} from './book.neighbours.ts';
import { type BookPromise, expectLedgerHolds, outcomeOf } from './book.trial.ts';

const setState = inBoth('UPDATE {orders} SET state = ?, live = ? WHERE order_id = ?');
const setSeq = inBoth('UPDATE {orders} SET seq = ? WHERE order_id = ?');
const setUnits = inBoth('UPDATE {sales} SET free = ?, reserved = ?, paid = ? WHERE sale_id = ?');

export const cancelPromises: readonly BookPromise[] = [
  {
    promise: 'an order cancelled before it settles takes no units, and gives back all that it had',
    async check(trial) {
      const { book } = trial;
      const sale = await trial.sale(3);
      const kept = trial.reservation(sale, 1, { quantity: 2 });
      const unwanted = trial.reservation(sale, 2, { quantity: 2 });
      await cancel(book, [unwanted], 'risk');
      const orders = await trial.settle(kept, unwanted);
      expect(outcomeOf(orders.get(kept.orderId))).toBe('reserved');
      expect(orders.get(unwanted.orderId)).toMatchObject({
        state: 'rejected',
        reason: 'cancelled',
        closedBy: 'risk',
      });
      expect(await book.order(unwanted.orderId)).toEqual(orders.get(unwanted.orderId));
      const { orderId, saleId, buyerId, epoch } = unwanted;
      expect(await trial.pendingOf(saleId)).toEqual([
        { orderId, saleId, buyerId, epoch, units: 2 },
      ]);
      const counts = { settledOrders: 2, settledUnits: 4, pendingReleaseUnits: 2 };
      expect(await book.terms(saleId)).toMatchObject({ free: 1, reserved: 2, ...counts });
      expect(await cancellationsOf(book, saleId)).toEqual([]);
      const [result] = await resultsOf(book, saleId);
      const told = new Set(result?.orders.map(outcomeOfResult));
      expect(told).toEqual(new Set(['reserved', 'rejected(cancelled) by risk']));
      await expectLedgerHolds(book, saleId);
    },
  },
  {
    promise: 'a buyer whose order was cancelled may have another, in the same batch too',
    async check(trial) {
      const { book } = trial;
      const sale = await trial.sale(3);
      const buyerId = 'changed-my-mind';
      const orders = [1, 2, 3].map((seq) => trial.reservation(sale, seq, { buyerId }));
      await cancel(
        book,
        [orders[2], orders[0]].flatMap((order) => order ?? []),
      );
      const first = await trial.settle(...orders.slice(0, 2));
      expect(orders.slice(0, 2).map(({ orderId }) => outcomeOf(first.get(orderId)))).toEqual([
        'rejected(cancelled)',
        'reserved',
      ]);
      const later = await trial.settle(...orders);
      expect(orders.map(({ orderId }) => outcomeOf(later.get(orderId)))).toEqual([
        'rejected(cancelled)',
        'reserved',
        'rejected(cancelled)',
      ]);
      expect((await book.orderOf(sale.saleId, buyerId))?.orderId).toBe(orders[1]?.orderId);
      await expectLedgerHolds(book, sale.saleId);
    },
  },
  {
    promise: 'a cancellation of an order that has settled is left to whoever closes orders',
    async check(trial) {
      const { book } = trial;
      const sale = await trial.sale(3);
      const settled = trial.reservation(sale, 1);
      const coming = trial.reservation(sale, 2);
      await trial.settle(settled);
      await cancel(book, [settled, coming]);
      const orders = await trial.settle(settled, coming);
      expect(outcomeOf(orders.get(settled.orderId))).toBe('reserved');
      expect(outcomeOf(orders.get(coming.orderId))).toBe('rejected(cancelled)');
      expect(await cancellationsOf(book, sale.saleId)).toEqual([settled.orderId]);
      expect(await book.terms(sale.saleId)).toMatchObject({ free: 2, pendingReleaseUnits: 1 });
      await trial.settle(settled, coming);
      expect(await book.terms(sale.saleId)).toMatchObject({ free: 2, pendingReleaseUnits: 1 });
    },
  },
  {
    promise: 'many cancelled orders of several sales, and of more than one statement, all end so',
    async check(trial) {
      const { book } = trial;
      const [phone, watch] = [await trial.sale(2_000), await trial.sale(5)];
      const phones = Array.from({ length: 1_300 }, (_, seq) => trial.reservation(phone, seq + 1));
      const watches = [1, 2, 3].map((seq) => trial.reservation(watch, seq));
      await cancel(book, [...phones.slice(0, 1_200), ...watches.slice(0, 1)]);
      await trial.settle(...phones, ...watches);
      expect(await book.terms(phone.saleId)).toMatchObject({
        reserved: 100,
        settledOrders: 1_300,
        pendingReleaseUnits: 1_200,
      });
      expect(await book.terms(watch.saleId)).toMatchObject({ reserved: 2, pendingReleaseUnits: 1 });
      expect(await cancellationsOf(book, phone.saleId)).toEqual([]);
      await expectLedgerHolds(book, phone.saleId);
    },
  },
  {
    promise: 'whoever is reserved a unit waits no longer; all others keep their places',
    async check(trial) {
      const { book } = trial;
      const sale = await trial.sale(3);
      for (const buyer of ['buyer-9', 'buyer-2', 'buyer-3', 'buyer-4', 'Buyer-1']) {
        expect(await join(book, sale.saleId, buyer)).toBe('waits');
      }
      const other = await trial.sale(3);
      await join(book, other.saleId, 'buyer-2');
      const cancelled = trial.reservation(sale, 4);
      await cancel(book, [cancelled]);
      const orders = [1, 2, 3].map((seq) =>
        trial.reservation(sale, seq, { quantity: 1 + (seq % 2) }),
      );
      await trial.settle(...orders, cancelled);
      expect(await waitingFor(book, sale.saleId)).toEqual([
        'buyer-9',
        'buyer-3',
        'buyer-4',
        'Buyer-1',
      ]);
      expect(await waitingFor(book, other.saleId)).toEqual(['buyer-2']);
      await trial.settle(...orders);
      expect(await waitingFor(book, sale.saleId)).toHaveLength(4);
      expect((await book.sales()).find(({ saleId }) => saleId === sale.saleId)?.waiting).toBe(4);
    },
  },
  {
    promise: 'of joining the line and being reserved a unit at once, nobody ends up with both',
    async check(trial) {
      const { book } = trial;
      const sale = await trial.sale(100);
      const seqs = Array.from({ length: 30 }, (_, index) => index + 1);
      await join(book, sale.saleId, 'patient');
      await Promise.all(
        seqs.flatMap((seq) => {
          const settle = () => trial.settle(trial.reservation(sale, seq));
          const wait = () => join(book, sale.saleId, `buyer-${seq}`);
          return seq % 2 === 0 ? [settle(), wait()] : [wait(), settle()];
        }),
      );
      expect(await waitingFor(book, sale.saleId)).toEqual(['patient']);
      expect(await book.terms(sale.saleId)).toMatchObject({ reserved: 30 });
    },
  },
  {
    promise:
      'an order beside the one that its buyer got as head of the waitlist gives its units back',
    async check(trial) {
      const { book } = trial;
      const sale = await trial.sale(9);
      const head = trial.reservation(sale, 1, { buyerId: 'head' });
      await trial.settle(head, trial.reservation(sale, 2, { buyerId: 'other' }));
      await book.transact(function* (transaction) {
        yield* answer(transaction.run(setSeq, 0, head.orderId));
      });
      const beside = trial.reservation(sale, 3, { buyerId: 'head', quantity: 3 });
      const twice = trial.reservation(sale, 4, { buyerId: 'other', quantity: 3 });
      await trial.settle(beside, twice);
      const pending = await trial.pendingOf(sale.saleId);
      expect(new Map(pending.map(({ orderId, units }) => [orderId, units]))).toEqual(
        new Map([
          [beside.orderId, 3],
          [twice.orderId, 0],
        ]),
      );
      await expectLedgerHolds(book, sale.saleId);
    },
  },
  {
    promise: 'paid orders are counted as such, and closed ones hold nothing',
    async check(trial) {
      const { book } = trial;
      const sale = await trial.sale(20);
      const buyerId = 'same';
      for (const [index, state] of ['refunded', 'cancelled', 'expired', 'paid'].entries()) {
        const order = trial.reservation(sale, index + 1, { quantity: 5 - index, buyerId });
        expect(outcomeOf((await trial.settle(order)).get(order.orderId))).toBe('reserved');
        const live = state === 'paid' ? 1 : null;
        await book.transact(function* (transaction) {
          yield* answer(transaction.run(setState, state, live, order.orderId));
          yield* answer(transaction.run(setUnits, 18, 0, 2, sale.saleId));
        });
      }
      await trial.settle(trial.reservation(sale, 6, { quantity: 4 }));
      expect(await book.proof(sale.saleId)).toEqual({
        reservedUnits: 4,
        paidUnits: 2,
        buyersTwice: 0,
        orders: { reserved: 1, paid: 1, expired: 1, cancelled: 1, refunded: 1 },
      });
      expect(await book.terms(sale.saleId)).toMatchObject({ free: 14, reserved: 4, paid: 2 });
      await expectLedgerHolds(book, sale.saleId);
      const second = trial.reservation(sale, 7, { buyerId });
      expect(outcomeOf((await trial.settle(second)).get(second.orderId))).toBe(
        'rejected(duplicate)',
      );
    },
  },
];

function outcomeOfResult(result: ReturnType<typeof resultOf>): string {
  const outcome = result.reason === undefined ? result.state : `${result.state}(${result.reason})`;
  return result.closedBy === undefined ? outcome : `${outcome} by ${result.closedBy}`;
}
