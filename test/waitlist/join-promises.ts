/** Who may join a sale's line, who may not, and how many: promises of the waitlist. */
import { expect } from 'vitest';
import { pause } from '../../origin/timer.ts';
import {
  buyers,
  expectLineHolds,
  rowsOf,
  type WaitlistPromise,
  waitingIn,
} from './waitlist.trial.ts';

/** That the stock is sold out may be known for this long. */
const STOCK_MAX_AGE_MS = 120;
const LONG_AGO_MS = 1;

export const joinPromises: readonly WaitlistPromise[] = [
  {
    promise: 'joining again is harmless, also at the same moment',
    async check(trial) {
      const saleId = await trial.sale();
      await trial.join(saleId, 'first');
      const twice = await Promise.all([trial.join(saleId, 'twice'), trial.join(saleId, 'twice')]);
      expect(twice).toEqual([twice[0], expect.objectContaining({ place: 2 })]);
      await trial.join(saleId, 'last');
      expect(await trial.join(saleId, 'twice')).toEqual({ ...Object(twice[0]), waiting: 3 });
      expect(await rowsOf(trial.book, saleId)).toEqual([
        'first waiting 1',
        'twice waiting 1',
        'last waiting 1',
      ]);
      await expectLineHolds(trial.book, saleId);
    },
  },
  {
    promise: 'another quantity keeps the place',
    async check(trial) {
      const saleId = await trial.sale();
      for (const buyerId of buyers(3)) await trial.join(saleId, buyerId);
      expect(await trial.join(saleId, 'buyer-1', 4)).toMatchObject({ place: 1, quantity: 4 });
      const newest = [trial.join(saleId, 'buyer-2', 5), trial.join(saleId, 'buyer-2', 2)];
      expect((await Promise.all(newest))[1]).toMatchObject({ place: 2, quantity: 2 });
      expect(await rowsOf(trial.book, saleId)).toEqual([
        'buyer-1 waiting 4',
        'buyer-2 waiting 2',
        'buyer-3 waiting 1',
      ]);
    },
  },
  {
    promise: 'the cap is exact within a batch, and a place that is left is free again',
    async check(trial) {
      const saleId = await trial.sale({ waitlistCap: 3 });
      const crowd = await Promise.all(buyers(5).map((buyerId) => trial.join(saleId, buyerId)));
      expect(crowd.slice(3)).toEqual(['waitlist-full', 'waitlist-full']);
      expect(await trial.join(saleId, 'buyer-2'), 'who waits already').toMatchObject({ place: 2 });
      await trial.leave(saleId, 'buyer-1');
      expect(await trial.join(saleId, 'buyer-5')).toMatchObject({ place: 3 });
      expect(await trial.join(saleId, 'buyer-1')).toBe('waitlist-full');
      expect(await waitingIn(trial.book, saleId)).toEqual(['buyer-2', 'buyer-3', 'buyer-5']);
      await expectLineHolds(trial.book, saleId);
    },
  },
  {
    promise: 'who has an order cannot wait, whichever store knows of it',
    async check(trial) {
      const saleId = await trial.sale();
      const holding = { orderId: 'not-settled'.padEnd(22, '-'), quantity: 1, accepting: false };
      trial.holdings.set('buyer-1', holding);
      expect(await trial.join(saleId, 'buyer-1'), 'in the stock store only').toBe('has-order');
      const orderId = await trial.order(saleId, 'buyer-2');
      expect(await trial.join(saleId, 'buyer-2'), 'in the book only').toBe('has-order');
      expect(await rowsOf(trial.book, saleId)).toEqual([]);

      await trial.expire(saleId, orderId);
      await trial.giveBack(orderId, LONG_AGO_MS);
      trial.holdings.set('buyer-2', { ...holding, orderId });
      const place = await trial.join(saleId, 'buyer-2');
      expect(place, 'closed, which the stock store does not know yet').toMatchObject({ place: 1 });
    },
  },
  {
    promise: 'nobody joins while units are on their way back to stock',
    async check(trial) {
      const saleId = await trial.sale();
      const orderId = await trial.order(saleId, 'holder');
      await trial.expire(saleId, orderId);
      expect(await trial.join(saleId, 'buyer-1')).toBe('not-sold-out');
      expect(await rowsOf(trial.book, saleId)).toEqual([]);
      await trial.giveBack(orderId, LONG_AGO_MS);
      expect(await trial.join(saleId, 'buyer-1')).toMatchObject({ place: 1 });
    },
  },
  {
    promise: 'nobody joins who was let on before a unit came to stock',
    async check(trial) {
      const saleId = await trial.sale();
      const orderId = await trial.order(saleId, 'holder');
      await trial.join(saleId, 'buyer-1');
      await trial.leave(saleId, 'buyer-1');
      await trial.expire(saleId, orderId);
      // Later than any look at the stock of this test.
      await trial.giveBack(orderId, Date.now() + 60_000);
      expect(await trial.join(saleId, 'buyer-2')).toBe('not-sold-out');
      expect(await trial.join(saleId, 'buyer-1'), 'who left is new').toBe('not-sold-out');
    },
  },
  {
    promise: 'nobody joins who saw the stock of an epoch that is over',
    async check(trial) {
      const saleId = await trial.sale();
      await trial.join(saleId, 'buyer-1');
      await trial.leave(saleId, 'buyer-1');
      await trial.beginEpoch(saleId, 2);
      expect(await trial.join(saleId, 'buyer-2')).toBe('not-sold-out');
    },
  },
  {
    promise: 'only a sale that is open, sold out and has a waitlist can be waited for',
    async check(trial) {
      const saleId = await trial.sale();
      expect(await trial.join('no-such-sale', 'buyer-1')).toBe('unknown-sale');
      expect(await trial.join(await trial.sale({ waitlistCap: 0 }), 'buyer-1')).toBe('no-waitlist');
      expect(await trial.join(await trial.sale({ paused: true }), 'buyer-1')).toBe('not-open');
      expect(await trial.join(await trial.sale({ loaded: false }), 'buyer-1')).toBe('recovering');
      const newer = await trial.sale({ epoch: 2 });
      expect(await trial.join(newer, 'buyer-1'), 'stock of epoch 1').toBe('recovering');
      const later = { opensAtMs: Date.now() + 60_000 };
      expect(await trial.join(await trial.sale(later), 'buyer-1')).toBe('not-open');
      const over = { closesAtMs: Date.now() - 1 };
      const ended = await trial.sale(over);
      expect(await trial.join(ended, 'buyer-1')).toBe('ended');
      expect(await trial.place(ended, 'buyer-1')).toBe('ended');
      expect(await trial.join(saleId, 'buyer-1', 6)).toBe('invalid-request');
      trial.stockLeft = 1;
      expect(await trial.join(saleId, 'buyer-1')).toBe('not-sold-out');
      for (const unknown of [undefined, 'frozen'] as const) {
        trial.stockLeft = unknown;
        await pause(STOCK_MAX_AGE_MS);
        expect(await trial.join(saleId, 'buyer-1'), unknown).toBe('recovering');
      }
      expect(await rowsOf(trial.book, saleId)).toEqual([]);
    },
  },
  {
    promise: 'a sale that ended a moment ago, unseen by this process, takes nobody',
    async check(trial) {
      const saleId = await trial.sale();
      await trial.book.changeSale(saleId, { closesAtMs: Date.now() - 1 });
      expect(await trial.join(saleId, 'buyer-1')).toBe('ended');
    },
  },
];
