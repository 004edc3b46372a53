/** A sale that is made again after its units changed, on every database. */
import { expect } from 'vitest';
import { topUp } from '../../origin/close/top-up.ts';
import { createSale } from '../../origin/sales/create-sale.ts';
import { exercise, type PayPromise } from '../pay/exercise.ts';
import type { PayStage } from '../pay/pay.stage.ts';

/** What the same request with these units is answered, `saleId` being the stage's own. */
async function makeAgain(stage: PayStage, sale: { sale: { saleId: string } }, units: number) {
  const made = (await stage.book.sales()).find(({ saleId }) => saleId === sale.sale.saleId);
  if (made === undefined) throw new Error('there is no such sale');
  return createSale(stage, { ...made, units, version: 1, seed: 'another' });
}

const promises: readonly PayPromise[] = [
  {
    promise: 'the first request is harmless when nothing changed, one with other units a conflict',
    async check(stage) {
      const sale = await stage.paySale(5);
      expect(await makeAgain(stage, sale, 5)).toBe('created');
      expect(await makeAgain(stage, sale, 4)).toBe('conflict');
      expect(await makeAgain(stage, sale, 6)).toBe('conflict');
      expect(await sale.counters()).toMatchObject({ units: 5, free: 5 });
    },
  },
  {
    promise: 'the first request is harmless after a top-up, and one with all units a conflict',
    async check(stage) {
      const sale = await stage.paySale(5);
      for (const [topUpId, units] of [
        ['more', 3],
        ['even-more', 2],
      ] as const) {
        expect(await topUp(stage.book, { saleId: sale.saleId, topUpId, units })).toBe('added');
      }
      expect(await makeAgain(stage, sale, 5)).toBe('created');
      expect(await makeAgain(stage, sale, 10)).toBe('conflict');
      expect(await makeAgain(stage, sale, 8)).toBe('conflict');
      expect(await sale.counters()).toMatchObject({ units: 10 });
    },
  },
  {
    promise: 'the first request is harmless after refunds, whether or not their units were kept',
    async check(stage) {
      const sale = await stage.paySale(5, { price: 0 });
      const orderIds = await sale.orders(['anna', 'bert']);
      for (const [index, buyerId] of ['anna', 'bert'].entries()) {
        await stage.payments.start(orderIds[index] ?? '', buyerId);
        await stage.payments.refund(orderIds[index] ?? '', { restock: index === 0 });
      }
      expect(await sale.counters()).toMatchObject({ units: 4 });
      expect(await makeAgain(stage, sale, 5)).toBe('created');
      expect(await makeAgain(stage, sale, 3)).toBe('conflict');
      expect(await makeAgain(stage, sale, 7)).toBe('conflict');
      expect(await sale.counters()).toMatchObject({ units: 4 });
    },
  },
];

exercise('making a sale again', promises);
