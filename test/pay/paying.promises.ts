/** Going to pay and being paid, on every database. */
import { expect } from 'vitest';
import type { PayPromise } from './exercise.ts';
import { startPaying } from './pay.stage.ts';

export const payingPromises: readonly PayPromise[] = [
  {
    promise: 'the buyer gets a page for all of the quantity, and the event pays',
    async check(stage) {
      const sale = await stage.paySale(3, { price: 500, currency: 'EUR' });
      const [orderId = ''] = await sale.orders(['anna'], 2);
      const started = await stage.payments.start(orderId, 'anna');
      const paymentId = `pay_${orderId}_1`;
      const payBefore = new Date((await sale.row('anna'))?.payBeforeMs ?? 0).toISOString();
      expect(started).toEqual({ paymentId, url: `https://pay.test/${paymentId}`, payBefore });
      const [payment] = await sale.paymentRows();
      expect(payment).toMatchObject({ state: 'open', amount: 1_000, currency: 'EUR', live: 1 });
      stage.fake.pay(paymentId);
      expect(await sale.hear(paymentId, 'paid')).toEqual({ kind: 'taken' });
      expect(await sale.stateOf(orderId)).toBe('paid');
      expect(await sale.counters()).toMatchObject({ free: 1, reserved: 0, paid: 2 });
      expect((await sale.paymentRows())[0]).toMatchObject({ state: 'paid', live: null });
      await sale.expectRight();
    },
  },

  {
    promise: 'a second click, and ten at once, get the same page',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      const clicks = Array.from({ length: 10 }, () => stage.payments.start(orderId, 'anna'));
      const pages = new Set((await Promise.all(clicks)).map((page) => JSON.stringify(page)));
      expect(pages.size).toBe(1);
      expect(JSON.stringify(await stage.payments.start(orderId, 'anna'))).toBe([...pages][0]);
      expect(await sale.paymentRows()).toHaveLength(1);
    },
  },

  {
    promise: 'nobody pays for somebody else, nor an order that is not there',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      const unknown = { kind: 'unknown-order' };
      expect(await stage.payments.start(orderId, 'bert')).toEqual(unknown);
      expect(await stage.payments.start(`${orderId.slice(0, 20)}xx`, 'anna')).toEqual(unknown);
      expect(await sale.paymentRows()).toEqual([]);
    },
  },

  {
    promise: 'nobody begins to pay once the time is over',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      await sale.timeUp(orderId);
      const late = { kind: 'not-payable', reason: 'the time to pay is over' };
      expect(await stage.payments.start(orderId, 'anna')).toEqual(late);
    },
  },

  {
    promise: 'a provider that is away costs the buyer another click, not the order',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      stage.fake.faults.away = 1;
      const away = await stage.payments.start(orderId, 'anna');
      expect(away).toMatchObject({ kind: 'payment-unavailable' });
      expect((await sale.paymentRows())[0]).toMatchObject({ state: 'opening', sessionId: null });
      expect(await startPaying(stage.payments, orderId, 'anna')).toBe(`pay_${orderId}_1`);
      expect(await sale.paymentRows()).toHaveLength(1);
    },
  },

  {
    promise: 'an opening whose answer was lost ends as the same session',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      stage.fake.faults.loseAnswers = 1;
      await stage.payments.start(orderId, 'anna');
      await sale.rest();
      const [payment] = await sale.paymentRows();
      expect(payment).toMatchObject({ state: 'open', sessionId: `session of pay_${orderId}_1` });
    },
  },

  {
    promise: 'a provider that refuses ends the attempt and leaves the order',
    async check(stage) {
      const sale = await stage.paySale(1, { freeOnPaymentFailure: true });
      const [orderId = ''] = await sale.orders(['anna']);
      stage.fake.faults.refuses = true;
      const refused = { kind: 'not-payable', reason: 'the payment provider refuses it' };
      expect(await stage.payments.start(orderId, 'anna')).toEqual(refused);
      expect((await sale.paymentRows())[0]).toMatchObject({ state: 'failed', live: null });
      expect(await sale.stateOf(orderId)).toBe('reserved');
      stage.fake.heal();
      expect(await startPaying(stage.payments, orderId, 'anna')).toBe(`pay_${orderId}_2`);
    },
  },

  {
    promise: 'a failed payment can be tried again until the deadline',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.hear(paymentId, 'failed');
      expect(await sale.stateOf(orderId)).toBe('reserved');
      const second = await startPaying(stage.payments, orderId, 'anna');
      expect(second).toBe(`pay_${orderId}_2`);
      expect(await stage.payments.newestOf([orderId])).toEqual(new Map([[orderId, 'open']]));
      stage.fake.pay(second);
      await sale.hear(second, 'paid');
      expect(await sale.stateOf(orderId)).toBe('paid');
      await sale.expectRight();
    },
  },

  {
    promise: 'a failed payment frees the unit at once where the operator says so',
    async check(stage) {
      const sale = await stage.paySale(1, { freeOnPaymentFailure: true });
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.hear(paymentId, 'failed');
      expect(await sale.row('anna')).toMatchObject({ state: 'cancelled', closedBy: 'payment' });
      expect(await sale.counters()).toMatchObject({ free: 1, reserved: 0 });
      expect(await stage.payments.start(orderId, 'anna')).toMatchObject({ kind: 'not-payable' });
      await sale.expectRight();
    },
  },

  {
    promise: 'a free order is paid by the click, and no provider hears of it',
    async check(stage) {
      const sale = await stage.paySale(1, { price: 0 });
      const [orderId = ''] = await sale.orders(['anna']);
      const before = stage.fake.calls.length;
      const started = await stage.payments.start(orderId, 'anna');
      expect(started).toMatchObject({ url: `https://shop.test/${sale.saleId}?order=${orderId}` });
      expect(await sale.stateOf(orderId)).toBe('paid');
      expect(await stage.payments.start(orderId, 'anna')).toEqual(started);
      stage.steps.length = 0;
      await stage.payments.refund(orderId, { restock: true });
      expect(await sale.stateOf(orderId)).toBe('refunded');
      expect(stage.steps, 'no money goes back').toEqual([]);
      expect(stage.fake.calls.length).toBe(before);
      expect(await sale.paymentRows()).toEqual([]);
    },
  },

  {
    promise: 'a poll finds the payment whose event never came',
    async check(stage) {
      const sale = await stage.paySale(2);
      const anna = await sale.openPayment('anna');
      const bert = await sale.openPayment('bert');
      stage.fake.pay(anna.paymentId);
      await sale.dueNow();
      const beforeMs = Date.now();
      await stage.workDue();
      expect(await sale.stateOf(anna.orderId)).toBe('paid');
      expect(await sale.stateOf(bert.orderId)).toBe('reserved');
      const open = (await sale.paymentRows()).find(({ state }) => state === 'open');
      expect(open).toMatchObject({ orderId: bert.orderId, tries: 1 });
      expect(open?.dueAtMs).toBeGreaterThan(beforeMs + 10_000);
    },
  },

  {
    promise: 'the operator sees pages of payments',
    async check(stage) {
      const sale = await stage.paySale(3);
      for (const buyerId of ['anna', 'bert', 'carl']) await sale.openPayment(buyerId);
      const { saleId } = sale;
      const all = await stage.payments.list({ saleId, limit: 10 });
      const ids = all.map(({ paymentId }) => paymentId);
      expect(ids).toEqual((await sale.paymentRows()).map(({ paymentId }) => paymentId));
      const [first, ...rest] = ids;
      const page = await stage.payments.list({ saleId, after: first, limit: 10 });
      expect(page.map(({ paymentId }) => paymentId)).toEqual(rest);
      expect(await stage.payments.list({ saleId, limit: 2 })).toEqual(all.slice(0, 2));
      expect(await stage.payments.list({ saleId, state: 'paid', limit: 10 })).toEqual([]);
      expect(await stage.payments.newestOf([])).toEqual(new Map());
    },
  },
];
