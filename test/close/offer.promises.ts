/**
 * A unit that comes free while an order settles is the waitlist's: nobody who clicks gets it while
 * somebody waits, and the stock store learns only of what nobody took.
 */
import { expect } from 'vitest';
import type { Reservation } from '../../contract/log/codec.ts';
import { offerReleases } from '../../origin/close/offer-releases.ts';
import { armFailpoints } from '../../origin/failpoints.ts';
import { answer } from '../../origin/settle/waiting.ts';
import { type ClosePromise, type CloseStage, names, type SaleStage } from './close.stage.ts';
import { expectWhole } from './expect-whole.ts';
import { CANCEL } from './stage.statements.ts';

export const offerPromises: readonly ClosePromise[] = [
  {
    promise: 'the unit of an order cancelled before it settled is the head’s',
    async check(stage) {
      const { sale, first } = await cancelledSale(stage, { quantity: 1 });
      await sale.join('bert', 'carl');
      await sale.settle(first);
      expect(await sale.audit()).toMatchObject({ difference: 0 });
      await sale.deliver();
      expect(await sale.row('bert')).toMatchObject({ state: 'reserved', seq: 0 });
      expect((await sale.line()).map(({ state }) => state)).toEqual(['served', 'waiting']);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 0 });
      expect(await sale.reserve('dora'), 'no unit for who clicks').toBeUndefined();
      expect(await stage.stock.find(sale.saleId, 'anna'), 'may buy again').toBeUndefined();
      expect(await stage.stock.find(sale.saleId, 'bert')).toBeDefined();
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await expectWhole(sale);
    },
  },
  {
    promise: 'what the line does not take goes on to the stock, once',
    async check(stage) {
      const { sale, first } = await cancelledSale(stage, { quantity: 3 });
      await sale.join('bert');
      await sale.settle(first);
      await Promise.all(Array.from({ length: 4 }, () => sale.deliver()));
      expect(await sale.line()).toMatchObject([{ buyerId: 'bert', state: 'served' }]);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 2 });
      expect(await sale.counters()).toMatchObject({ free: 2, reserved: 1, waiting: 0 });
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await expectWhole(sale);
    },
  },
  {
    promise: 'the second order of a head who also clicked serves the next',
    async check(stage) {
      const sale = await stage.sale(2);
      const [orderId = ''] = await sale.orders(['anna']);
      const clicked = await sale.reserve('bert');
      await sale.join('bert', 'carl', 'dora');
      await sale.expire(orderId);
      expect(await sale.row('bert')).toMatchObject({ state: 'reserved', seq: 0 });
      if (clicked !== undefined) await sale.settle(clicked);
      await sale.deliver();
      expect(await sale.row('carl')).toMatchObject({ state: 'reserved' });
      expect((await sale.line()).at(-1)).toMatchObject({ buyerId: 'dora', state: 'waiting' });
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await expectWhole(sale);
    },
  },
  {
    promise: 'a death in between repeats without harm',
    async check(stage) {
      const { sale, first } = await cancelledSale(stage, { quantity: 2 });
      await sale.join('bert');
      await sale.settle(first);
      for (const name of ['close.before-commit', 'close.after-commit'] as const) {
        armFailpoints([{ name, action: 'fail', count: 1, skip: 0 }]);
        const offered = offerReleases(stage.book, () => true);
        await expect(offered).rejects.toThrow(name);
        armFailpoints([]);
      }
      expect(await sale.counters()).toMatchObject({ free: 1, reserved: 1, waiting: 0 });
      expect(await stage.stock.terms(sale.saleId), 'not delivered').toMatchObject({ stock: 0 });
      await sale.deliver();
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 1 });
      expect(await sale.audit()).toMatchObject({ balanced: true });
    },
  },
  {
    promise: 'units of an earlier epoch are in the new stock already, and nobody’s here',
    async check(stage) {
      const { sale, first } = await cancelledSale(stage, { quantity: 1 });
      await sale.join('bert');
      await sale.settle(first);
      await stage.newEpoch(sale.saleId, { epoch: 2, units: 1 });
      await sale.deliver();
      expect(await sale.line()).toMatchObject([{ buyerId: 'bert', state: 'waiting' }]);
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ epoch: 2, stock: 1 });
    },
  },
  {
    promise: 'no more than the book has free, whatever the stock store handed out',
    async check(stage) {
      const sale = await stage.sale(2);
      await sale.orders(['anna', 'bert']);
      // A stock store that forgot: it hands out what the book has sold.
      await stage.newEpoch(sale.saleId, { epoch: 2, units: 2 });
      const again = reservedAt(sale, 2, 'carl');
      await cancel(stage, again);
      await sale.join('dora');
      await sale.settle(again);
      await sale.deliver();
      expect(await sale.counters()).toMatchObject({ free: 0, reserved: 2, waiting: 1 });
      await expectWhole(sale);
    },
  },
  {
    promise: '450 are offered in batches',
    async check(stage) {
      const sale = await stage.sale(450);
      const reserved = await Promise.all(names('buyer', 450).map((name) => sale.reserve(name)));
      const all = reserved.filter((one) => one !== undefined);
      for (const one of all) await cancel(stage, one);
      await sale.join(...names('waiting', 300));
      await sale.settle(...all);
      await sale.deliver();
      expect(await sale.counters()).toMatchObject({ free: 150, reserved: 300, waiting: 0 });
      expect(await stage.stock.terms(sale.saleId)).toMatchObject({ stock: 150 });
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await expectWhole(sale);
    },
  },
];

/** Sold out by one order of `quantity`, which is cancelled and has not settled. */
async function cancelledSale(stage: CloseStage, { quantity }: { quantity: number }) {
  const sale = await stage.sale(quantity);
  const first = await sale.reserve('anna', { quantity });
  if (first === undefined) throw new Error('nothing was reserved');
  await cancel(stage, first);
  return { sale, first };
}

function cancel(stage: CloseStage, { orderId, saleId, buyerId }: Reservation): Promise<void> {
  return stage.book.transact(function* (transaction) {
    yield* answer(transaction.insert(CANCEL, [[orderId, saleId, buyerId, 'buyer', 1]]));
  });
}

function reservedAt(sale: SaleStage, epoch: number, buyerId: string): Reservation {
  const orderId = `${sale.saleId}-${buyerId}`.padEnd(22, '-');
  const reservation = { saleId: sale.saleId, epoch, bucket: 0, orderId, buyerId };
  return { ...reservation, quantity: 1, seq: 1, reservedAtMs: 5 };
}
