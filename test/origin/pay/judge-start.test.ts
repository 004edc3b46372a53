/** Who may go and pay, and with which payment. */
import { expect, test } from 'vitest';
import type { LockedOrder } from '../../../origin/close/lock-orders.ts';
import { judgeStart, MAX_ATTEMPTS, whyNotShown } from '../../../origin/pay/judge-start.ts';
import { type PaymentRow, paymentIdOf } from '../../../origin/pay/payment-rows.ts';

const order: LockedOrder = {
  orderId: 'order-1'.padEnd(22, '-'),
  saleId: 'phone',
  buyerId: 'buyer-1',
  quantity: 1,
  state: 'reserved',
  epoch: 1,
  reservedAtMs: 1,
  payBeforeMs: 1_000,
  closedBy: null,
};
const paymentOf = (attempt: number, change: Partial<PaymentRow> = {}): PaymentRow => ({
  ...{ paymentId: paymentIdOf(order.orderId, attempt), attempt, orderId: order.orderId },
  ...{ saleId: 'phone', buyerId: 'buyer-1', provider: 'sandbox', state: 'open' },
  ...{ refundReason: null, amount: 100, currency: 'EUR', payBeforeMs: 1_000 },
  ...{ sessionId: 'session', url: 'https://pay', openedAtMs: 1, changedAtMs: 1, tries: 0 },
  ...change,
});

test('the first attempt begins, and the next after one that ended', () => {
  expect(judgeStart(order, [], 999)).toEqual({ kind: 'begin', attempt: 1 });
  const ended = [paymentOf(1, { state: 'failed' }), paymentOf(2, { state: 'cancelled' })];
  expect(judgeStart(order, ended, 999)).toEqual({ kind: 'begin', attempt: 3 });
});

test('a second click gets the page of the first', () => {
  const payment = paymentOf(1);
  const open = { kind: 'open', payment, url: 'https://pay' };
  expect(judgeStart(order, [payment], 999)).toEqual(open);
});

test('an attempt whose answer was lost goes on', () => {
  const payment = paymentOf(1, { state: 'opening', sessionId: null, url: null });
  expect(judgeStart(order, [payment], 999)).toEqual({ kind: 'go-on', payment });
});

test.each([
  ['the time to pay is over', {}, [], 1_000],
  ['it is paid', { state: 'paid' }, [], 1],
  ['it is expired', { state: 'expired' }, [], 1],
  ['it is being closed', { closedBy: 'buyer' }, [paymentOf(1)], 1],
  ['it is being closed', {}, [paymentOf(1, { state: 'cancelling' })], 1],
  ['it was tried too often', {}, [paymentOf(MAX_ATTEMPTS, { state: 'failed' })], 1],
] as const)('refused: %s', (reason, change, payments, nowMs) => {
  const refused = { kind: 'refused', reason };
  expect(judgeStart({ ...order, ...change }, payments, nowMs)).toEqual(refused);
});

test('a page is shown only while its payment is open and its time is not over', () => {
  expect(whyNotShown(paymentOf(1), 999)).toBeUndefined();
  expect(whyNotShown(paymentOf(1), 1_000)).toBe('the time to pay is over');
  expect(whyNotShown(paymentOf(1, { state: 'cancelling' }), 1)).toBe('it is being closed');
  expect(whyNotShown(paymentOf(1, { state: 'paid' }), 1)).toBe('its payment is paid');
});
