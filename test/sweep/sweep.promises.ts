/** The rounds of the sweep: due orders, old results, one step failing, on every database. */
import { expect } from 'vitest';
import { expireDue } from '../../origin/sweep/expire.ts';
import { FORGET_BATCH, forgetResults, KEEP_RESULTS_MS } from '../../origin/sweep/forget-results.ts';
import { createSweep } from '../../origin/sweep/sweep.ts';
import { memoryLogger } from '../origin/fakes.ts';
import type { PayPromise } from '../pay/exercise.ts';
import { startPaying } from '../pay/pay.stage.ts';

const always = () => true;
const buyers = (count: number) => Array.from({ length: count }, (_, index) => `buyer-${index}`);

export const sweepPromises: readonly PayPromise[] = [
  {
    promise: 'expires what is due, the longest due first, and nothing else',
    async check(stage) {
      const sale = await stage.paySale(4);
      const [first = '', second = '', third = '', notDue = ''] = await sale.orders(buyers(4));
      for (const [orderId, dueMs] of [
        [second, 2],
        [third, 3],
        [first, 1],
      ] as const) {
        await sale.payBefore(orderId, dueMs);
      }
      expect(await expireDue(stage.book, { limit: 2 })).toBe(2);
      expect(await sale.stateOf(first)).toBe('expired');
      expect(await sale.stateOf(second)).toBe('expired');
      expect(await sale.stateOf(third)).toBe('reserved');
      expect(await expireDue(stage.book, { limit: 2 })).toBe(1);
      expect(await sale.stateOf(notDue)).toBe('reserved');
      await sale.expectRight();
    },
  },

  {
    promise: 'payments that are long in cancelling hide nobody behind them',
    async check(stage) {
      const sale = await stage.paySale(5);
      const orderIds = await sale.orders(buyers(5));
      for (const [index, orderId] of orderIds.slice(0, 3).entries()) {
        await startPaying(stage.payments, orderId, `buyer-${index}`);
        await sale.payBefore(orderId, 1 + index);
      }
      expect(await expireDue(stage.book, { limit: 3 })).toBe(3);
      for (const orderId of orderIds.slice(3)) await sale.payBefore(orderId, 10);
      expect(await expireDue(stage.book, { limit: 3 })).toBe(2);
      const states = await Promise.all(orderIds.map(sale.stateOf));
      expect(states).toEqual(['reserved', 'reserved', 'reserved', 'expired', 'expired']);
      await sale.rest();
      await sale.expectRight();
    },
  },

  {
    promise: 'orders of several sales are closed in one round, and two rounds do no harm',
    async check(stage) {
      const sales = [await stage.paySale(3), await stage.paySale(3)];
      for (const sale of sales) await sale.timeUp(...(await sale.orders(buyers(3))));
      await Promise.all([1, 2, 3].map(() => expireDue(stage.book, { limit: 100 })));
      for (const sale of sales) {
        expect(await sale.counters()).toMatchObject({ free: 3, reserved: 0 });
        await sale.expectRight();
      }
    },
  },

  {
    promise: 'a paid order is not expired, although the scan saw it due',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.timeUp(orderId);
      stage.fake.pay(paymentId);
      await Promise.all([sale.hear(paymentId, 'paid'), sale.expireAll()]);
      await sale.rest();
      expect(await sale.stateOf(orderId)).toBe('paid');
      await sale.expectRight();
    },
  },

  {
    promise: 'a round brings the unit back to the stock',
    async check(stage) {
      const sale = await stage.paySale(2);
      const [orderId = '', cancelled = ''] = await sale.orders(['anna', 'bert']);
      await sale.timeUp(orderId);
      await sale.wantCancelled(cancelled, 'bert');
      const counts: string[] = [];
      const round = createSweep({
        ...{ book: stage.book, stock: stage.stock, sales: () => [sale.sale] },
        ...{ nowMs: () => 1, logger: stage.log.logger },
        observe: (step, count) => counts.push(`${step} ${count}`),
      });
      await round(() => false);
      expect(await sale.stateOf(orderId)).toBe('reserved');
      await round(always);
      expect(counts).toEqual(['stray 1', 'due 1']);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 2 });
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await sale.expectRight();
    },
  },

  {
    promise: 'a step that fails does not keep the others from their work',
    async check(stage) {
      const sale = await stage.paySale(1);
      await sale.timeUp(...(await sale.orders(['anna'])));
      await sale.expireAll();
      const log = memoryLogger();
      let calls = 0;
      const round = createSweep({
        book: {
          ...stage.book,
          read: (...parameters) => {
            calls += 1;
            if (calls === 1) return Promise.reject(new Error('the book is away'));
            return stage.book.read(...parameters);
          },
        },
        ...{ stock: stage.stock, sales: () => [], nowMs: () => 1, logger: log.logger },
      });
      await round(always);
      expect(log.lines).toEqual(['warn a step of the sweep failed; the next round tries again']);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 1 });
    },
  },

  {
    promise: 'results are forgotten after a week, unless a reader needs them',
    async check(stage) {
      const sale = await stage.paySale(4);
      const { saleId } = sale;
      for (const buyerId of buyers(4)) await sale.orders([buyerId]);
      expect(await forgetResults(stage.book, saleId)).toBe(0);
      await sale.ageResults(3, Date.now() - KEEP_RESULTS_MS - 60_000);
      await sale.readerAt('notify', 2);
      await sale.readerAt('another', 3);
      expect(await forgetResults(stage.book, saleId)).toBe(2);
      expect((await sale.results()).map(({ seq }) => seq)).toEqual([3, 4]);
      expect(await forgetResults(stage.book, saleId)).toBe(0);
      await sale.readerAt('notify', 4);
      expect(await forgetResults(stage.book, saleId)).toBe(1);
      expect((await sale.results()).map(({ seq }) => seq)).toEqual([4]);
    },
  },

  {
    promise: 'a round forgets batch after batch',
    async check(stage) {
      const rows = FORGET_BATCH + 5;
      const sale = await stage.paySale(rows);
      for (const buyerId of buyers(rows)) await sale.orders([buyerId]);
      await sale.ageResults(rows, 1);
      const counts: string[] = [];
      const round = createSweep({
        ...{ book: stage.book, stock: stage.stock, sales: () => [sale.sale] },
        ...{ nowMs: () => 1, logger: stage.log.logger },
        observe: (step, count) => counts.push(`${step} ${count}`),
      });
      await round(always);
      expect(counts).toEqual([`forgotten ${FORGET_BATCH}`, 'forgotten 5']);
      expect(await sale.results()).toEqual([]);
    },
  },
];
