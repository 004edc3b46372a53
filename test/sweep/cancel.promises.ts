/** Cancelling an order wherever it is on its way, on every database. */
import { expect } from 'vitest';
import type { StockLedger } from '../../origin/admit/stock.ts';
import { cancelOrder } from '../../origin/sweep/cancel-order.ts';
import { closeStray } from '../../origin/sweep/stray-cancellations.ts';
import type { PayPromise } from '../pay/exercise.ts';

const always = () => true;

export const cancelPromises: readonly PayPromise[] = [
  {
    promise: 'a reserved order is cancelled at once, and its unit is free',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      const cancelled = await sale.cancel({ orderId, buyerId: 'anna', by: 'buyer' });
      const order = { orderId, state: 'cancelled', closedBy: 'buyer' };
      expect(cancelled).toMatchObject({ kind: 'order', order });
      expect(await sale.cancel({ orderId, buyerId: 'anna', by: 'buyer' })).toEqual(cancelled);
      expect(await sale.releases()).toMatchObject([{ orderId, units: 1 }]);
      await sale.expectRight();
    },
  },

  {
    promise: 'the operator and a risk rule need no buyer',
    async check(stage) {
      const sale = await stage.paySale(2);
      const orderIds = await sale.orders(['anna', 'bert']);
      for (const [index, by] of (['operator', 'risk'] as const).entries()) {
        const order = { state: 'cancelled', closedBy: by };
        const orderId = orderIds[index] ?? '';
        expect(await sale.cancel({ orderId, by })).toMatchObject({ order });
      }
      await sale.expectRight();
    },
  },
  {
    promise: 'the order of another buyer is as unknown as one that is not there',
    async check(stage) {
      const sale = await stage.paySale(2);
      const [orderId = ''] = await sale.orders(['anna']);
      const queued = await sale.reserve('bert');
      const unknown = { kind: 'unknown-order' };
      const by = 'buyer';
      expect(await sale.cancel({ orderId, buyerId: 'eve', by })).toEqual(unknown);
      const other = { orderId: queued?.orderId ?? '', buyerId: 'eve', by } as const;
      expect(await sale.cancel(other)).toEqual(unknown);
      expect(await sale.cancel({ orderId: 'x'.repeat(22), by: 'operator' })).toEqual(unknown);
      expect(await sale.stateOf(orderId)).toBe('reserved');
    },
  },

  {
    promise: 'a paid order is not cancelled, one that expired stays as it is',
    async check(stage) {
      const sale = await stage.paySale(2);
      const { orderId, paymentId } = await sale.openPayment('anna');
      const [late = ''] = await sale.orders(['bert']);
      stage.fake.pay(paymentId);
      await sale.hear(paymentId, 'paid');
      await sale.timeUp(late);
      await sale.expireAll();
      const by = 'buyer';
      const refused = await sale.cancel({ orderId, buyerId: 'anna', by });
      expect(refused).toMatchObject({ kind: 'not-cancellable' });
      const order = { state: 'expired', closedBy: 'deadline' };
      expect(await sale.cancel({ orderId: late, buyerId: 'bert', by })).toMatchObject({ order });
      await sale.expectRight();
    },
  },

  {
    promise: 'while a payment is open the provider is asked first',
    async check(stage) {
      const sale = await stage.paySale(2);
      const anna = await sale.openPayment('anna');
      const asked = { orderId: anna.orderId, buyerId: 'anna', by: 'buyer' } as const;
      const order = { state: 'reserved', closedBy: 'buyer' };
      expect(await sale.cancel(asked)).toMatchObject({ order });
      // The operator comes second: it stays the buyer's cancelling.
      expect(await sale.cancel({ orderId: anna.orderId, by: 'operator' })).toMatchObject({ order });
      expect(await sale.counters()).toMatchObject({ free: 1, reserved: 1 });
      await sale.rest();
      const row = await sale.row('anna');
      expect(row).toMatchObject({ state: 'cancelled', closedBy: 'buyer' });

      const bert = await sale.openPayment('bert');
      const hurried = await sale.cancel(
        { orderId: bert.orderId, buyerId: 'bert', by: 'buyer' },
        stage.payments.workOn,
      );
      expect(hurried).toMatchObject({ order: { state: 'cancelled', closedBy: 'buyer' } });
      await sale.expectRight();
    },
  },

  {
    promise: 'the money that was there already keeps the order',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      stage.fake.pay(paymentId);
      const wanted = { orderId, buyerId: 'anna', by: 'buyer' } as const;
      const outcome = await sale.cancel(wanted, stage.payments.workOn);
      expect(outcome).toMatchObject({ kind: 'order', order: { state: 'paid' } });
      await sale.expectRight();
    },
  },

  {
    promise: 'an order that has not settled is rejected when it does',
    async check(stage) {
      const sale = await stage.paySale(1);
      const reservation = await sale.reserve('anna');
      if (reservation === undefined) throw new Error('not reserved');
      const wanted = { orderId: reservation.orderId, buyerId: 'anna', by: 'buyer' } as const;
      const order = { state: 'queued', quantity: 1, closedBy: 'buyer' };
      expect(await sale.cancel(wanted)).toMatchObject({ kind: 'order', order });
      expect(await sale.cancel(wanted)).toMatchObject({ kind: 'order', order });
      await sale.settle(reservation);
      const settled = await stage.book.order(reservation.orderId);
      expect(settled).toMatchObject({ state: 'rejected', reason: 'cancelled' });
      await closeStray(stage.book, always);
      expect(await sale.cancel(wanted)).toMatchObject({ order: { state: 'rejected' } });
      await sale.deliver();
      expect(await sale.audit()).toMatchObject({ balanced: true });
      await sale.expectRight();
    },
  },

  {
    promise: 'an order that settles in that very moment is closed all the same',
    async check(stage) {
      const sale = await stage.paySale(1);
      const reservation = await sale.reserve('anna');
      if (reservation === undefined) throw new Error('not reserved');
      const stock: StockLedger = {
        ...stage.stock,
        async find(saleId, buyerId) {
          const found = await stage.stock.find(saleId, buyerId);
          await sale.settle(reservation);
          return found;
        },
      };
      const parts = { book: stage.book, orders: sale.ordersOf(stock) };
      const wanted = { orderId: reservation.orderId, buyerId: 'anna', by: 'buyer' } as const;
      const order = { state: 'cancelled', closedBy: 'buyer' };
      expect(await cancelOrder(parts, wanted)).toMatchObject({ order });
      expect(await closeStray(stage.book, always)).toBe(0);
      await sale.expectRight();
    },
  },

  {
    promise: 'a provider that does not answer does not keep the buyer waiting',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId } = await sale.openPayment('anna');
      const wanted = { orderId, buyerId: 'anna', by: 'buyer' } as const;
      const begunMs = Date.now();
      const never = () => new Promise<void>(() => {});
      const order = { state: 'reserved', closedBy: 'buyer' };
      expect(await sale.cancel(wanted, never)).toMatchObject({ order });
      expect(Date.now() - begunMs).toBeLessThan(30_000);
      const fails = () => Promise.reject(new Error('the book is away'));
      expect(await sale.cancel(wanted, fails)).toMatchObject({ order });
      await sale.rest();
      expect(await sale.stateOf(orderId)).toBe('cancelled');
    },
  },

  {
    promise: 'the sweep closes what settled although it was cancelled, paid ones apart',
    async check(stage) {
      const sale = await stage.paySale(3);
      const [reserved = ''] = await sale.orders(['anna']);
      const paying = await sale.openPayment('bert');
      const paid = await sale.openPayment('carl');
      stage.fake.pay(paid.paymentId);
      await sale.hear(paid.paymentId, 'paid');
      for (const [orderId, buyerId] of [
        [reserved, 'anna'],
        [paying.orderId, 'bert'],
        [paid.orderId, 'carl'],
      ]) {
        await sale.wantCancelled(orderId ?? '', buyerId ?? '');
      }
      expect(await closeStray(stage.book, () => false)).toBe(0);
      expect(await closeStray(stage.book, always)).toBe(3);
      expect(await closeStray(stage.book, always)).toBe(0);
      expect(await sale.row('anna')).toMatchObject({ state: 'cancelled', closedBy: 'buyer' });
      expect(await sale.row('bert')).toMatchObject({ state: 'reserved', closedBy: 'buyer' });
      expect(await sale.row('carl')).toMatchObject({ state: 'paid', closedBy: null });
      await sale.rest();
      expect(await sale.stateOf(paying.orderId)).toBe('cancelled');
      await sale.expectRight();
    },
  },
];
