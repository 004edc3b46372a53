/**
 * What belongs to an earlier epoch and comes late: orders, releases, settling, processes that
 * slept. Nothing of it counts twice.
 */
import { expect } from 'vitest';
import { beginRecovery } from '../../origin/recover/begin-recovery.ts';
import { reopen } from '../../origin/recover/reopen.ts';
import { takeSnapshot } from '../../origin/recover/take-snapshot.ts';
import { pause } from '../../origin/timer.ts';
import { names } from '../close/close.stage.ts';
import { expectWhole } from '../close/expect-whole.ts';
import { expectBalanced, pendingOf, type RecoverPromise, sellSome, wish } from './selling.ts';

export const latePromises: readonly RecoverPromise[] = [
  {
    promise: 'an order of the old epoch that comes late is rejected, and its buyer free',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(2);
      const late = await sale.reserve('anna');
      await sale.orders(['bert']);
      stage.flush(sale);
      await stage.round();
      const again = await stage.again(sale);
      if (late !== undefined) await again.settle(late);
      expect(await sale.row('anna')).toMatchObject({ state: 'rejected' });
      await again.deliver();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 1 });
      expect(await again.reserve('anna'), 'the same click again').toBeUndefined();
      const other = await again.reserve('anna', { key: 'another click' });
      expect(other).toMatchObject({ epoch: 2 });
      if (other !== undefined) await again.settle(other);
      await expectBalanced(again);
    },
  },
  {
    promise: 'a release that a sweep read before the snapshot gives its unit once',
    async check(stage) {
      await stage.settle();
      const { sale, reserved } = await sellSome(stage);
      await beginRecovery(stage.book, wish(sale));
      await sale.expire(reserved);
      const read = await pendingOf(stage, sale);
      expect(read).toMatchObject([{ epoch: 2, units: 1 }]);
      expect(await stage.round()).toBe(1);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 9 });
      // The sweep wakes up.
      for (const release of read) expect(await stage.stock.release(release)).toBe('already');
      const again = await stage.again(sale);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 9 });
      await expectBalanced(again);
    },
  },
  {
    promise: 'a release that is written after the snapshot reaches the stock',
    async check(stage) {
      await stage.settle();
      const { sale, reserved } = await sellSome(stage);
      await beginRecovery(stage.book, wish(sale));
      await takeSnapshot(stage.book, { saleId: sale.saleId, epoch: 2 });
      await stage.stock.freeze({ saleId: sale.saleId, epoch: 2, token: 'first' });
      await sale.expire(reserved);
      await sale.deliver();
      expect(await pendingOf(stage, sale), 'kept while frozen').toHaveLength(1);
      expect(await stage.round()).toBe(1);
      const again = await stage.again(sale);
      await again.deliver();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 9 });
      await expectBalanced(again);
    },
  },
  {
    promise: 'settling that began before the snapshot runs again after it',
    async check(stage) {
      for (let race = 0; race < 20; race += 1) {
        const sale = await stage.sale(30);
        const reserved = await Promise.all(names('buyer', 30).map((name) => sale.reserve(name)));
        const all = reserved.filter((one) => one !== undefined);
        await beginRecovery(stage.book, wish(sale));
        const settling = all.map((one) => sale.settle(one));
        await pause(race % 4);
        const snapshot = await takeSnapshot(stage.book, { saleId: sale.saleId, epoch: 2 });
        await Promise.all(settling);
        const counters = await sale.counters();
        expect(snapshot?.units, 'free in both').toBe(counters?.free);
        expect(snapshot?.holdings, 'held in both').toHaveLength(counters?.reserved ?? -1);
        await expectWhole(sale);
      }
    },
  },
  {
    promise: 'who judged or loaded an earlier epoch neither begins nor opens another',
    async check(stage) {
      await stage.settle();
      const { sale } = await sellSome(stage);
      const { saleId } = sale;
      await beginRecovery(stage.book, wish(sale));
      expect(await beginRecovery(stage.book, wish(sale)), 'begun already').toBeUndefined();
      const early = { saleId, epoch: 1, units: 10, holdings: 0 };
      expect(await reopen(stage.book, early)).toBe(false);
      expect((await stage.again(sale)).sale).toMatchObject({ loaded: false, recovering: true });
      await stage.round();
      expect(await beginRecovery(stage.book, wish(sale)), 'over already').toBeUndefined();
      expect((await stage.again(sale)).sale).toMatchObject({ epoch: 2, loaded: true });
    },
  },
];
