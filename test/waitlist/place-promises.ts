/** Where in the line a buyer stands, whatever happens to those before: promises of the waitlist. */
import { expect } from 'vitest';
import { armFailpoints } from '../../origin/failpoints.ts';
import { pause } from '../../origin/timer.ts';
import {
  buyers,
  expectLineHolds,
  type WaitlistPromise,
  type WaitlistTrial,
  waitingIn,
} from './waitlist.trial.ts';

/** A place may be this old. */
const PLACES_MAX_AGE_MS = 1_050;

export const placePromises: readonly WaitlistPromise[] = [
  {
    promise: 'the order of joining is the order of the places',
    async check(trial) {
      const saleId = await trial.sale();
      const crowd = await Promise.all(buyers(20).map((buyerId) => trial.join(saleId, buyerId)));
      expect(crowd).toEqual(
        Array.from({ length: 20 }, (_, index) =>
          expect.objectContaining({ place: index + 1, waiting: index + 1 }),
        ),
      );
      expect(await trial.join(saleId, 'late', 3)).toEqual({
        place: 21,
        waiting: 21,
        quantity: 3,
        joinedAt: expect.any(String),
        unpaidUnits: 0,
      });
      expect(await waitingIn(trial.book, saleId)).toEqual([...buyers(20), 'late']);
      expect(trial.batches, 'one transaction for the crowd').toEqual([
        { kind: 'join', size: 20 },
        { kind: 'join', size: 1 },
      ]);
      const places = await Promise.all(
        [...buyers(20), 'late'].map((buyerId) => placeNumber(trial, saleId, buyerId)),
      );
      expect(places).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
      await expectLineHolds(trial.book, saleId);
    },
  },
  {
    promise: 'who leaves is out, and joins again at the end',
    async check(trial) {
      const saleId = await trial.sale();
      for (const buyerId of buyers(3)) await trial.join(saleId, buyerId);
      expect(await trial.leave(saleId, 'buyer-1')).toBe('left');
      expect(await trial.leave(saleId, 'buyer-1')).toBe('not-waiting');
      expect(await trial.leave(saleId, 'stranger')).toBe('not-waiting');
      expect(await trial.place(saleId, 'buyer-1')).toBe('not-waiting');
      await expectLineHolds(trial.book, saleId);
      await pause(PLACES_MAX_AGE_MS);
      expect(await placeNumber(trial, saleId, 'buyer-2')).toBe(1);
      expect(await trial.join(saleId, 'buyer-1')).toMatchObject({ place: 3, waiting: 3 });
      expect(await waitingIn(trial.book, saleId)).toEqual(['buyer-2', 'buyer-3', 'buyer-1']);
      const left = await Promise.all(buyers(3).map((buyerId) => trial.leave(saleId, buyerId)));
      expect(left).toEqual(['left', 'left', 'left']);
      await expectLineHolds(trial.book, saleId);
    },
  },
  {
    promise: 'whose order settles leaves the line',
    async check(trial) {
      const saleId = await trial.sale();
      for (const buyerId of buyers(3)) await trial.join(saleId, buyerId);
      await trial.order(saleId, 'buyer-2');
      expect(await trial.place(saleId, 'buyer-2')).toBe('not-waiting');
      expect(await trial.join(saleId, 'buyer-2')).toBe('has-order');
      await expectLineHolds(trial.book, saleId);
    },
  },
  {
    promise: 'a place moves up as heads are served, and an estimate appears',
    async check(trial) {
      const saleId = await trial.sale();
      const orderIds = [];
      for (let i = 0; i < 4; i += 1) orderIds.push(await trial.order(saleId, `holder-${i}`));
      for (const buyerId of buyers(3)) await trial.join(saleId, buyerId);
      expect(await trial.place(saleId, 'buyer-3')).toMatchObject({ place: 3, unpaidUnits: 4 });
      expect(await trial.place(saleId, 'buyer-3')).not.toHaveProperty('estimatedWaitMs');
      await trial.expire(saleId, orderIds[0] ?? '');
      expect(await trial.place(saleId, 'buyer-1'), 'served').toBe('not-waiting');
      expect(await trial.join(saleId, 'buyer-1')).toBe('has-order');
      await pause(PLACES_MAX_AGE_MS);
      expect(await trial.place(saleId, 'buyer-3')).toMatchObject({
        place: 2,
        waiting: 2,
        unpaidUnits: 4,
        estimatedWaitMs: 2 * 300_000,
      });
      const order = await trial.book.orderOf(saleId, 'buyer-1');
      await trial.expire(saleId, order?.orderId ?? '');
      const again = await trial.join(saleId, 'buyer-1');
      expect(again, 'at the end, behind who was there').toMatchObject({ place: 2 });
      expect(await waitingIn(trial.book, saleId)).toEqual(['buyer-3', 'buyer-1']);
      await expectLineHolds(trial.book, saleId);
    },
  },
  {
    promise: 'a crash before the commit leaves nothing, one after it loses no place',
    async check(trial) {
      const saleId = await trial.sale();
      await trial.join(saleId, 'buyer-1');
      const strike = (name: 'waitlist.before-commit' | 'waitlist.after-commit') =>
        armFailpoints([{ name, action: 'fail', count: 1, skip: 0 }]);
      strike('waitlist.before-commit');
      expect(await trial.join(saleId, 'buyer-2')).toBe('overloaded');
      expect(await waitingIn(trial.book, saleId)).toEqual(['buyer-1']);
      await trial.join(saleId, 'buyer-3');
      strike('waitlist.after-commit');
      expect(await trial.join(saleId, 'buyer-2')).toBe('overloaded');
      expect(await waitingIn(trial.book, saleId)).toEqual(['buyer-1', 'buyer-3', 'buyer-2']);
      expect(await trial.join(saleId, 'buyer-2')).toMatchObject({ place: 3 });
      strike('waitlist.before-commit');
      expect(await trial.leave(saleId, 'buyer-3')).toBe('overloaded');
      expect(await trial.leave(saleId, 'buyer-3')).toBe('left');
      strike('waitlist.after-commit');
      expect(await trial.leave(saleId, 'buyer-1')).toBe('overloaded');
      expect(await trial.leave(saleId, 'buyer-1'), 'was done').toBe('not-waiting');
      expect(await waitingIn(trial.book, saleId)).toEqual(['buyer-2']);
      await expectLineHolds(trial.book, saleId);
    },
  },
];

async function placeNumber(trial: WaitlistTrial, saleId: string, buyerId: string) {
  const place = await trial.place(saleId, buyerId);
  return typeof place === 'string' ? place : place.place;
}
