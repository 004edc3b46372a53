/**
 * A stock store that is away for long: its sales are sold by the log, and by the store again when
 * it is back: never oversold, one order a buyer, and the ledger balances in the end.
 */
import { expect } from 'vitest';
import { topUp } from '../../origin/close/top-up.ts';
import { createRepair } from '../../origin/reconcile/repair.ts';
import { beginRecovery } from '../../origin/recover/begin-recovery.ts';
import { pause } from '../../origin/timer.ts';
import { names } from '../close/close.stage.ts';
import { expectWhole } from '../close/expect-whole.ts';
import { comeBack, createWatcher, cutOff, enter, entryOf, reasonOf } from './outage.stage.ts';
import { expectBalanced, type RecoverPromise } from './selling.ts';
import { RECOVERIES, type RecoveryRow } from './statements.ts';

export const outagePromises: readonly RecoverPromise[] = [
  {
    promise: 'the log sells while the store is away, and the store what is left',
    async check(stage) {
      await stage.settle();
      const { watcher, sale } = await cutOff(stage, { units: 5, buyers: ['anna', 'bert'] });
      const away = await stage.again(sale);
      expect(away.sale).toMatchObject({ epoch: 2, soldBy: 'log', loaded: true, recovering: false });
      await enter(stage, away, entryOf(away, 'carl'), entryOf(away, 'dora'));
      expect(await away.row('carl')).toMatchObject({ state: 'reserved', epoch: 2 });
      await watcher.watch();
      expect((await stage.again(sale)).sale, 'still away').toMatchObject({ epoch: 2 });
      const back = await comeBack(stage, watcher, sale);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ epoch: 3, stock: 1, seq: 0 });
      expect(await stage.stock.find(sale.saleId, 'dora')).toBeDefined();
      await back.orders(['eve']);
      expect(await back.reserve('finn')).toBeUndefined();
      await expectBalanced(back);
      expect(await stage.book.read<RecoveryRow>(RECOVERIES, sale.saleId)).toMatchObject([
        { epoch: 2, cause: 'outage', units: 3, holdings: null },
        { epoch: 3, cause: 'outage-over', units: 1, holdings: 4 },
      ]);
    },
  },
  {
    promise: 'it pauses unless a draw was asked for, and goes on where it was',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(2);
      const watcher = createWatcher(stage, { draws: false });
      stage.switchOff();
      await watcher.watch();
      stage.switchOff(false);
      await watcher.watch();
      const same = await stage.again(sale);
      expect(same.sale).toMatchObject({ epoch: 1, soldBy: 'store', loaded: true });
      await same.orders(['anna']);
      await expectBalanced(same);
    },
  },
  {
    promise: 'who was queued before settles before anybody is entered',
    async check(stage) {
      const sale = await stage.sale(1);
      const queued = await sale.reserve('anna');
      if (queued !== undefined) await stage.append(queued);
      const watcher = createWatcher(stage);
      stage.switchOff();
      const going = watcher.watch();
      const begun = async () => (await stage.again(sale)).sale.epoch;
      await expect.poll(begun).toBe(2);
      await pause(100);
      expect((await stage.again(sale)).sale).toMatchObject({ epoch: 2, loaded: false });
      expect((await stage.again(sale)).sale, 'nobody asks the store').toMatchObject({
        soldBy: 'log',
        recovering: true,
      });
      await stage.settle();
      await going;
      const away = await stage.again(sale);
      expect(away.sale).toMatchObject({ loaded: true });
      expect(await away.row('anna')).toMatchObject({ state: 'reserved', epoch: 1 });
      const bert = entryOf(away, 'bert');
      await enter(stage, away, bert);
      expect(await reasonOf(stage, bert.orderId)).toBe('sold-out');
      await expectBalanced(await comeBack(stage, watcher, sale));
    },
  },
  {
    promise: 'what only the outbox has settles no more, and its buyer may have entered',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(3);
      const orderIds = { anna: 'outbox-anna'.padEnd(22, '-'), bert: 'outbox-bert'.padEnd(22, '-') };
      const requests = Object.entries(orderIds).map(([buyerId, orderId]) => ({
        ...{ buyerId, orderId },
        quantity: 1,
      }));
      const call = { saleId: sale.saleId, epoch: 1, perBuyer: 5, nowMs: Date.now() };
      await stage.stock.reserve({ ...call, requests });
      const watcher = createWatcher(stage);
      stage.switchOff();
      await watcher.watch();
      const away = await stage.again(sale);
      const again = { ...entryOf(away, 'anna'), orderId: orderIds.anna };
      await enter(stage, away, again, entryOf(away, 'carl'));
      const back = await comeBack(stage, watcher, sale);
      expect(await back.row('anna'), 'the click repeated').toMatchObject({ state: 'reserved' });
      expect(await reasonOf(stage, orderIds.bert)).toBe('recovered');
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 1, outbox: 0 });
      const other = await back.reserve('bert', { key: 'another' });
      if (other !== undefined) await back.settle(other);
      expect(await back.counters()).toMatchObject({ free: 0, reserved: 3 });
      await expectBalanced(back);
    },
  },
  {
    promise: 'a crowd that enters gets what is left and no more',
    async check(stage) {
      await stage.settle();
      const { watcher, sale } = await cutOff(stage, { units: 5, buyers: ['anna', 'bert'] });
      const away = await stage.again(sale);
      const crowd = names('buyer', 20).map((buyerId) => entryOf(away, buyerId));
      const twice = crowd.slice(0, 10).map((entry) => entryOf(away, entry.buyerId, { key: 'two' }));
      await enter(stage, away, ...crowd, ...crowd, ...twice, entryOf(away, 'anna'));
      expect(await away.counters()).toMatchObject({ free: 0, reserved: 5 });
      await expectWhole(away);
      const back = await comeBack(stage, watcher, sale);
      await expectBalanced(back);
      expect(await stage.stock.terms(sale.saleId), 'nothing came back').toMatchObject({ stock: 0 });
    },
  },
  {
    promise: 'what happens meanwhile is in the stock afterwards, once',
    async check(stage) {
      await stage.settle();
      const { watcher, sale, orderIds } = await cutOff(stage, { units: 5, buyers: ['anna'] });
      const away = await stage.again(sale);
      const { saleId } = sale;
      await away.expire(...orderIds);
      expect(await topUp(stage.book, { saleId, topUpId: 'more', units: 2 })).toBe('added');
      await enter(stage, away, entryOf(away, 'anna'), entryOf(away, 'bert'));
      await enter(stage, away, entryOf(away, 'bert', { key: 'two' }));
      await expect(away.deliver(), 'kept').rejects.toThrow('away');
      const parts = { ...stage.options, sales: () => [away.sale], nowMs: Date.now };
      const repair = createRepair({ ...parts, observe: () => {} });
      await expect(
        repair(() => true),
        'no store to compare with',
      ).resolves.toBeUndefined();
      const back = await comeBack(stage, watcher, sale);
      await back.deliver();
      expect(await stage.stock.terms(saleId)).toMatchObject({ stock: 5 });
      expect(await stage.stock.find(saleId, 'anna')).toMatchObject({
        orderId: entryOf(away, 'anna').orderId,
      });
      await expectBalanced(back);
    },
  },
  {
    promise: 'who waits comes before who enters',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(2);
      await sale.orders(['anna']);
      // Handed out, and lost with the store.
      await sale.reserve('bert');
      await sale.join('carl');
      const watcher = createWatcher(stage);
      stage.switchOff();
      await watcher.watch();
      const away = await stage.again(sale);
      expect(await away.row('carl')).toMatchObject({ state: 'reserved', epoch: 2 });
      const dora = entryOf(away, 'dora');
      await enter(stage, away, dora);
      expect(await reasonOf(stage, dora.orderId)).toBe('sold-out');
      await expectBalanced(await comeBack(stage, watcher, sale));
    },
  },
  {
    promise: 'a store that goes away while its stock is made anew gives way to the log',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(5);
      await sale.orders(['anna']);
      const wish = { saleId: sale.saleId, epoch: 1, cause: 'no-state' } as const;
      expect(await beginRecovery(stage.book, wish)).toBe(2);
      stage.switchOff();
      const watcher = createWatcher(stage);
      await watcher.watch();
      const away = await stage.again(sale);
      expect(away.sale).toMatchObject({ epoch: 3, soldBy: 'log', loaded: true });
      const operator = { saleId: sale.saleId, epoch: 3, cause: 'operator' } as const;
      expect(await beginRecovery(stage.book, operator), 'no store to load').toBeUndefined();
      await enter(stage, away, entryOf(away, 'bert'));
      const back = await comeBack(stage, watcher, sale);
      expect(back.sale).toMatchObject({ epoch: 4 });
      await expectBalanced(back);
    },
  },
  {
    promise: 'a store that answers for a moment only is left alone, and sells nothing',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(2);
      const wish = { saleId: sale.saleId, epoch: 1, cause: 'outage' } as const;
      expect(await beginRecovery(stage.book, wish)).toBe(2);
      const other = await stage.sale(2);
      const lost = { saleId: other.saleId, epoch: 1, cause: 'no-state' } as const;
      await beginRecovery(stage.book, lost);
      expect(await createWatcher(stage).look(), 'it serves').toBe(true);
      expect((await stage.again(other)).sale).toMatchObject({ epoch: 2, loaded: true });
      const begun = await stage.again(sale);
      expect(begun.sale).toMatchObject({ epoch: 2, soldBy: 'log', loaded: false });
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ epoch: 1, frozen: false });
      expect(await beginRecovery(stage.book, { ...wish, epoch: 2 }), 'twice').toBeUndefined();
      await expectBalanced(await comeBack(stage, createWatcher(stage), sale));
    },
  },
  {
    promise: 'a sale that waits for its store is not opened with those that do not',
    async check(stage) {
      await stage.settle();
      const [sale, paused] = [await stage.sale(2), await stage.sale(2, { paused: true })];
      await beginRecovery(stage.book, { saleId: paused.saleId, epoch: 1, cause: 'no-state' });
      stage.switchOff();
      const watcher = createWatcher(stage);
      await watcher.watch();
      expect((await stage.again(sale)).sale).toMatchObject({ soldBy: 'log', loaded: true });
      const still = { epoch: 2, soldBy: 'store', recovering: true, loaded: false };
      expect((await stage.again(paused)).sale).toMatchObject(still);
      await comeBack(stage, watcher, sale);
      await expectBalanced(await comeBack(stage, watcher, paused));
    },
  },
];
