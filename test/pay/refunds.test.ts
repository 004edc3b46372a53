/** A refund that is asked for again, the same way or another, on every database. */
import { expect } from 'vitest';
import { forgetResults, KEEP_RESULTS_MS } from '../../origin/sweep/forget-results.ts';
import { exercise, type PayPromise } from './exercise.ts';
import type { PayStage } from './pay.stage.ts';

const SOLD_AGAIN = {
  kind: 'conflict',
  reason: 'it is refunded, and its units were put back on sale',
};
const TAKEN_OUT = {
  kind: 'conflict',
  reason: 'it is refunded, and its units were taken out of the sale',
};
const DONE = { state: 'refunded' };

/** Anna has paid for the only units. */
async function paidSale(stage: PayStage, units: number) {
  const sale = await stage.paySale(units);
  const { orderId, paymentId } = await sale.openPayment('anna', units);
  stage.fake.pay(paymentId);
  await sale.hear(paymentId, 'paid');
  const refund = (restock: boolean) => stage.payments.refund(orderId, { restock });
  return { sale, orderId, paymentId, refund };
}

const promises: readonly PayPromise[] = [
  {
    promise: 'units that the stock got cannot be taken out of the sale any more',
    async check(stage) {
      const { sale, refund } = await paidSale(stage, 2);
      expect(await refund(true)).toMatchObject(DONE);
      expect(await refund(false)).toEqual(SOLD_AGAIN);
      expect(await refund(true)).toMatchObject(DONE);
      await sale.deliver();
      expect(await refund(false)).toEqual(SOLD_AGAIN);
      expect(await sale.counters()).toMatchObject({ units: 2, free: 2 });
    },
  },
  {
    promise: 'units that were taken out cannot be put back on sale',
    async check(stage) {
      const { sale, refund } = await paidSale(stage, 2);
      expect(await refund(false)).toMatchObject(DONE);
      expect(await refund(true)).toEqual(TAKEN_OUT);
      expect(await refund(false)).toMatchObject(DONE);
      expect(await sale.counters()).toMatchObject({ units: 0, free: 0 });
    },
  },
  {
    promise: 'units that went to those who waited were sold again, all or some of them',
    async check(stage) {
      for (const wanted of [1, 2]) {
        const { sale, refund } = await paidSale(stage, 2);
        await sale.join(['bert', wanted]);
        expect(await refund(true)).toMatchObject(DONE);
        expect(await sale.row('bert')).toMatchObject({ state: 'reserved', quantity: wanted });
        expect(await refund(false)).toEqual(SOLD_AGAIN);
        expect(await refund(true)).toMatchObject(DONE);
      }
    },
  },
  {
    promise: 'a refund by the provider took the units out',
    async check(stage) {
      const { sale, paymentId, refund } = await paidSale(stage, 1);
      stage.fake.session(paymentId).refunds = 1;
      await sale.hear(paymentId, 'refunded');
      expect(await refund(true)).toEqual(TAKEN_OUT);
      expect(await refund(false)).toMatchObject(DONE);
    },
  },
  {
    promise: 'one that nobody remembers the units of counts as repeated',
    async check(stage) {
      const { sale, refund } = await paidSale(stage, 1);
      await sale.join('bert');
      await refund(true);
      const last = (await sale.results()).at(-1)?.seq ?? 0;
      await sale.ageResults(last, Date.now() - KEEP_RESULTS_MS - 60_000);
      await forgetResults(stage.book, sale.saleId);
      for (const restock of [true, false]) expect(await refund(restock)).toMatchObject(DONE);
    },
  },
];

exercise('a refund again', promises);
