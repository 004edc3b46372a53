/**
 * The promises of `settle`: the guard, once per buyer, nothing vanishes, and repeats are harmless.
 */
import { expect } from 'vitest';
import type { Reservation } from '../../contract/log/codec.ts';
import {
  type BookPromise,
  byOrderId,
  everythingAbout,
  expectLedgerHolds,
  expectRefused,
  outcomeOf,
  PAY_WINDOW_MS,
} from './book.trial.ts';

export const settlePromises: readonly BookPromise[] = [
  {
    promise: 'a batch is reserved, with its pay window by the book’s clock',
    async check(trial) {
      const sale = await trial.sale(10);
      const first = trial.reservation(sale, 1);
      const second = trial.reservation(sale, 2, { quantity: 3 });
      const orders = await trial.settle(first, second);
      expect([...orders.values()].map(outcomeOf)).toEqual(['reserved', 'reserved']);
      const order = orders.get(second.orderId);
      const { saleId, orderId, buyerId, quantity, reservedAtMs } = second;
      expect(order).toMatchObject({ saleId, orderId, buyerId, quantity, reservedAtMs });
      expect(order?.payBeforeMs).toBe((order?.settledAtMs ?? 0) + PAY_WINDOW_MS);
      expect(await trial.book.order(orderId)).toEqual(order);
      const terms = await trial.book.terms(saleId);
      expect(terms).toMatchObject({ units: 10, free: 6, reserved: 4, paid: 0, epoch: 1 });
      expect(terms).toMatchObject({ settledOrders: 2, settledUnits: 4, pendingReleases: 0 });
      await expectLedgerHolds(trial.book, saleId);
    },
  },
  {
    promise: 'a batch settled in parts and then redelivered takes its units once',
    async check(trial) {
      const { book, log } = trial;
      const sale = await trial.sale(10);
      const reservations = [1, 2, 3, 4].map((seq) => trial.reservation(sale, seq));
      await trial.settle(...reservations.slice(0, 2));
      await trial.settle(...reservations.slice(1, 3));
      const steps = [{ partition: 0, from: undefined, to: 4n }];
      const orders = byOrderId(await book.settle({ log, reservations, steps }));
      expect([...orders.values()].map(outcomeOf)).toEqual(Array(4).fill('reserved'));
      const terms = await book.terms(sale.saleId);
      expect(terms).toMatchObject({ free: 6, reserved: 4, settledOrders: 4, settledUnits: 4 });
      await expectLedgerHolds(book, sale.saleId);
    },
  },
  {
    promise: 'a redelivery gets the first answers again and changes nothing',
    async check(trial) {
      const sale = await trial.sale(2);
      const reservations = [1, 2, 3].map((seq) => trial.reservation(sale, seq));
      const twice = trial.reservation(sale, 4, { buyerId: 'buyer-1' });
      const batch = [...reservations, twice];
      const first = await trial.settle(...batch);
      expect(batch.map(({ orderId }) => outcomeOf(first.get(orderId)))).toContain(
        'rejected(sold-out)',
      );
      const before = await everythingAbout(trial, sale.saleId);
      expect(await trial.settle(...batch)).toEqual(first);
      expect(await everythingAbout(trial, sale.saleId)).toEqual(before);
    },
  },
  {
    promise: 'an order id twice in a batch is one order, the first',
    async check(trial) {
      const sale = await trial.sale(10);
      const first = trial.reservation(sale, 1, { quantity: 2 });
      const orders = await trial.settle(first, { ...first, quantity: 5 }, first);
      expect(orders.size).toBe(1);
      expect(orders.get(first.orderId)?.quantity).toBe(2);
      expect(await trial.book.terms(sale.saleId)).toMatchObject({ free: 8, settledOrders: 1 });
    },
  },
  {
    promise: 'a buyer’s second order is rejected as duplicate and frees the buyer, not a unit',
    async check(trial) {
      const sale = await trial.sale(10);
      const first = trial.reservation(sale, 1);
      await trial.settle(first);
      const second = trial.reservation(sale, 2, { buyerId: first.buyerId, quantity: 2 });
      const orders = await trial.settle(second, trial.reservation(sale, 3));
      expect(outcomeOf(orders.get(second.orderId))).toBe('rejected(duplicate)');
      expect(await trial.book.terms(sale.saleId)).toMatchObject({
        free: 8,
        settledOrders: 3,
        settledUnits: 4,
        pendingReleases: 1,
        pendingReleaseUnits: 0,
      });
      const { orderId, buyerId, saleId } = second;
      const release = { orderId, saleId, buyerId, epoch: 1, units: 0 };
      expect(await trial.pendingOf(saleId)).toEqual([release]);
      expect((await trial.book.orderOf(saleId, buyerId))?.orderId).toBe(first.orderId);
      await expectLedgerHolds(trial.book, saleId);
    },
  },
  {
    promise: 'of two orders of one buyer in one batch exactly one is reserved',
    async check(trial) {
      const sale = await trial.sale(10);
      const buyerId = 'same';
      const orders = await trial.settle(
        trial.reservation(sale, 1, { buyerId }),
        trial.reservation(sale, 2, { buyerId }),
        trial.reservation(sale, 3, { buyerId: 'Same' }),
      );
      const outcomes = [...orders.values()].map(outcomeOf).sort();
      expect(outcomes).toEqual(['rejected(duplicate)', 'reserved', 'reserved']);
      await expectLedgerHolds(trial.book, sale.saleId);
    },
  },
  {
    promise:
      'when more is wanted than free, whole orders are taken by seq and the rest is sold out',
    async check(trial) {
      const sale = await trial.sale(5);
      const wanted = [2, 2, 2, 1, 1].map((quantity, index) =>
        trial.reservation(sale, index + 1, { quantity }),
      );
      const orders = await trial.settle(...wanted);
      expect(wanted.map(({ orderId }) => outcomeOf(orders.get(orderId)))).toEqual([
        'reserved',
        'reserved',
        'rejected(sold-out)',
        'reserved',
        'rejected(sold-out)',
      ]);
      const stored = await trial.book.order(wanted[2]?.orderId ?? '');
      expect(outcomeOf(stored)).toBe('rejected(sold-out)');
      const terms = { free: 0, reserved: 5, settledOrders: 5, settledUnits: 8, pendingReleases: 2 };
      expect(await trial.book.terms(sale.saleId)).toMatchObject(terms);
      await expectLedgerHolds(trial.book, sale.saleId);
    },
  },
  {
    promise: 'exactly the units of a sale are sold, over many batches',
    async check(trial) {
      const sale = await trial.sale(17);
      for (let start = 1; start <= 60; start += 12) {
        const batch = Array.from({ length: 12 }, (_, index) =>
          trial.reservation(sale, start + index, { quantity: 1 + (index % 2) }),
        );
        await trial.settle(...batch);
        await expectLedgerHolds(trial.book, sale.saleId);
      }
      const terms = await trial.book.terms(sale.saleId);
      expect(terms).toMatchObject({ free: 0, reserved: 17, settledOrders: 60 });
    },
  },
  {
    promise: 'a buyer whose order was sold out may have another',
    async check(trial) {
      const sale = await trial.sale(1);
      const large = trial.reservation(sale, 1, { buyerId: 'again', quantity: 2 });
      await trial.settle(large);
      const small = trial.reservation(sale, 2, { buyerId: 'again' });
      expect(outcomeOf((await trial.settle(small)).get(small.orderId))).toBe('reserved');
    },
  },
  {
    promise: 'two sales in a batch keep to their own units',
    async check(trial) {
      const scarce = await trial.sale(1);
      const plenty = await trial.sale(10);
      const batch = [1, 2, 3].flatMap((seq) => [
        trial.reservation(scarce, seq),
        trial.reservation(plenty, seq),
      ]);
      await trial.settle(...batch);
      expect(await trial.book.terms(scarce.saleId)).toMatchObject({ free: 0, reserved: 1 });
      expect(await trial.book.terms(plenty.saleId)).toMatchObject({ free: 7, reserved: 3 });
    },
  },
  {
    promise: 'orders count for their own epoch',
    async check(trial) {
      const sale = await trial.sale(10, { epoch: 2 });
      const old = trial.reservation(sale, 1, { epoch: 1 });
      await trial.settle(
        old,
        trial.reservation(sale, 2),
        trial.reservation(sale, 3, { bucket: 1 }),
      );
      expect(await trial.book.order(old.orderId)).toMatchObject({ reason: 'recovered' });
      const terms = await trial.book.terms(sale.saleId);
      expect(terms).toMatchObject({ reserved: 2, settledOrders: 2, epoch: 2 });
    },
  },
  {
    promise: 'a batch larger than one statement is settled whole',
    async check(trial) {
      const sale = await trial.sale(2_000);
      const batch = Array.from({ length: 2_300 }, (_, index) =>
        trial.reservation(sale, index + 1, { buyerId: `buyer-${index % 2_200}` }),
      );
      const orders = await trial.settle(...batch);
      expect(orders.size).toBe(2_300);
      expect((await trial.book.proof(sale.saleId)).orders).toEqual({
        reserved: 2_000,
        rejected: 300,
      });
      await expectLedgerHolds(trial.book, sale.saleId);
    },
  },
  {
    promise: 'an order of an unknown sale is refused and nothing of its batch is written',
    async check(trial) {
      const { book, log } = trial;
      const sale = await trial.sale(10);
      const before = await everythingAbout(trial, sale.saleId);
      const good = trial.reservation(sale, 1);
      const stray = { ...trial.reservation(sale, 2), saleId: 'no-such-sale' };
      const steps = [{ partition: 0, from: undefined, to: 2n }];
      await expectRefused(book.settle({ log, reservations: [good, stray], steps }));
      expect(await everythingAbout(trial, sale.saleId)).toEqual(before);
    },
  },
  ...badRows().map(([what, details]) => ({
    promise: `a row with ${what} is refused and nothing of its batch is written`,
    async check(trial: Parameters<BookPromise['check']>[0]) {
      const { book, log } = trial;
      const sale = await trial.sale(10);
      const before = await everythingAbout(trial, sale.saleId);
      const reservations = [
        trial.reservation(sale, 1),
        trial.reservation(sale, 2, details),
        trial.reservation(sale, 3),
      ];
      const steps = [{ partition: 0, from: undefined, to: 3n }];
      await expectRefused(book.settle({ log, reservations, steps }));
      expect(await everythingAbout(trial, sale.saleId)).toEqual(before);
      const rest = await trial.settle(trial.reservation(sale, 1), trial.reservation(sale, 3));
      expect([...rest.values()].map(outcomeOf)).toEqual(['reserved', 'reserved']);
    },
  })),
];

function badRows(): [string, Partial<Reservation>][] {
  return [
    ['a buyer id of 65 characters', { buyerId: 'b'.repeat(65) }],
    ['an order id of 23 characters', { orderId: 'o'.repeat(23) }],
    ['no units', { quantity: 0 }],
    ['more units than a row holds', { quantity: 70_000 }],
    ['a negative seq', { seq: -1 }],
    ['a seq beyond 32 bits', { seq: 2 ** 32 }],
    ['an epoch beyond 32 bits', { epoch: 2 ** 32 }],
    ['a negative time', { reservedAtMs: -1 }],
  ];
}
