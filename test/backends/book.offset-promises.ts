/**
 * The promises about a log's offsets: they move with the batch, by compare-and-set, or nothing
 * does.
 */
import { expect } from 'vitest';
import { type BookPromise, everythingAbout, expectLedgerHolds } from './book.trial.ts';

export const offsetPromises: readonly BookPromise[] = [
  {
    promise: 'the offsets of a batch move with it',
    async check({ book, log, sale, reservation }) {
      const phone = await sale(10);
      expect(await book.offsets(log)).toEqual(new Map());
      const reservations = [reservation(phone, 1)];
      await book.settle({
        log,
        reservations,
        steps: [
          { partition: 3, from: undefined, to: 7n },
          { partition: 1, from: undefined, to: 1n },
        ],
      });
      await book.settle({
        log,
        reservations: [reservation(phone, 2)],
        steps: [{ partition: 3, from: 7n, to: 12n }],
      });
      expect(await book.offsets(log)).toEqual(
        new Map([
          [3, 12n],
          [1, 1n],
        ]),
      );
      expect(await book.offsets(`${log}-other`)).toEqual(new Map());
    },
  },
  {
    promise: 'offsets move without orders, and are exact to 64 bits',
    async check({ book, log }) {
      const large = 2n ** 63n - 1n;
      const first = { partition: 0, from: undefined, to: 2n ** 53n + 1n };
      const second = { partition: 0, from: 2n ** 53n + 1n, to: large };
      const none = { log, reservations: [] };
      expect(await book.settle({ ...none, steps: [first] })).toEqual({
        kind: 'settled',
        orders: [],
      });
      expect(await book.settle({ ...none, steps: [second] })).toMatchObject({ kind: 'settled' });
      expect(await book.offsets(log)).toEqual(new Map([[0, large]]));
      expect(await book.settle({ ...none, steps: [] })).toEqual({ kind: 'settled', orders: [] });
    },
  },
  {
    promise: 'a batch whose partition somebody else moved is fenced, and nothing is written',
    async check(trial) {
      const { book, log } = trial;
      const sale = await trial.sale(10);
      const steps = [
        { partition: 0, from: undefined, to: 5n },
        { partition: 1, from: undefined, to: 5n },
      ];
      const first = { log, reservations: [trial.reservation(sale, 1)], steps };
      await book.settle(first);
      const before = await everythingAbout(trial, sale.saleId);
      const reservations = [trial.reservation(sale, 2)];
      const good = { partition: 1, from: 5n, to: 6n };
      const attempts = [
        steps,
        [{ partition: 0, from: undefined, to: 6n }],
        [{ partition: 0, from: 4n, to: 6n }],
        [{ partition: 2, from: 5n, to: 6n }],
        [good, { partition: 0, from: 6n, to: 7n }],
        [good, { partition: 0, from: undefined, to: 7n }],
      ];
      for (const steps of attempts) {
        expect(await book.settle({ log, reservations, steps })).toEqual({ kind: 'fenced' });
      }
      expect(await book.settle(first), 'the very same batch again').toEqual({ kind: 'fenced' });
      expect(await everythingAbout(trial, sale.saleId)).toEqual(before);
    },
  },
  {
    promise: 'batches of several partitions at once, with orders in common, are counted once',
    async check(trial) {
      const { book, log } = trial;
      const sale = await trial.sale(300);
      // Each partition has 20 batches; a third of every batch is also in its neighbour's.
      const idsOf = (partition: number, batch: number) =>
        Array.from({ length: 30 }, (_, index) =>
          index < 10
            ? 10_000 + batch * 100 + index + (partition >> 1) * 50
            : 1 + partition * 1_000 + batch * 30 + index,
        );
      const seqs = new Set<number>();
      async function consume(partition: number) {
        for (let batch = 0; batch < 20; batch += 1) {
          const ids = idsOf(partition, batch);
          for (const seq of ids) seqs.add(seq);
          const reservations = ids.map((seq) => trial.reservation(sale, seq));
          const from = batch === 0 ? undefined : BigInt(batch * 30);
          const steps = [{ partition, from, to: BigInt(batch * 30 + 30) }];
          expect(await book.settle({ log, reservations, steps })).toMatchObject({
            kind: 'settled',
          });
        }
      }
      await Promise.all([consume(0), consume(1), consume(2), consume(3)]);
      const settled = { free: 0, reserved: 300, settledOrders: seqs.size, settledUnits: seqs.size };
      expect(await book.terms(sale.saleId)).toMatchObject(settled);
      const { orders } = await book.proof(sale.saleId);
      expect(orders).toEqual({ reserved: 300, rejected: seqs.size - 300 });
      expect([...(await book.offsets(log)).values()]).toEqual(Array(4).fill(600n));
      await expectLedgerHolds(book, sale.saleId);
    },
  },
];
