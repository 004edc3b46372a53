/**
 * The page's side of the result feed without a browser: what a push means for what is known, how
 * long it waits to connect again, and how much less it asks meanwhile.
 */
import { expect, test } from 'vitest';
import type { OrderView } from '../../contract/order.ts';
import { feedRetryMs, heardOf } from '../../edge/web/feed.js';
import { orderPollMs, placePollMs } from '../../edge/web/schedule.js';

const ORDER: OrderView = { orderId: 'a', saleId: 'phone', state: 'queued', quantity: 1 };

test('a push tells of a next state only', () => {
  const reserved: OrderView = {
    ...ORDER,
    state: 'reserved',
    payBefore: '2026-11-11T00:05:00.000Z',
  };
  expect(heardOf(undefined, reserved)).toBe(reserved);
  expect(heardOf(ORDER, reserved)).toEqual(reserved);
  // Said again it would undo what is known by now, such as who wants it closed.
  expect(heardOf({ ...reserved, closedBy: 'buyer' }, reserved)).toBeUndefined();
  expect(heardOf(ORDER, { ...reserved, orderId: 'b' })?.orderId).toBe('b');
});

test('a push says nothing of the payment, so what is known of it stays', () => {
  const known: OrderView = { ...ORDER, state: 'paid', payment: 'paid' };
  const refunded: OrderView = { ...ORDER, state: 'refunded' };
  expect(heardOf(known, refunded)).toEqual({ ...refunded, payment: 'paid' });
});

test('an order too many is left to the next question', () => {
  const twice: OrderView = { ...ORDER, state: 'rejected', reason: 'duplicate' };
  expect(heardOf({ ...ORDER, orderId: 'b', state: 'reserved' }, twice)).toBeUndefined();
});

test('pages that were cut off together come back apart, and ever less often', () => {
  expect([0, 0.5, 1].map((fraction) => feedRetryMs(0, fraction))).toEqual([500, 2_000, 3_500]);
  expect([0, 1, 2, 9].map((failures) => feedRetryMs(failures, 0.5))).toEqual([
    2_000, 4_000, 8_000, 60_000,
  ]);
});

test('while it is open the page asks a quarter as often', () => {
  const facts = { hasReturned: false, polls: 3, nowMs: 0, fraction: 0.5 };
  const place = {
    place: 3,
    waiting: 9,
    quantity: 1,
    unpaidUnits: 0,
    joinedAt: '2026-11-11T00:00:00.000Z',
  };
  const order: OrderView = { ...ORDER, state: 'reserved' };
  for (const asked of [ORDER, order]) {
    const alone = orderPollMs({ order: asked, ...facts }) ?? 0;
    expect(orderPollMs({ order: asked, ...facts, isFed: true })).toBe(4 * alone);
  }
  const waiting = { place, failures: 0, fraction: 0.5 };
  expect(placePollMs({ ...waiting, isFed: true })).toBe(4 * placePollMs(waiting));
  // Just after the time to pay is over it asks all the same.
  const soon = { ...order, payBefore: new Date(20_000).toISOString() };
  expect(orderPollMs({ order: soon, ...facts, isFed: true })).toBe(21_500);
});
