/** Events in any order, repeated, forged or late, and money that goes back, on every database. */
import { expect } from 'vitest';
import type { PayPromise } from './exercise.ts';
import { startPaying } from './pay.stage.ts';

const taken = { kind: 'taken' };

export const eventPromises: readonly PayPromise[] = [
  {
    promise: 'an event counts once, also when it comes five times at one moment',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { paymentId } = await sale.openPayment('anna');
      stage.fake.pay(paymentId);
      stage.steps.length = 0;
      const repeats = Array.from({ length: 5 }, () => sale.hear(paymentId, 'paid', 'event-5'));
      expect(await Promise.all(repeats)).toEqual(Array(5).fill(taken));
      expect(stage.steps).toEqual(['paid']);
      expect(await sale.events(paymentId)).toEqual([{ eventId: 'event-5', kind: 'paid' }]);
      expect((await sale.results()).map(({ orders }) => orders[0]?.state)).toEqual([
        'reserved',
        'paid',
      ]);
      await sale.expectRight();
    },
  },

  {
    promise: 'one that is not signed, or is for another provider, changes nothing',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      const { body } = stage.fake.event(paymentId, 'paid');
      const forged = await stage.payments.takeEvent('sandbox', { body, headers: {} }, 1);
      expect(forged).toEqual({ kind: 'bad-signature', reason: 'forged' });
      const event = stage.fake.event(paymentId, 'paid');
      const elsewhere = await stage.payments.takeEvent('stripe', event, 1);
      expect(elsewhere).toEqual({ kind: 'unknown-route' });
      expect(await sale.stateOf(orderId)).toBe('reserved');
    },
  },

  {
    promise: 'one of a payment that nobody knows is taken, and written to the log',
    async check(stage) {
      const sale = await stage.paySale(1);
      stage.log.lines.length = 0;
      expect(await sale.hear('pay_nothing_1', 'paid')).toEqual(taken);
      expect(stage.log.lines).toEqual(['warn event of no payment']);
    },
  },

  {
    promise: 'money for an order that expired goes back, once',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.timeUp(orderId);
      await sale.rest();
      expect(await sale.stateOf(orderId)).toBe('expired');
      stage.fake.payAnyway(paymentId);
      await sale.hear(paymentId, 'paid');
      const [payment] = await sale.paymentRows();
      expect(payment).toMatchObject({ state: 'refunding', refundReason: 'late' });
      await sale.hear(paymentId, 'paid');
      const calls = stage.fake.calls.length;
      await sale.rest();
      await sale.rest();
      expect(stage.fake.calls.slice(calls)).toEqual([`refund ${paymentId}`]);
      expect((await sale.paymentRows())[0]).toMatchObject({ state: 'refunded', dueAtMs: null });
      expect(await sale.counters()).toMatchObject({ free: 1, reserved: 0, paid: 0 });
      await sale.expectRight();
    },
  },

  {
    promise: 'a second payment of an order goes back',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId: first } = await sale.openPayment('anna');
      await sale.hear(first, 'failed');
      const second = await startPaying(stage.payments, orderId, 'anna');
      stage.fake.payAnyway(second);
      await sale.hear(second, 'paid');
      stage.fake.payAnyway(first);
      await sale.hear(first, 'paid');
      await sale.rest();
      const states = (await sale.paymentRows()).map((row) => [row.state, row.refundReason]);
      expect(states).toEqual([
        ['refunded', 'twice'],
        ['paid', null],
      ]);
      await sale.expectRight();
    },
  },

  {
    promise: 'money of an attempt that was given up pays, and ends the one after it',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId: first } = await sale.openPayment('anna');
      await sale.hear(first, 'failed');
      const second = await startPaying(stage.payments, orderId, 'anna');
      stage.fake.payAnyway(first);
      await sale.hear(first, 'paid');
      expect(await sale.stateOf(orderId)).toBe('paid');
      await sale.rest();
      const states = (await sale.paymentRows()).map(({ state }) => state);
      expect(states).toEqual(['paid', 'cancelled']);
      expect(stage.fake.session(second).status).toBe('cancelled');
      await sale.expectRight();
    },
  },

  {
    promise: 'a paid event finds a payment whose opening was not answered yet',
    async check(stage) {
      const sale = await stage.paySale(1);
      const [orderId = ''] = await sale.orders(['anna']);
      stage.fake.faults.loseAnswers = 1;
      await stage.payments.start(orderId, 'anna');
      const paymentId = `pay_${orderId}_1`;
      stage.fake.pay(paymentId);
      await sale.hear(paymentId, 'paid');
      expect(await sale.stateOf(orderId)).toBe('paid');
      // Its session was never kept: the refund has to learn it first.
      await stage.payments.refund(orderId, { restock: true });
      await sale.rest();
      expect((await sale.paymentRows())[0]).toMatchObject({ state: 'refunded' });
      await sale.expectRight();
    },
  },

  {
    promise: 'events in any order end the same way',
    async check(stage) {
      const orders: ('paid' | 'failed' | 'cancelled' | 'refunded')[][] = [
        ['failed', 'cancelled', 'paid'],
        ['paid', 'failed', 'cancelled'],
        ['cancelled', 'paid', 'failed'],
      ];
      const sale = await stage.paySale(orders.length);
      for (const [index, events] of orders.entries()) {
        const { orderId, paymentId } = await sale.openPayment(`buyer-${index}`);
        stage.fake.pay(paymentId);
        for (const what of events) await sale.hear(paymentId, what);
        expect(await sale.stateOf(orderId), events.join(' ')).toBe('paid');
      }
      await sale.expectRight();
    },
  },

  {
    promise: 'money that was given back over there takes order and unit along',
    async check(stage) {
      const sale = await stage.paySale(2);
      const { orderId, paymentId } = await sale.openPayment('anna');
      stage.fake.pay(paymentId);
      await sale.hear(paymentId, 'paid');
      stage.fake.session(paymentId).refunds = 1;
      await sale.hear(paymentId, 'refunded');
      await sale.hear(paymentId, 'refunded');
      expect(await sale.stateOf(orderId)).toBe('refunded');
      const [payment] = await sale.paymentRows();
      expect(payment).toMatchObject({ state: 'refunded', refundReason: 'provider' });
      expect(await sale.counters()).toMatchObject({ units: 1, free: 1, paid: 0 });
      await sale.expectRight();
    },
  },

  {
    promise: 'a refund by the operator is one, however often it is asked for',
    async check(stage) {
      const sale = await stage.paySale(1);
      const { orderId, paymentId } = await sale.openPayment('anna');
      const early = await stage.payments.refund(orderId, { restock: true });
      expect(early).toEqual({ kind: 'conflict', reason: 'it is reserved' });
      stage.fake.pay(paymentId);
      await sale.hear(paymentId, 'paid');
      const refunds = Array.from({ length: 5 }, () =>
        stage.payments.refund(orderId, { restock: true }),
      );
      for (const refund of await Promise.all(refunds)) {
        expect(refund).toMatchObject({ state: 'refunded', closedBy: 'operator' });
      }
      stage.fake.faults.slowRefund = true;
      await sale.dueNow();
      await stage.workDue();
      expect((await sale.paymentRows())[0]).toMatchObject({ state: 'refunding', tries: 1 });
      stage.fake.faults.slowRefund = false;
      await sale.rest();
      const [payment] = await sale.paymentRows();
      expect(payment).toMatchObject({ state: 'refunded', refundReason: 'operator' });
      expect(await sale.counters()).toMatchObject({ free: 1, paid: 0 });
      expect(await stage.payments.refund('x'.repeat(22), { restock: true })).toEqual({
        kind: 'unknown-order',
      });
      await sale.expectRight();
    },
  },

  {
    promise: 'a refund that the provider refuses waits for a person, and holds nobody up',
    async check(stage) {
      const sale = await stage.paySale(2);
      const { orderId, paymentId } = await sale.openPayment('anna');
      await sale.hear(paymentId, 'paid');
      await stage.payments.refund(orderId, { restock: true });
      const bert = await sale.openPayment('bert');
      stage.fake.pay(bert.paymentId);
      await sale.dueNow();
      expect(await stage.workDue()).toBe(2);
      expect(await sale.stateOf(bert.orderId)).toBe('paid');
      const rows = await sale.paymentRows();
      const refused = rows.find(({ state }) => state === 'refunding');
      expect(refused?.dueAtMs).toBeGreaterThan(Date.now() + 100_000);
      // The person made it right over there.
      stage.fake.payAnyway(paymentId);
      await sale.rest();
      await sale.expectRight();
    },
  },
];
