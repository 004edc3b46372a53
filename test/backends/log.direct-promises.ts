/**
 * What a log without a log promises: what is appended is in the book when `append` resolves, and
 * `append` has told what became of every order; twice is once; and no recovery comes in between.
 */
import { expect } from 'vitest';
import type { Reservation } from '../../contract/log/codec.ts';
import { findLetter, listLetters } from '../../origin/dead-letters/letters.ts';
import { createDirectLog, DIRECT } from '../../origin/log/direct-log.ts';
import type { OrderLog } from '../../origin/log/log.ts';
import type { Logger } from '../../origin/logger.ts';
import { beginRecovery } from '../../origin/recover/begin-recovery.ts';
import { hasSettledPast } from '../../origin/recover/settled-past.ts';
import { takeSnapshot } from '../../origin/recover/take-snapshot.ts';
import type { OrderBook, Sale } from '../../origin/settle/book.ts';
import { MAX_BATCH } from '../../origin/settle/settler.ts';
import { type BookTrial, expectLedgerHolds, newSale, outcomeOf } from './book.trial.ts';
import { sleep, until } from './log.trial.ts';

export interface DirectPromise {
  promise: string;
  check(trial: BookTrial): Promise<void>;
}

const logger = { error() {}, warn() {} } as unknown as Logger;
const ALL = 1_000_000;

/** What it tells of settling is kept in `seen`. */
export function openDirect(book: OrderBook) {
  const seen = { sizes: [] as number[], told: [] as string[], dead: 0 };
  const log = createDirectLog({
    ...{ book, logger },
    observe: ({ size }) => void seen.sizes.push(size),
    observeOrders: (orders) => void seen.told.push(...orders.map(outcomeOf)),
    observeDead: (count) => {
      seen.dead += count;
    },
  });
  return { log, seen };
}

export const directPromises: readonly DirectPromise[] = [
  {
    promise: 'tells what the book has of every order: reserved, sold out, a second one',
    async check(trial) {
      const { log, seen } = openDirect(trial.book);
      const sale = await trial.sale(2);
      const orders = [1, 2, 3].map((seq) => trial.reservation(sale, seq));
      const twice = trial.reservation(sale, 4, { buyerId: 'buyer-1' });
      expect(await outcomesOf(log, orders)).toEqual(['reserved', 'reserved', 'rejected(sold-out)']);
      expect(await outcomesOf(log, [twice])).toEqual(['rejected(duplicate)']);
      await expectInBook(trial, log, [...orders, twice]);
      expect(seen.sizes.slice(0, 2)).toEqual([3, 1]);
      expect(seen.told.slice(0, 4).toSorted()).toEqual([
        ...['rejected(duplicate)', 'rejected(sold-out)', 'reserved', 'reserved'],
      ]);
      await expectLedgerHolds(trial.book, sale.saleId);
    },
  },
  {
    promise: 'an append repeated, and one that is part of it, count once and are told the same',
    async check(trial) {
      const { log } = openDirect(trial.book);
      const sale = await trial.sale(3);
      const orders = [1, 2, 3, 4].map((seq) => trial.reservation(sale, seq));
      const first = await log.append(orders.slice(0, 2));
      const all = await log.append([...orders, ...orders.slice(0, 1)]);
      for (const [orderId, order] of first ?? []) expect(all?.get(orderId)).toEqual(order);
      expect([...(all?.keys() ?? [])].toSorted()).toEqual(idsOf(orders));
      const terms = await trial.book.terms(sale.saleId);
      expect(terms).toMatchObject({ reserved: 3, settledOrders: 4, settledUnits: 4 });
      await expectLedgerHolds(trial.book, sale.saleId);
    },
  },
  {
    promise: 'an append of nothing does nothing, and one of more than a batch is several',
    async check(trial) {
      const { log, seen } = openDirect(trial.book);
      expect(await log.append([])).toEqual(new Map());
      const sale = await trial.sale(MAX_BATCH);
      const orders = Array.from({ length: MAX_BATCH + 5 }, (_, seq) =>
        trial.reservation(sale, seq + 1),
      );
      expect((await log.append(orders))?.size).toBe(MAX_BATCH + 5);
      expect(seen.sizes).toEqual([MAX_BATCH, 5]);
      expect(await trial.book.terms(sale.saleId)).toMatchObject({ free: 0, reserved: MAX_BATCH });
    },
  },
  {
    promise: 'two processes append the same and other orders of one sale at once',
    async check(trial) {
      const logs = [openDirect(trial.book).log, openDirect(trial.book).log];
      const sale = await trial.sale(60);
      const orders = Array.from({ length: 90 }, (_, seq) => trial.reservation(sale, seq + 1));
      const batches = Array.from({ length: 30 }, (_, at) => orders.slice(at * 3, at * 3 + 5));
      const told = new Map<string, string>();
      await Promise.all(
        batches.map(async (batch, at) => {
          for (const [orderId, order] of (await logs[at % 2]?.append(batch)) ?? []) {
            const outcome = order === 'held' ? order : outcomeOf(order);
            expect(told.get(orderId) ?? outcome).toBe(outcome);
            told.set(orderId, outcome);
          }
        }),
      );
      expect(told.size).toBe(90);
      expect([...told.values()].filter((outcome) => outcome === 'reserved')).toHaveLength(60);
      const terms = await trial.book.terms(sale.saleId);
      expect(terms).toMatchObject({ free: 0, reserved: 60, settledOrders: 90 });
      await expectLedgerHolds(trial.book, sale.saleId);
    },
  },
  {
    promise: 'what the book refuses is held, once, and all else is settled',
    async check(trial) {
      const { log, seen } = openDirect(trial.book);
      const sale = await trial.sale(5);
      const strange = {
        saleId: `${sale.saleId}-stray`,
        orderId: `${trial.log}-stray`.padEnd(22, '-'),
      };
      const [good, bad] = [trial.reservation(sale, 1), trial.reservation(sale, 2, strange)];
      for (let time = 0; time < 2; time += 1) {
        expect(await outcomesOf(log, [good, bad])).toEqual(['reserved', 'held']);
      }
      // Also by a process that knows nothing of it, as the relay's may be.
      expect(await outcomesOf(openDirect(trial.book).log, [{ ...bad }])).toEqual(['held']);
      expect(await lettersOf(trial.book, bad)).toMatchObject([
        { source: DIRECT, partition: 0, offset: '1', saleId: bad.saleId, state: 'pending' },
      ]);
      expect(seen.dead).toBeGreaterThanOrEqual(1);
      // Of the sale's next epoch it is another letter: the first one's order counts no more.
      expect(await outcomesOf(log, [{ ...bad, epoch: 2 }])).toEqual(['held']);
      expect(await lettersOf(trial.book, bad)).toMatchObject([{ offset: '1' }, { offset: '2' }]);
      await trial.book.createSale(newSale({ saleId: bad.saleId, units: 1 }));
      expect(await outcomesOf(log, [bad])).toEqual(['reserved']);
      await expectLedgerHolds(trial.book, sale.saleId);
    },
  },
  {
    promise: 'there is no barrier to wait for: all that was appended is in the book',
    async check(trial) {
      const { log } = openDirect(trial.book);
      const sale = await trial.sale(5);
      await log.append([trial.reservation(sale, 1)]);
      const barrier = await log.barrier({ saleId: sale.saleId, epoch: 2 });
      expect(barrier).toEqual(new Map());
      expect(await hasSettledPast({ book: trial.book, log }, barrier)).toBe(true);
      expect(await trial.book.offsets(log.name)).toEqual(new Map());
      expect(await trial.book.terms(sale.saleId)).toMatchObject({ reserved: 1 });
    },
  },
  {
    promise: 'an append of the old epoch after a recovery’s snapshot is told that it came late',
    async check(trial) {
      const { log } = openDirect(trial.book);
      const sale = await trial.sale(5);
      const [early, late] = [trial.reservation(sale, 1), trial.reservation(sale, 2)];
      await begin(trial.book, sale);
      expect(await outcomesOf(log, [early]), 'begun, not yet read').toEqual(['reserved']);
      const snapshot = await takeSnapshot(trial.book, { saleId: sale.saleId, epoch: 2 });
      expect(snapshot).toMatchObject({ units: 4, holdings: [{ orderId: early.orderId }] });
      expect(await outcomesOf(log, [early, late])).toEqual(['reserved', 'rejected(recovered)']);
      await expectLedgerHolds(trial.book, sale.saleId);
    },
  },
  {
    promise: 'of appends under way while a recovery reads the book: reserved is in the snapshot',
    async check(trial) {
      const tally = new Set<string>();
      for (let race = 0; race < 24; race += 1) {
        const logs = [openDirect(trial.book).log, openDirect(trial.book).log];
        const sale = await trial.sale(40);
        const orders = Array.from({ length: 24 }, (_, seq) => trial.reservation(sale, seq + 1));
        await begin(trial.book, sale);
        const appended = logs.flatMap((log, at) =>
          [0, 1, 2].map((part) => log.append(orders.filter((_, seq) => seq % 6 === at + part * 2))),
        );
        await sleep(race % 4);
        const snapshot = await takeSnapshot(trial.book, { saleId: sale.saleId, epoch: 2 });
        const held = new Set(snapshot?.holdings.map(({ orderId }) => orderId));
        for (const settled of await Promise.all(appended)) {
          for (const [orderId, order] of settled ?? []) {
            const outcome = order === 'held' ? order : outcomeOf(order);
            expect(outcome).toBe(held.has(orderId) ? 'reserved' : 'rejected(recovered)');
            tally.add(outcome);
          }
        }
        expect(snapshot?.units).toBe((await trial.book.terms(sale.saleId))?.free);
        await expectLedgerHolds(trial.book, sale.saleId);
      }
      expect(tally).toContain('reserved');
    },
  },
  {
    promise: 'a consumer has nothing to do, and its lag is what is being settled',
    async check(trial) {
      const gate = Promise.withResolvers<void>();
      const slow: OrderBook = {
        ...trial.book,
        settle: (batch) => gate.promise.then(() => trial.book.settle(batch)),
      };
      const { log } = openDirect(slow);
      const nobody = () => Promise.reject(new Error('there is nothing to hand over'));
      const consumer = await log.consume({ positions: nobody, handle: nobody });
      expect(await consumer.lag()).toEqual({ messages: 0, seconds: 0 });
      const sale = await trial.sale(5);
      const appends = [1, 2].map((seq) => log.append([trial.reservation(sale, seq)]));
      await until('an age', async () => (await consumer.lag()).seconds > 0.05);
      expect(await consumer.lag()).toMatchObject({ messages: 2 });
      gate.resolve();
      await Promise.all(appends);
      expect(await consumer.lag()).toEqual({ messages: 0, seconds: 0 });
      await consumer.close();
      await consumer.stopped;
    },
  },
  {
    promise: 'an append that fails is told of, and no longer counted as being settled',
    async check(trial) {
      const away = () => Promise.reject(new Error('the book is away'));
      const { log } = openDirect({ ...trial.book, settle: away, ping: away });
      const consumer = await log.consume({ positions: away, handle: away });
      const sale = await trial.sale(5);
      await expect(log.append([trial.reservation(sale, 1)])).rejects.toThrow('the book is away');
      await expect(log.ping()).rejects.toThrow('the book is away');
      expect(await consumer.lag()).toEqual({ messages: 0, seconds: 0 });
    },
  },
];

/** In the order of the reservations: `reserved`, `rejected(reason)`, `held`. */
export async function outcomesOf(log: OrderLog, orders: readonly Reservation[]) {
  const settled = await log.append(orders);
  return orders.map(({ orderId }) => {
    const order = settled?.get(orderId);
    return order === 'held' ? order : outcomeOf(order);
  });
}

async function expectInBook({ book }: BookTrial, log: OrderLog, orders: readonly Reservation[]) {
  for (const [orderId, order] of (await log.append(orders)) ?? []) {
    expect(await book.order(orderId)).toEqual(order);
  }
}

async function lettersOf(book: OrderBook, { orderId }: Reservation) {
  const rows = await listLetters(book, { limit: ALL });
  const mine = rows.filter((row) => row.orderId === orderId);
  return Promise.all(mine.map(({ id }) => findLetter(book, id)));
}

const begin = (book: OrderBook, { saleId, epoch }: Sale) =>
  beginRecovery(book, { saleId, epoch, cause: 'operator' });

const idsOf = (orders: readonly Reservation[]) => orders.map(({ orderId }) => orderId).toSorted();
