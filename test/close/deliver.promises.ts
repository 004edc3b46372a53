/**
 * What the book decided reaches the stock store once, whatever is repeated, lost or out of order:
 * the ledger balances afterwards.
 */
import { expect } from 'vitest';
import { deliverRound } from '../../origin/close/deliver.ts';
import { topUp } from '../../origin/close/top-up.ts';
import { armFailpoints } from '../../origin/failpoints.ts';
import type { Sale } from '../../origin/settle/book.ts';
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
    promise: 'what a store that recovers does not take waits, and is delivered once it is loaded',
    async check(stage) {
      const sale = await frozenSale(stage, 1);
      expect(await round(stage)).toBe(0);
      expect(await sale.releases()).toHaveLength(1);
      expect(await sale.holds()).toHaveLength(1);
      await stage.stock.load({ ...FROZEN, saleId: sale.saleId, units: 7 });
      expect(await round(stage)).toBe(2);
      expect(await round(stage)).toBe(0);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ epoch: 2, stock: 7 });
      expect(await stage.stock.find(sale.saleId, 'waiting')).toBeDefined();
    },
  },
  {
    promise: 'sales behind one that recovers get theirs, and that one is asked once a round',
    async check(stage) {
      // More than two pages of releases, and then a hold.
      const sale = await frozenSale(stage, 2_100);
      const behind = await busySale(stage, { saleId: `${sale.saleId}-behind` });
      const asked = { release: 0, hold: 0, book: 0 };
      const stock: typeof stage.stock = {
        ...stage.stock,
        async release(call) {
          if (call.saleId === sale.saleId) asked.release += 1;
          return stage.stock.release(call);
        },
        async hold(call) {
          if (call.saleId === sale.saleId) asked.hold += 1;
          return stage.stock.hold(call);
        },
      };
      const read: typeof stage.book.read = (...query) => {
        asked.book += 1;
        return stage.book.read(...query);
      };
      const stores = { stock, book: { ...stage.book, read } };
      expect(await deliverRound({ ...stores, mayGoOn: () => true })).toBe(behind.pending);
      // What is offered to the line, a page of holds, two of releases.
      expect(asked).toEqual({ release: 1, hold: 0, book: 4 });
      expect(await behind.sale.audit()).toMatchObject({ balanced: true });
      await stage.stock.load({ ...FROZEN, saleId: sale.saleId, units: 0 });
      expect(await round(stage)).toBe(2_101);
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

const FROZEN = { epoch: 2, token: 'token-a' };

/** So many releases and one hold, of an epoch that the stock store waits for. */
async function frozenSale(stage: CloseStage, units: number) {
  const sale = await stage.sale(units);
  const { saleId } = sale;
  const orderIds = await sale.orders(names('buyer', units));
  await stage.newEpoch(saleId, { epoch: 2 });
  await stage.stock.freeze({ ...FROZEN, saleId });
  await sale.join('waiting');
  await sale.expire(...orderIds);
  return sale;
}

/** Three releases, one of them of a top-up, and one hold: `units` end up in the stock. */
async function busySale(stage: CloseStage, details: Partial<Sale> = {}) {
  const sale = await stage.sale(3, details);
  const orderIds = await sale.orders(names('buyer', 3));
  await sale.join('waiting');
  await sale.expire(...orderIds.slice(0, 2));
  await topUp(stage.book, { saleId: sale.saleId, topUpId: 'delivery-7', units: 2 });
  return { sale, pending: 4, units: 3 };
}
