/** The decisions of settling, without a database. */
import { expect, test } from 'vitest';
import type { Reservation } from '../../../contract/log/codec.ts';
import {
  collided,
  countByBucket,
  fitInto,
  sortedOnce,
  unitsOf,
  unitsToGiveBack,
} from '../../../origin/settle/settle-decisions.ts';

const order = (orderId: string, details: Partial<Reservation> = {}): Reservation => ({
  saleId: 'sale',
  epoch: 1,
  bucket: 0,
  orderId,
  buyerId: `buyer-${orderId}`,
  quantity: 1,
  seq: 1,
  reservedAtMs: 0,
  ...details,
});

test('each order id stays once, the first, sorted byte by byte', () => {
  const sorted = sortedOnce([
    order('b', { quantity: 1 }),
    order('a'),
    order('b', { quantity: 2 }),
    order('B'),
    order('_'),
    order('-'),
  ]);
  expect(sorted.map(({ orderId }) => orderId)).toEqual(['-', 'B', '_', 'a', 'b']);
  expect(sorted.at(-1)?.quantity).toBe(1);
});

test('of an order that two epochs handed out, the later one counts', () => {
  const old = order('a', { epoch: 1, seq: 9 });
  const later = order('a', { epoch: 2, seq: 1 });
  expect(sortedOnce([old, later])).toEqual([later]);
  expect(sortedOnce([later, old])).toEqual([later]);
});

test('what was not found collided', () => {
  const orders = [order('a'), order('b')];
  expect(collided(orders, new Map([['a', {}]]))).toEqual([orders[1]]);
});

test('the last units go by epoch, then seq, in whole orders', () => {
  const orders = [
    order('late', { epoch: 2, seq: 1 }),
    order('third', { seq: 3, quantity: 1 }),
    order('second', { seq: 2, quantity: 3 }),
    order('first', { seq: 1, quantity: 2 }),
  ];
  const fit = fitInto(4, orders);
  expect(fit.units).toBe(4);
  expect(fit.rejected.map(({ orderId }) => orderId)).toEqual(['second']);
  expect(fitInto(0, orders)).toMatchObject({ units: 0, rejected: { length: 4 } });
  expect(fitInto(7, orders)).toEqual({ units: 7, rejected: [] });
});

test('counts are of a bucket in an epoch, in one order whatever came first', () => {
  const orders = [
    order('a', { epoch: 2, quantity: 3 }),
    order('b', { bucket: 10 }),
    order('c', { bucket: 9, quantity: 2 }),
    order('d', { epoch: 2 }),
  ];
  expect(countByBucket(orders)).toEqual([
    { epoch: 1, bucket: 9, orders: 1, units: 2 },
    { epoch: 1, bucket: 10, orders: 1, units: 1 },
    { epoch: 2, bucket: 0, orders: 2, units: 4 },
  ]);
  expect(unitsOf(orders)).toBe(7);
});

test('a cancelled order and one beside a head’s give their units back, others do not', () => {
  const alone = { besideHead: false };
  expect(unitsToGiveBack(3, 'cancelled', alone)).toBe(3);
  expect(unitsToGiveBack(3, 'poison', alone)).toBe(3);
  expect(unitsToGiveBack(3, 'duplicate', { besideHead: true })).toBe(3);
  for (const reason of ['sold-out', 'duplicate', 'recovered', null] as const) {
    expect(unitsToGiveBack(3, reason, alone)).toBe(0);
  }
});
