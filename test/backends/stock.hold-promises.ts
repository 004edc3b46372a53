/**
 * What a StockLedger promises of orders that the book made, and of units that were added to a sale.
 */
import { expect } from 'vitest';
import { order, request, type StockPromise, termsOf } from './stock.trial.ts';

export const holdPromises: readonly StockPromise[] = [
  {
    promise: 'a hold takes no units, and its buyer is told of the order from then on',
    async check({ stock, saleId, load, hold, verdicts }) {
      await load(3);
      expect(await hold({ quantity: 2 })).toBe('applied');
      const terms = termsOf({ stock: 3, takenUnits: 0, seq: 0, outbox: 0 });
      expect(await stock.terms(saleId)).toEqual(terms);
      const held = { orderId: order(1), quantity: 2, accepting: false };
      expect(await stock.find(saleId, 'buyer-1')).toEqual(held);
      const click = request(2, { buyerId: 'buyer-1' });
      expect(await verdicts([click])).toEqual([{ kind: 'held', ...held }]);
      expect(await hold({ quantity: 2 })).toBe('already');
      expect(await stock.terms(saleId)).toEqual(terms);
      expect(await stock.pending({ saleId, beforeMs: 2 ** 52, limit: 9 })).toEqual([]);
    },
  },
  {
    promise: 'a hold ends with its release, which gives back the units that the book freed',
    async check({ stock, saleId, load, hold, release, verdicts }) {
      await load(0);
      await hold({ quantity: 2 });
      expect(await release({ units: 2 })).toBe('applied');
      expect(await stock.terms(saleId)).toMatchObject({ stock: 2, takenUnits: 0, seq: 0 });
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      const click = request(2, { buyerId: 'buyer-1', quantity: 2 });
      expect(await verdicts([click])).toEqual([{ kind: 'reserved', seq: 1 }]);
    },
  },
  {
    promise: 'a hold that comes after its release changes nothing',
    async check({ stock, saleId, load, hold, release, verdicts }) {
      await load(1);
      expect(await release({ units: 0 })).toBe('applied');
      expect(await hold({})).toBe('already');
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      const click = request(2, { buyerId: 'buyer-1' });
      expect(await verdicts([click])).toEqual([{ kind: 'reserved', seq: 1 }]);
      expect(await hold({})).toBe('already');
      expect(await stock.find(saleId, 'buyer-1')).toMatchObject({ orderId: order(2) });
    },
  },
  {
    promise: 'a hold takes the place of another order, whose release then leaves it alone',
    async check({ stock, saleId, load, hold, release, verdicts }) {
      await load(3);
      await verdicts([request(2, { buyerId: 'buyer-1', quantity: 3 })]);
      expect(await hold({ quantity: 2 })).toBe('applied');
      const held = { orderId: order(1), quantity: 2, accepting: false };
      expect(await stock.find(saleId, 'buyer-1')).toEqual(held);
      const waiting = await stock.pending({ saleId, beforeMs: 2 ** 52, limit: 9 });
      expect(waiting.map(({ orderId }) => orderId)).toEqual([order(2)]);
      expect(await release({ orderId: order(2), units: 3 })).toBe('applied');
      expect(await stock.find(saleId, 'buyer-1')).toEqual(held);
      expect(await stock.terms(saleId)).toMatchObject({ stock: 3 });
      expect(await hold({ quantity: 1 })).toBe('applied');
      expect(await stock.find(saleId, 'buyer-1')).toEqual({ ...held, quantity: 1 });
    },
  },
  {
    promise: 'a hold of another epoch, or of a sale without state, changes nothing',
    async check({ stock, saleId, load, hold }) {
      expect(await hold({})).toBe('recovering');
      expect(await stock.terms(saleId)).toBeUndefined();
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      await load(3);
      expect(await hold({ epoch: 2 })).toBe('recovering');
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      await hold({});
      await load(3, 2);
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      expect(await hold({})).toBe('newer');
      expect(await stock.find(saleId, 'buyer-1')).toBeUndefined();
      expect(await hold({ epoch: 2 })).toBe('applied');
    },
  },
  {
    promise: 'a release without a buyer adds units once, and frees nobody',
    async check({ stock, saleId, load, release, verdicts }) {
      await load(1);
      await verdicts([request(1)]);
      const added = { orderId: order(99), buyerId: '', units: 5 };
      expect(await release(added)).toBe('applied');
      expect(await release(added)).toBe('already');
      const terms = termsOf({ stock: 5, takenUnits: 1, seq: 1, outbox: 1 });
      expect(await stock.terms(saleId)).toEqual(terms);
      expect(await stock.find(saleId, 'buyer-1')).toMatchObject({ orderId: order(1) });
    },
  },
];
