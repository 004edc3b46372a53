/**
 * Going over to the log and back, whatever dies on the way and whoever does it twice.
 */
import { expect } from 'vitest';
import { armFailpoints, type FailpointName } from '../../origin/failpoints.ts';
import { sellByLog } from '../../origin/recover/sell-by-log.ts';
import { comeBack, createWatcher, cutOff, enter, entryOf } from './outage.stage.ts';
import { expectBalanced, type RecoverPromise } from './selling.ts';

const GOING: FailpointName[] = ['recover.after-begin', 'outage.after-barrier', 'outage.after-open'];
const COMING: FailpointName[] = [
  'recover.after-begin',
  'recover.after-freeze',
  'recover.after-barrier',
  'recover.after-snapshot',
  'recover.after-load',
];

export const outageDeaths: readonly RecoverPromise[] = [
  {
    promise: 'whoever dies on the way is followed by the next, at every step',
    async check(stage) {
      await stage.settle();
      for (const name of GOING) {
        const sale = await stage.sale(5);
        await sale.orders(['anna']);
        stage.switchOff();
        await expect(
          dying(name, () => createWatcher(stage).watch()),
          name,
        ).rejects.toThrow(name);
        await createWatcher(stage).watch();
        const away = await stage.again(sale);
        expect(away.sale, name).toMatchObject({ epoch: 2, soldBy: 'log', loaded: true });
        await enter(stage, away, entryOf(away, 'bert'));
        await expectBalanced(await comeBack(stage, createWatcher(stage), sale));
      }
      for (const name of COMING) {
        const { sale } = await cutOff(stage, { units: 5, buyers: ['anna'] });
        const away = await stage.again(sale);
        await enter(stage, away, entryOf(away, 'bert'));
        stage.switchOff(false);
        await expect(
          dying(name, () => createWatcher(stage).watch()),
          name,
        ).rejects.toThrow(name);
        const back = await comeBack(stage, createWatcher(stage), sale);
        expect(await stage.stock.terms(sale.saleId), name).toMatchObject({ stock: 3 });
        await expectBalanced(back);
      }
    },
  },
  {
    promise: 'several that do it at once agree',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(5);
      await sale.orders(['anna']);
      const watchers = Array.from({ length: 4 }, () => createWatcher(stage));
      stage.switchOff();
      await Promise.all(watchers.map((watcher) => watcher.watch()));
      const away = await stage.again(sale);
      expect(away.sale).toMatchObject({ epoch: 2, soldBy: 'log', loaded: true });
      const again = { saleId: sale.saleId, epoch: 2 };
      expect(await sellByLog(stage.book, again), 'once').toBeUndefined();
      await enter(stage, away, entryOf(away, 'bert'));
      stage.switchOff(false);
      await Promise.all(watchers.map((watcher) => watcher.watch()));
      const back = await comeBack(stage, watchers[0] ?? createWatcher(stage), sale);
      expect(back.sale).toMatchObject({ epoch: 3 });
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 3 });
      await expectBalanced(back);
    },
  },
  {
    promise: 'a lost lease changes nothing more',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(5);
      stage.switchOff();
      for (const looks of [0, 1, 2, 3, 4]) {
        let left = looks;
        await createWatcher(stage).watch(undefined, { mayGoOn: () => left-- > 0 });
        expect((await stage.again(sale)).sale.soldBy, `${looks}`).toBe(looks ? 'log' : 'store');
        expect((await stage.again(sale)).sale.loaded, `${looks}`).toBe(looks === 0);
      }
      await createWatcher(stage).watch();
      expect((await stage.again(sale)).sale.loaded).toBe(true);
    },
  },
  {
    promise: 'who may not be alone leaves the stock to others',
    async check(stage) {
      await stage.settle();
      const { watcher, sale } = await cutOff(stage, { units: 2, buyers: [], isUnsure: true });
      expect((await stage.again(sale)).sale).toMatchObject({ soldBy: 'log', loaded: true });
      stage.switchOff(false);
      await watcher.watch(undefined, { isUnsure: true });
      expect((await stage.again(sale)).sale).toMatchObject({ soldBy: 'log', epoch: 2 });
      await comeBack(stage, watcher, sale);
    },
  },
];

async function dying(name: FailpointName, work: () => Promise<void>): Promise<void> {
  armFailpoints([{ name, action: 'fail', count: 1, skip: 0 }]);
  await work().finally(() => armFailpoints([]));
}
