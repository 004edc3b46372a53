/** A top-up adds its units once, heads of the waitlist first, on every database. */
import { expect } from 'vitest';
import { topUp } from '../../origin/close/top-up.ts';
import { armFailpoints } from '../../origin/failpoints.ts';
import { reopen } from '../../origin/recover/reopen.ts';
import type { ClosePromise } from './close.stage.ts';
import { expectWhole } from './expect-whole.ts';

export const topUpPromises: readonly ClosePromise[] = [
  {
    promise: 'adds units to a running sale, once for an id',
    async check(stage) {
      const sale = await stage.sale(1);
      await sale.orders(['anna']);
      const command = { saleId: sale.saleId, topUpId: 'delivery-7', units: 3 };
      expect(await topUp(stage.book, command)).toBe('added');
      expect(await topUp(stage.book, command)).toBe('already');
      expect(await topUp(stage.book, { ...command, units: 4 })).toBe('conflict');
      const counters = { units: 4, free: 3, reserved: 1, version: 2 };
      expect(await sale.counters()).toMatchObject(counters);
      const [release, ...more] = await sale.releases();
      expect(more).toEqual([]);
      expect(release).toMatchObject({ buyerId: '', epoch: 1, units: 3 });
      const [row] = await sale.rows();
      expect(release?.orderId).toHaveLength(22);
      expect(release?.orderId.slice(0, 5)).toBe(row?.orderId.slice(0, 5));
      await sale.deliver();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 3, takenUnits: 1 });
      expect(await sale.audit()).toMatchObject({ balanced: true });
      expect(await topUp(stage.book, { ...command, topUpId: 'delivery-8' })).toBe('added');
      await sale.deliver();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 6 });
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await expectWhole(sale);
    },
  },
  {
    promise: 'serves the heads first, and releases only what they leave',
    async check(stage) {
      const sale = await stage.sale(1);
      await sale.orders(['anna']);
      await sale.join(['bert', 2], ['carl', 3]);
      const command = { saleId: sale.saleId, topUpId: 'delivery-7' };
      expect(await topUp(stage.book, { ...command, units: 4 })).toBe('added');
      expect(await sale.releases()).toEqual([]);
      expect(await sale.row('bert')).toMatchObject({ state: 'reserved', quantity: 2 });
      expect(await sale.row('carl')).toMatchObject({ state: 'reserved', quantity: 2 });
      const counters = { units: 5, free: 0, reserved: 5, waiting: 0 };
      expect(await sale.counters()).toMatchObject(counters);
      await expectWhole(sale);
      // The holds wait, and move no unit: the ledger is judged all the same.
      expect(await sale.audit()).toMatchObject({ atWatermark: true, balanced: true });
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'the same command twice at once adds once',
    async check(stage) {
      const sale = await stage.sale(1);
      const command = { saleId: sale.saleId, topUpId: 'delivery-7', units: 3 };
      const replies = await Promise.all(
        Array.from({ length: 8 }, () => topUp(stage.book, command)),
      );
      expect(replies.sort()).toEqual(['added', ...Array(7).fill('already')]);
      expect(await sale.counters()).toMatchObject({ units: 4, free: 4 });
    },
  },
  {
    promise: 'a death before the commit adds nothing, one after it everything',
    async check(stage) {
      const sale = await stage.sale(1);
      const command = { saleId: sale.saleId, topUpId: 'delivery-7', units: 3 };
      for (const [name, units] of [
        ['close.before-commit', 1],
        ['close.after-commit', 4],
      ] as const) {
        armFailpoints([{ name, action: 'fail', count: 1, skip: 0 }]);
        await expect(topUp(stage.book, command)).rejects.toThrow(name);
        armFailpoints([]);
        expect(await sale.counters()).toMatchObject({ units, free: units });
      }
      expect(await topUp(stage.book, command)).toBe('already');
    },
  },
  {
    promise: 'an unknown sale, and one whose stock was never loaded, are refused',
    async check(stage) {
      const command = { topUpId: 'delivery-7', units: 3 };
      expect(await topUp(stage.book, { saleId: 'unknown', ...command })).toBe('unknown-sale');
      const sale = await stage.sale(1, { loaded: false });
      expect(await topUp(stage.book, { saleId: sale.saleId, ...command })).toBe('not-loaded');
      const { saleId } = sale;
      await reopen(stage.book, { saleId, epoch: 1, units: 1, holdings: 0 });
      expect(await topUp(stage.book, { saleId: sale.saleId, ...command })).toBe('added');
    },
  },
  {
    promise: 'fewer than one unit, or a part of one, is no top-up',
    async check({ book }) {
      for (const units of [0, -1, 0.5, Number.NaN]) {
        const command = { saleId: 'any', topUpId: 'delivery-7', units };
        expect(() => topUp(book, command)).toThrow(RangeError);
      }
    },
  },
];
