/** What the shop is told of an order. */
import { expect, test } from 'vitest';
import { noticesOf } from '../../../origin/notify/notice.ts';
import { decodeResults, encodeResults, type OrderResult } from '../../../origin/results/result.ts';

const ORDER: OrderResult = {
  orderId: 'q83vASNFZ4mrze8BI0VniQ',
  buyerId: 'buyer-1',
  quantity: 2,
  state: 'reserved',
  reason: undefined,
  closedBy: undefined,
  reservedAtMs: 1_000,
  payBeforeMs: 300_000,
};
const AT_MS = Date.parse('2026-11-22T04:00:00.000Z');

const noticeOf = (change: Partial<OrderResult>) => {
  const row = { saleId: 'phone', seq: 1, atMs: AT_MS, orders: [{ ...ORDER, ...change }] };
  return noticesOf(row)[0];
};
const dataOf = (change: Partial<OrderResult>) => JSON.parse(noticeOf(change)?.payload ?? '').data;

test('a reservation', () => {
  const notice = noticeOf({});
  expect(notice).toMatchObject({
    deliveryId: 'q83vASNFZ4mrze8BI0VniQ.order.reserved',
    orderId: ORDER.orderId,
    saleId: 'phone',
    type: 'order.reserved',
  });
  expect(JSON.parse(notice?.payload ?? '')).toEqual({
    type: 'order.reserved',
    timestamp: '2026-11-22T04:00:00.000Z',
    data: {
      orderId: ORDER.orderId,
      saleId: 'phone',
      buyerId: 'buyer-1',
      quantity: 2,
      state: 'reserved',
      payBefore: '1970-01-01T00:05:00.000Z',
    },
  });
});

test('no other state says until when to pay, and each says why it came to that', () => {
  expect(dataOf({ state: 'paid' })).not.toHaveProperty('payBefore');
  expect(dataOf({ state: 'expired', closedBy: 'deadline' })).toMatchObject({
    state: 'expired',
    closedBy: 'deadline',
  });
  expect(dataOf({ state: 'rejected', reason: 'sold-out' })).toMatchObject({ reason: 'sold-out' });
});

test('the same result is the same notice, another state another', () => {
  expect(noticeOf({})).toEqual(noticeOf({}));
  expect(noticeOf({ state: 'paid' })?.deliveryId).not.toBe(noticeOf({})?.deliveryId);
});

test('a sampled order’s goes on with its trace, which is no part of the body', () => {
  const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`;
  const [order] = decodeResults(encodeResults([{ ...ORDER, traceparent }]));
  expect(order?.traceparent).toBe(traceparent);
  const notice = noticeOf({ traceparent });
  expect(notice?.traceparent).toBe(traceparent);
  expect(notice?.payload).toBe(noticeOf({})?.payload);
  // As it was before there were traces.
  expect(JSON.parse(encodeResults([ORDER]))[0]).toHaveLength(8);
  expect(decodeResults(encodeResults([ORDER]))).toEqual([ORDER]);
});
