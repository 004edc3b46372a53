/**
 * What the book decided reaches the stock store once, whatever is repeated, lost or out of order:
 * the ledger balances afterwards.
 */
import { expect } from 'vitest';
import { deliverRound } from '../../origin/close/deliver.ts';
import { topUp } from '../../origin/close/top-up.ts';
import { armFailpoints } from '../../origin/failpoints.ts';
import { type ClosePromise, type CloseStage, names } from './close.stage.ts';

export const deliverPromises: readonly ClosePromise[] = [
  {
    promise: 'delivers all that waits, once',
    async check(stage) {
      const { sale, pending, units } = await busySale(stage);
      expect(await sale.audit()).toMatchObject({ atWatermark: false, difference: 0 });
      expect(await round(stage)).toBe(pending);
      expect(await round(stage)).toBe(0);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: units });
      expect(await stage.stock.find(sale.saleId, 'waiting')).toBeDefined();
      expect(await stage.stock.find(sale.saleId, 'buyer-0')).toBeUndefined();
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'a death between applying and marking repeats without harm',
    async check(stage) {
      const { sale, pending, units } = await busySale(stage);
      // Once after the releases, then once more after the hold.
      for (const skip of [0, 1]) {
        armFailpoints([{ name: 'deliver.after-apply', action: 'fail', count: 1, skip }]);
        await expect(round(stage)).rejects.toThrow('deliver.after-apply');
      }
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: units });
      expect(await round(stage)).toBe(pending - 3);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: units });
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'rounds at once deliver once',
    async check(stage) {
      const { sale, units } = await busySale(stage);
      await Promise.all(Array.from({ length: 5 }, () => round(stage)));
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: units });
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'a store that refuses one marks the others, and is asked again for that one',
    async check(stage) {
      const { sale, pending } = await busySale(stage);
      const [refused] = await sale.releases();
      const release: typeof stage.stock.release = async (call) => {
        if (call.orderId === refused?.orderId) throw new Error('redis is away');
        return stage.stock.release(call);
      };
      const broken = deliverRound({
        book: stage.book,
        stock: { ...stage.stock, release },
        mayGoOn: () => true,
      });
      await expect(broken).rejects.toThrow('redis is away');
      expect(await sale.audit()).toMatchObject({ terms: { pendingReleases: 1 }, difference: 0 });
      expect(await round(stage)).toBe(pending - 2);
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'a release that comes before its hold leaves no hold behind',
    async check(stage) {
      const sale = await stage.sale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      await sale.join('bert');
      await sale.expire(orderId);
      await sale.expire((await sale.row('bert'))?.orderId ?? '');
      expect(await sale.holds()).toHaveLength(1);
      await round(stage);
      expect(await stage.stock.find(sale.saleId, 'bert')).toBeUndefined();
      expect(await sale.reserve('bert')).toMatchObject({ quantity: 1 });
      expect(await sale.audit()).toMatchObject({ difference: 0 });
    },
  },
  {
    promise: 'what is of another epoch counts as delivered, and changes no stock',
    async check(stage) {
      const { sale } = await busySale(stage);
      await stage.stock.load({ saleId: sale.saleId, epoch: 2, units: 9 });
      await round(stage);
      expect(await round(stage)).toBe(0);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ epoch: 2, stock: 9 });
      expect(await stage.stock.find(sale.saleId, 'waiting')).toBeUndefined();
    },
  },
  {
    promise: 'an order of an earlier epoch gives its unit to the present one',
    async check(stage) {
      const sale = await stage.sale(2);
      const orderIds = await sale.orders(['anna', 'bert']);
      await stage.newEpoch(sale.saleId, { epoch: 2, units: 0 });
      await sale.join('carl');
      await sale.expire(...orderIds);
      expect(await sale.row('carl')).toMatchObject({ state: 'reserved', epoch: 2 });
      await round(stage);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ epoch: 2, stock: 1 });
      expect(await stage.stock.find(sale.saleId, 'carl')).toBeDefined();
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'a lost lease begins nothing, and ends between two chunks',
    async check(stage) {
      const sale = await stage.sale(450);
      const orderIds = await sale.orders(names('buyer', 450));
      await sale.expire(...orderIds);
      expect(await round(stage, () => false)).toBe(0);
      let looks = 0;
      const delivered = await round(stage, () => {
        looks += 1;
        return looks <= 3;
      });
      expect(delivered).toBe(200);
      expect(await round(stage)).toBe(250);
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  ...[40, 1_050].map((waiting) => ({
    promise: `${1_100 + waiting} are delivered in one round, ${waiting} of them holds`,
    async check(stage: CloseStage) {
      const sale = await stage.sale(1_100);
      const orderIds = await sale.orders(names('buyer', 1_100));
      await sale.join(...names('waiting', waiting));
      await sale.expire(...orderIds);
      expect(await round(stage)).toBe(1_100 + waiting);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 1_100 - waiting });
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  })),
];

function round(stage: CloseStage, mayGoOn = () => true): Promise<number> {
  return deliverRound({ ...stage, mayGoOn });
}

/** Three releases, one of them of a top-up, and one hold: `units` end up in the stock. */
async function busySale(stage: CloseStage) {
  const sale = await stage.sale(3);
  const orderIds = await sale.orders(names('buyer', 3));
  await sale.join('waiting');
  await sale.expire(...orderIds.slice(0, 2));
  await topUp(stage.book, { saleId: sale.saleId, topUpId: 'delivery-7', units: 2 });
  return { sale, pending: 4, units: 3 };
}
