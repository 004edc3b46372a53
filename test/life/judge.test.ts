/** Each judge sees the breach that it is there for, in records that were right before. */
import { describe, expect, it } from 'vitest';
import type { OrderResult } from '../../origin/results/result.ts';
import { judgeLife } from './judge.ts';
import type { Records } from './records.ts';

/** Two units: the first order was cancelled, and the line's first has its unit and paid for it. */
function rightRecords(): Records {
  return {
    ...{ units: 2, free: 1, waiting: 0 },
    orders: [
      { orderId: 'a', buyerId: 'ann', state: 'cancelled', quantity: 1, live: null },
      { orderId: 'b', buyerId: 'bob', state: 'paid', quantity: 1, live: 1 },
    ],
    results: [
      { seq: 1, orders: [step('a', 'reserved')] },
      { seq: 2, orders: [step('a', 'cancelled'), step('b', 'reserved')] },
      { seq: 3, orders: [step('b', 'paid')] },
    ],
    waiters: [{ number: 7, buyerId: 'bob', state: 'served', orderId: 'b' }],
    payments: [
      { paymentId: 'pa', orderId: 'a', state: 'refunded', sessionId: 'sa' },
      { paymentId: 'pb', orderId: 'b', state: 'paid', sessionId: 'sb' },
    ],
    sessions: [
      { paymentId: 'pa', orderId: 'a', status: 'paid', refunded: 1, moneyDueAtMs: null },
      { paymentId: 'pb', orderId: 'b', status: 'paid', refunded: 0, moneyDueAtMs: null },
    ],
  };
}

function step(orderId: string, state: OrderResult['state']): OrderResult {
  const times = { reservedAtMs: 1, payBeforeMs: 2 };
  const closedBy = state === 'cancelled' ? 'buyer' : undefined;
  return { orderId, buyerId: 'x', quantity: 1, state, reason: undefined, closedBy, ...times };
}

type Breach = (records: Records) => unknown;

const BREACHES: Record<string, [Breach, finding: string]> = {
  'a unit that is neither paid nor free': [
    (records) => Object.assign(records, { free: 0 }),
    '1 paid and 0 free units are not 2',
  ],
  'a second resolution': [
    ({ results }) => results.push({ seq: 4, orders: [step('a', 'expired')] }),
    'a went reserved cancelled expired',
  ],
  'a number that is missing': [
    ({ results }) => Object.assign(results[2] ?? {}, { seq: 4 }),
    'result 3 is numbered 4',
  ],
  'money that was not given back': [
    ({ sessions }) => Object.assign(sessions[0] ?? {}, { refunded: 0 }),
    'pa: money for an order that is cancelled',
  ],
  'a paid order without money': [
    ({ sessions }) => Object.assign(sessions[1] ?? {}, { refunded: 1 }),
    'b is paid 0 times',
  ],
  'a refund of nothing': [
    ({ sessions }) => Object.assign(sessions[0] ?? {}, { status: 'cancelled' }),
    'pa: refunded without money',
  ],
  'somebody who was passed over': [
    (records) => {
      records.waiters.unshift({ number: 3, buyerId: 'cat', state: 'waiting', orderId: null });
      Object.assign(records, { waiting: 1, free: 1 });
    },
    '7 was served while 3 waits',
  ],
  'a turn out of order': [
    ({ waiters }) => waiters.unshift({ number: 8, buyerId: 'ann', state: 'served', orderId: 'a' }),
    '7 was served after 8',
  ],
  'an order in the line': [
    ({ waiters }) => waiters.push({ number: 9, buyerId: 'bob', state: 'waiting', orderId: null }),
    '9 waits, and bob has an order',
  ],
  'a promise that was not kept': [() => {}, 'b was never expired'],
};

describe('the judges of a sale that came to its end', () => {
  const heard = [{ buyerId: 'bob', answer: '200', orderId: 'b', state: 'paid' }];

  it('find nothing in records that are right', () => {
    expect(judgeLife(rightRecords(), heard)).toEqual([]);
  });

  it.each(Object.entries(BREACHES))('see %s', (_name, [breach, finding]) => {
    const records = rightRecords();
    breach(records);
    const told = [...heard, { buyerId: 'bob', answer: '200', orderId: 'b', state: 'expired' }];
    expect(judgeLife(records, finding.includes('never') ? told : heard)).toContain(finding);
  });
});
