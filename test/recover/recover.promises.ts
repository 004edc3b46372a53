/**
 * A stock store that lost a sale gets it anew from the book: nothing that was accepted is lost,
 * nothing is sold twice, and the ledger balances, wherever the process dies and whoever wakes up
 * too late.
 */
import { expect } from 'vitest';
import { armFailpoints, type FailpointName } from '../../origin/failpoints.ts';
import { beginRecovery } from '../../origin/recover/begin-recovery.ts';
import { pause } from '../../origin/timer.ts';
import { names } from '../close/close.stage.ts';
import { expectBalanced, type RecoverPromise, recoveriesOf, sellSome, wish } from './selling.ts';

const FAILPOINTS: FailpointName[] = [
  'recover.after-begin',
  'recover.after-freeze',
  'recover.after-barrier',
  'recover.after-snapshot',
  'recover.after-load',
];

export const recoverPromises: readonly RecoverPromise[] = [
  {
    promise: 'a flushed store is made anew: units that are free, buyers who hold an order',
    async check(stage) {
      await stage.settle();
      const { sale, paid, expired } = await sellSome(stage);
      stage.flush(sale);
      expect(await sale.reserve('eve'), 'nothing is sold meanwhile').toBeUndefined();
      expect(await stage.round()).toBe(1);
      const again = await stage.again(sale);
      expect(again.sale).toMatchObject({ epoch: 2, loaded: true, recovering: false });
      const terms = await stage.stock.terms(sale.saleId);
      expect(terms).toMatchObject({ epoch: 2, stock: 8, seq: 0, outbox: 0 });
      expect(await stage.stock.find(sale.saleId, 'anna')).toMatchObject({ orderId: paid });
      expect(await stage.stock.find(sale.saleId, 'carl'), 'who expired').toBeUndefined();
      expect(expired).toBeDefined();
      expect(await again.reserve('anna', { key: 'again' }), 'has an order').toBeUndefined();
      expect(await again.reserve('carl'), 'a repeated click begins no order again').toBeUndefined();
      await again.orders(['dora']);
      await expectBalanced(again);
      expect(await recoveriesOf(stage, sale)).toMatchObject([
        { epoch: 2, cause: 'no-state', units: 8, holdings: 2 },
      ]);
      expect(await stage.round(), 'all is well').toBe(0);
    },
  },
  {
    promise: 'a store that forgot its end is found out by what the book has settled',
    async check(stage) {
      await stage.settle();
      const { sale } = await sellSome(stage);
      stage.rollBack(sale, 1);
      expect(await stage.round()).toBe(1);
      expect(await recoveriesOf(stage, sale)).toMatchObject([{ cause: 'seq-reused' }]);
      await expectBalanced(await stage.again(sale));
    },
  },
  {
    promise: 'what lies in the outbox settles first, of any age',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(5);
      const request = { orderId: 'outbox'.padEnd(22, '-'), buyerId: 'anna', quantity: 2 };
      const call = { saleId: sale.saleId, epoch: 1, perBuyer: 5, nowMs: Date.now() };
      await stage.stock.reserve({ ...call, requests: [request] });
      await beginRecovery(stage.book, wish(sale));
      expect(await stage.round()).toBe(1);
      expect(await sale.row('anna')).toMatchObject({ state: 'reserved', quantity: 2, epoch: 1 });
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 3, outbox: 0 });
      await expectBalanced(await stage.again(sale));
    },
  },
  {
    promise: 'the snapshot waits until all that the log had is in the book',
    async check(stage) {
      const sale = await stage.sale(5);
      const reserved = await Promise.all(names('buyer', 3).map((name) => sale.reserve(name)));
      await stage.append(...reserved.filter((one) => one !== undefined));
      stage.flush(sale);
      const opened = stage.round();
      const terms = () => stage.stock.terms(sale.saleId);
      const isFrozen = expect.objectContaining({ epoch: 2, frozen: true });
      await expect.poll(terms).toEqual(isFrozen);
      await pause(100);
      expect(await sale.rows()).toEqual([]);
      await stage.settle();
      expect(await opened).toBe(1);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 2 });
      expect(await sale.counters()).toMatchObject({ free: 2, reserved: 3 });
      await expectBalanced(await stage.again(sale));
    },
  },
  {
    promise: 'a second recovery goes on where the first died, at every step',
    async check(stage) {
      await stage.settle();
      for (const name of FAILPOINTS) {
        const { sale } = await sellSome(stage);
        stage.flush(sale);
        armFailpoints([{ name, action: 'fail', count: 1, skip: 0 }]);
        await expect(stage.round(), name).rejects.toThrow(name);
        armFailpoints([]);
        expect(await sale.reserve('eve'), name).toBeUndefined();
        await stage.round();
        const again = await stage.again(sale);
        expect(again.sale, name).toMatchObject({ epoch: 2, loaded: true, recovering: false });
        expect(await stage.stock.terms(sale.saleId), name).toMatchObject({ stock: 8 });
        await expectBalanced(again);
      }
    },
  },
  {
    promise: 'several that recover at once agree',
    async check(stage) {
      await stage.settle();
      const { sale } = await sellSome(stage);
      stage.flush(sale);
      await Promise.all(Array.from({ length: 4 }, () => stage.round()));
      for (let round = 0; round < 3; round += 1) await stage.round();
      const again = await stage.again(sale);
      expect(again.sale).toMatchObject({ epoch: 2, loaded: true });
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ epoch: 2, stock: 8 });
      await expectBalanced(again);
    },
  },
  {
    promise: 'units that turn out to be free go to those who wait, and not to who clicks',
    async check(stage) {
      await stage.settle();
      const sale = await stage.sale(2);
      await sale.orders(['anna']);
      // Handed out, and lost with the store before it reached the log.
      await sale.reserve('bert');
      await sale.join('carl', 'dora');
      stage.flush(sale);
      await stage.round();
      const again = await stage.again(sale);
      expect(await again.row('carl')).toMatchObject({ state: 'reserved', epoch: 2, seq: 0 });
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 0 });
      expect(await stage.stock.find(sale.saleId, 'carl')).toBeDefined();
      expect((await again.line()).at(-1)).toMatchObject({ buyerId: 'dora', state: 'waiting' });
      await again.deliver();
      await expectBalanced(again);
    },
  },
  {
    promise: 'a store of a later epoch than the book’s is overtaken',
    async check(stage) {
      await stage.settle();
      const { sale } = await sellSome(stage);
      await stage.stock.load({ saleId: sale.saleId, epoch: 7, units: 10 });
      expect(await stage.round()).toBe(1);
      expect((await stage.again(sale)).sale).toMatchObject({ epoch: 8, loaded: true });
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ epoch: 8, stock: 8 });
    },
  },
  {
    promise: 'a lost lease changes nothing more',
    async check(stage) {
      await stage.settle();
      const { sale } = await sellSome(stage);
      stage.flush(sale);
      for (const looks of [0, 1, 2, 3, 4]) {
        let left = looks;
        await stage.round({ mayGoOn: () => left-- > 0 });
        expect((await stage.again(sale)).sale.loaded, `${looks} looks`).toBe(looks === 0);
      }
      expect(await stage.round()).toBe(1);
      await expectBalanced(await stage.again(sale));
    },
  },
  {
    promise: 'a sale whose stock was never loaded is not recovered',
    async check(stage) {
      const sale = await stage.sale(3, { loaded: false });
      expect(await stage.round()).toBe(0);
      expect(await beginRecovery(stage.book, wish(sale))).toBeUndefined();
    },
  },
];
