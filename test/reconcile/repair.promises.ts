/**
 * What the ledger shows is set right by itself, on every database: orders that the log lost, units
 * that the stock store forgot, a store that has more than the book. Nothing is touched that is only
 * on its way.
 */
import { expect } from 'vitest';
import { createRepair, REPAIR_EVERY_MS } from '../../origin/reconcile/repair.ts';
import { returnUnits } from '../../origin/reconcile/return-units.ts';
import { pause } from '../../origin/timer.ts';
import type { SaleStage } from '../close/close.stage.ts';
import { expectWhole } from '../close/expect-whole.ts';
import type { RecoverStage } from '../recover/recover.stage.ts';
import type { RecoverPromise } from '../recover/selling.ts';

export const repairPromises: readonly RecoverPromise[] = [
  {
    promise: 'an order that never reached the log is appended again, and settles',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(3);
      await sale.orders(['anna']);
      await sale.reserve('bert', { quantity: 2 });
      const { rounds, repairs } = repairing(stage);
      await rounds(9);
      await untilSettled(sale, 2);
      expect(await sale.row('bert')).toMatchObject({ state: 'reserved', quantity: 2, epoch: 1 });
      expect(repairs).toEqual({ appended: 1 });
      await rounds(20);
      expect(repairs).toEqual({ appended: 1 });
      await expectBalanced(stage, sale, 1);
    },
  },
  {
    promise: 'a log that is slow is waited for',
    async check(stage) {
      const sale = await stage.sale(3);
      const one = await sale.reserve('anna');
      if (one !== undefined) await stage.append(one);
      const { rounds, repairs } = repairing(stage);
      await rounds(20);
      expect(repairs).toEqual({});
      await stage.settle();
      await untilSettled(sale, 1);
      await rounds(20);
      expect(repairs).toEqual({});
      await expectBalanced(stage, sale, 1);
    },
  },
  {
    promise: 'what lies in the outbox is the relay’s',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(3);
      const request = { orderId: 'outbox'.padEnd(22, '-'), buyerId: 'anna', quantity: 1 };
      const call = { saleId: sale.saleId, epoch: 1, perBuyer: 5, nowMs: Date.now() };
      await stage.stock.reserve({ ...call, requests: [request] });
      const { rounds, repairs } = repairing(stage);
      await rounds(20);
      expect(repairs).toEqual({});
      expect(await sale.rows()).toEqual([]);
    },
  },
  {
    promise: 'a gap that nobody holds has the stock made anew',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(3);
      const lost = await sale.reserve('anna');
      // The unit is gone, and so is who has it.
      stage.forget(sale, lost?.buyerId ?? '');
      const { rounds, repairs } = repairing(stage);
      await rounds(20);
      await stage.round();
      expect(repairs).toEqual({});
      await expectBalanced(stage, sale, 2);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 3 });
    },
  },
  {
    promise: 'units that the store forgot go back when it has none left, the line first',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(4);
      await sale.orders(['anna']);
      stage.rollBack(sale, 0, 2);
      const { rounds, repairs } = repairing(stage);
      await rounds(5);
      expect(repairs, 'while it has one').toEqual({});
      await sale.orders(['bert']);
      await sale.join('carl');
      await rounds(5);
      expect(repairs).toEqual({ returned: 2 });
      await sale.deliver();
      expect(await sale.row('carl')).toMatchObject({ state: 'reserved' });
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 1 });
      await expectBalanced(stage, sale, 1);
    },
  },
  {
    promise: 'units are not given back when the book moved since that was judged',
    async check(stage) {
      const sale = await stage.sale(3);
      const orderIds = await sale.orders(['anna', 'bert']);
      const judged = { saleId: sale.saleId, epoch: 1, seq: 2, units: 1 };
      const { book } = stage;
      expect(await returnUnits(book, { ...judged, seq: 1 }), 'one more settled').toBe(0);
      expect(await returnUnits(book, { ...judged, epoch: 2 }), 'another epoch').toBe(0);
      expect(await returnUnits(book, { ...judged, units: 2 }), 'another count').toBe(0);
      await sale.expire(...orderIds.slice(0, 1));
      expect(await returnUnits(book, { ...judged, units: 2 }), 'a release waits').toBe(0);
      await sale.deliver();
      expect(await returnUnits(book, { ...judged, units: 2 })).toBe(2);
    },
  },
  {
    promise: 'a store that has more than the book is made anew, after a second look',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(4);
      await sale.orders(['anna']);
      stage.rollBack(sale, 0, -2);
      const { rounds } = repairing(stage);
      await rounds(1);
      expect((await stage.again(sale)).sale).toMatchObject({ epoch: 1, recovering: false });
      await rounds(1);
      expect((await stage.again(sale)).sale).toMatchObject({ epoch: 2, recovering: true });
      await stage.round();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 3 });
      await expectBalanced(stage, sale, 2);
    },
  },
];

/** Rounds that are as far apart as in life, in no time; seven are longer than GAP_AFTER_MS. */
function repairing({ book, stock, log, options }: RecoverStage) {
  let nowMs = Date.now();
  const repairs: Record<string, number> = {};
  let known: Awaited<ReturnType<typeof book.sales>> = [];
  const round = createRepair({
    ...{ book, stock, log, logger: options.logger, sales: () => known, nowMs: () => nowMs },
    observe(kind, count) {
      repairs[kind] = (repairs[kind] ?? 0) + count;
    },
  });
  return {
    repairs,
    async rounds(count: number): Promise<void> {
      for (let done = 0; done < count; done += 1) {
        known = await book.sales();
        nowMs += REPAIR_EVERY_MS;
        await round(() => true);
        // What was appended settles meanwhile.
        await pause(30);
      }
    },
  };
}

async function untilSettled(sale: SaleStage, orders: number): Promise<void> {
  for (let tries = 0; (await sale.rows()).length < orders && tries < 1_000; tries += 1) {
    await pause(20);
  }
}

async function expectBalanced(stage: RecoverStage, sale: SaleStage, epoch: number) {
  const again = await stage.again(sale);
  expect(again.sale).toMatchObject({ epoch, loaded: true });
  await again.deliver();
  expect(await again.audit()).toMatchObject({ balanced: true, findings: [] });
  await expectWhole(again);
}
