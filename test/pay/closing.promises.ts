/**
 * Orders that are closed while somebody may be paying them, on every database: the provider's word
 * decides, each order is resolved once, and its unit is free only after that.
 */
import { expect } from 'vitest';
import { expireDue } from '../../origin/sweep/expire.ts';
import type { PayPromise } from './exercise.ts';

export const closingPromises: readonly PayPromise[] = [
  {
    promise: 'the unit is free only when the provider has confirmed',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.timeUp(orderId);
      expect(await expireDue(stage.book, { limit: 10 })).toBe(1);
      const row = await sale.row('anna');
      expect(row).toMatchObject({ state: 'reserved', closedBy: 'deadline' });
      expect((await sale.paymentRows())[0]).toMatchObject({ state: 'cancelling', live: 1 });
      expect(await sale.counters()).toMatchObject({ free: 0, reserved: 1 });
      expect(await stage.payments.start(orderId, 'anna')).toMatchObject({ kind: 'not-payable' });
      expect(await expireDue(stage.book, { limit: 10 })).toBe(0);
      await stage.workDue();
      expect(await sale.row('anna')).toMatchObject({ state: 'expired', closedBy: 'deadline' });
      expect(stage.fake.session(paymentId).status).toBe('cancelled');
      expect(await sale.counters()).toMatchObject({ free: 1, reserved: 0 });
      await sale.expectRight();
    },
  },

  {
    promise: 'money that is there at the cancelling wins',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.timeUp(orderId);
      await sale.expireAll();
      stage.fake.pay(paymentId);
      await stage.workDue();
      expect(await sale.row('anna')).toMatchObject({ state: 'paid', closedBy: null });
      await sale.expectRight();
    },
  },

  {
    promise: 'the paid event between the deadline and the cancelling wins',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.timeUp(orderId);
      await sale.expireAll();
      stage.fake.pay(paymentId);
      await sale.hear(paymentId, 'paid');
      expect(await stage.workDue()).toBe(0);
      expect(await sale.stateOf(orderId)).toBe('paid');
      await sale.expectRight();
    },
  },

  {
    promise: 'a provider that is away for a while delays, and loses nothing',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId } = await sale.openPayment('anna');
      await sale.timeUp(orderId);
      await sale.expireAll();
      stage.fake.faults.away = Number.POSITIVE_INFINITY;
      let dueAtMs = 0;
      for (const tries of [1, 2, 3]) {
        await sale.dueNow();
        const beforeMs = Date.now();
        expect(await stage.workDue()).toBe(1);
        const [payment] = await sale.paymentRows();
        expect(payment).toMatchObject({ state: 'cancelling', tries });
        dueAtMs = payment?.dueAtMs ?? 0;
        expect(dueAtMs).toBeGreaterThan(beforeMs + 400);
      }
      const worked = await stage.workDue();
      if (Date.now() < dueAtMs) expect(worked).toBe(0);
      expect(await sale.counters()).toMatchObject({ free: 0, reserved: 1 });
      stage.fake.heal();
      await sale.rest();
      expect(await sale.stateOf(orderId)).toBe('expired');
      await sale.expectRight();
    },
  },

  {
    promise: 'a lost answer to the cancelling is asked for again',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.timeUp(orderId);
      await sale.expireAll();
      stage.fake.faults.loseAnswers = 1;
      await stage.workDue();
      expect(stage.fake.session(paymentId).status).toBe('cancelled');
      expect(await sale.stateOf(orderId)).toBe('reserved');
      await sale.rest();
      expect(await sale.stateOf(orderId)).toBe('expired');
      await sale.expectRight();
    },
  },

  {
    promise: 'a transfer under way keeps its order until it is decided',
    async check(stage) {
      const sale = await stage.paySale(2);
      const anna = await sale.openPayment('anna');
      const bert = await sale.openPayment('bert');
      for (const { paymentId } of [anna, bert]) {
        stage.fake.session(paymentId).status = 'processing';
      }
      await sale.timeUp(anna.orderId, bert.orderId);
      await sale.expireAll();
      await sale.dueNow();
      await stage.workDue();
      expect(await sale.counters()).toMatchObject({ free: 0, reserved: 2 });
      stage.fake.pay(anna.paymentId);
      stage.fake.session(bert.paymentId).status = 'failed';
      await sale.rest();
      expect(await sale.stateOf(anna.orderId)).toBe('paid');
      expect(await sale.row('bert')).toMatchObject({ state: 'expired', closedBy: 'deadline' });
      await sale.expectRight();
    },
  },

  {
    promise: 'an order closed while its page is being opened shows no page',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      stage.fake.faults.before = async (call) => {
        if (call === 'open') await sale.cancel({ orderId, buyerId: 'anna', by: 'buyer' });
      };
      const closed = { kind: 'not-payable', reason: 'it is being closed' };
      expect(await stage.payments.start(orderId, 'anna')).toEqual(closed);
      const [payment] = await sale.paymentRows();
      expect(payment?.sessionId).toBe(`session of pay_${orderId}_1`);
      stage.fake.heal();
      await sale.rest();
      expect(await sale.row('anna')).toMatchObject({ state: 'cancelled', closedBy: 'buyer' });
      expect(stage.fake.session(`pay_${orderId}_1`).status).toBe('cancelled');
      await sale.expectRight();
    },
  },

  {
    promise: 'an opening that nobody saw is closed without the provider',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      stage.fake.faults.away = Number.POSITIVE_INFINITY;
      await stage.payments.start(orderId, 'anna');
      await sale.timeUp(orderId);
      await sale.rest();
      expect(await sale.stateOf(orderId)).toBe('expired');
      await sale.expectRight();
    },
  },

  {
    promise: 'a page that opens after its order was closed takes no money',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      stage.fake.faults.after = async (call) => {
        if (call !== 'open') return;
        await sale.timeUp(orderId);
        await sale.rest();
      };
      expect(await stage.payments.start(orderId, 'anna')).toMatchObject({ kind: 'not-payable' });
      expect(await sale.stateOf(orderId)).toBe('expired');
      expect(stage.fake.session(`pay_${orderId}_1`).status).toBe('cancelled');
      await sale.expectRight();
    },
  },

  {
    promise: 'two workers at once do no harm',
    async check(stage) {
      const sale = await stage.paySale(6);
      const orderIds = await sale.orders(['a', 'b', 'c', 'd', 'e', 'f']);
      for (const [index, orderId] of orderIds.entries()) {
        const buyerId = 'abcdef'[index] ?? '';
        await stage.payments.start(orderId, buyerId);
        if (index % 2 === 0) stage.fake.pay(`pay_${orderId}_1`);
      }
      await sale.timeUp(...orderIds);
      await Promise.all([sale.expireAll(), sale.expireAll()]);
      await Promise.all([stage.workDue(), stage.workDue(), stage.workDue()]);
      await sale.rest();
      const states = await Promise.all(orderIds.map(sale.stateOf));
      expect(states).toEqual(['paid', 'expired', 'paid', 'expired', 'paid', 'expired']);
      await sale.expectRight();
    },
  },

  {
    promise: 'a worker that may not go on stops, also in the middle',
    async check(stage) {
      const sale = await stage.paySale(3);
      for (const buyerId of ['anna', 'bert', 'carl']) await sale.openPayment(buyerId);
      await sale.dueNow();
      const calls = stage.fake.calls.length;
      expect(await stage.payments.workDue(() => false)).toBe(0);
      expect(stage.fake.calls.length).toBe(calls);
      let left = 2;
      await stage.payments.workDue(() => {
        left -= 1;
        return left >= 0;
      });
      expect(stage.fake.calls.length).toBe(calls + 1);
    },
  },

  {
    promise: 'a payment that breaks everything it touches does not hold up the others',
    async check(stage) {
      const sale = await stage.paySale(2);
      const [anna, bert] = [await sale.openPayment('anna'), await sale.openPayment('bert')];
      stage.fake.pay(bert.paymentId);
      stage.fake.faults.before = (_, paymentId) => {
        if (paymentId === anna.paymentId) throw new TypeError('a mistake in the program');
      };
      await sale.dueNow();
      await expect(stage.workDue()).rejects.toThrow('a mistake in the program');
      expect(await sale.stateOf(bert.orderId)).toBe('paid');
      expect(await stage.workDue()).toBe(0);
      const open = (await sale.paymentRows()).find(({ state }) => state === 'open');
      expect(open).toMatchObject({ paymentId: anna.paymentId, tries: 1 });
    },
  },
];
