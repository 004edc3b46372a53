/**
 * Every outcome as HTTP. The snapshot is the contract: programs compare status and type, so a
 * change of either is a breaking one, however small it looks here.
 */
import { describe, expect, test } from 'vitest';
import { orderViewSchema } from '../../contract/order.ts';
import { httpOf, type Outcome } from '../../contract/outcomes.ts';
import { problemSchema } from '../../contract/problem.ts';

const order = {
  orderId: 'q83vASNFZ4mrze8BI0VniQ',
  saleId: 'phone',
  state: 'queued',
  quantity: 1,
} as const;
const opensAtMs = Date.UTC(2026, 10, 11);
const nowMs = opensAtMs - 90_500;

/** One of each kind; the type makes a missing kind a compile error. */
const OUTCOMES: { [Kind in Outcome['kind']]: Extract<Outcome, { kind: Kind }> } = {
  accepted: { kind: 'accepted', order },
  order: { kind: 'order', order: { ...order, state: 'rejected', reason: 'sold-out' } },
  'not-open': { kind: 'not-open', opensAtMs, nowMs, paused: false },
  ended: { kind: 'ended' },
  'sold-out': { kind: 'sold-out' },
  'not-drawn': { kind: 'not-drawn', retryAfterMs: 60_000 },
  'too-fast': { kind: 'too-fast', retryAfterMs: 250 },
  recovering: { kind: 'recovering' },
  overloaded: { kind: 'overloaded', retryAfterMs: 1_000 },
  'key-reused': { kind: 'key-reused' },
  'unknown-sale': { kind: 'unknown-sale' },
  'unknown-order': { kind: 'unknown-order' },
  'unknown-route': { kind: 'unknown-route' },
  'invalid-request': {
    kind: 'invalid-request',
    errors: [{ field: 'body.quantity', message: 'must be at least 1' }],
  },
  'body-too-large': { kind: 'body-too-large', limitBytes: 8_192 },
  unauthenticated: { kind: 'unauthenticated', reason: 'the token has expired' },
  'no-pass': { kind: 'no-pass', reason: 'forged' },
  'foreign-page': { kind: 'foreign-page' },
  conflict: { kind: 'conflict', reason: 'the sale has ended' },
  'not-payable': { kind: 'not-payable', reason: 'it is expired' },
  'not-cancellable': { kind: 'not-cancellable', reason: 'it is paid' },
  'payment-unavailable': { kind: 'payment-unavailable', retryAfterMs: 2_000 },
  'bad-signature': { kind: 'bad-signature', reason: 'no signature matches' },
  'no-waitlist': { kind: 'no-waitlist' },
  'not-sold-out': { kind: 'not-sold-out' },
  'waitlist-full': { kind: 'waitlist-full' },
  'has-order': { kind: 'has-order' },
  'not-waiting': { kind: 'not-waiting' },
  'not-human': { kind: 'not-human' },
  'not-invited': { kind: 'not-invited', reason: 'a presale code is needed' },
  internal: { kind: 'internal' },
};
const all = Object.values(OUTCOMES);
const refusals = all.filter(({ kind }) => kind !== 'accepted' && kind !== 'order');

test('all of them, as they are sent', () => {
  const sent = Object.fromEntries(all.map((outcome) => [outcome.kind, httpOf(outcome)]));
  expect(sent).toMatchSnapshot();
});

describe.each(refusals)('$kind', (outcome) => {
  const { status, headers, body } = httpOf(outcome);

  test('is a problem of its own type', () => {
    const problem = problemSchema.strict().parse(body);
    expect(problem.status).toBe(status);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(problem.type).toBe(`/problems/${outcome.kind}`);
    expect(headers['content-type']).toBe('application/problem+json');
  });

  test('says when to come back exactly when that may help', () => {
    const passes = [
      ...['not-open', 'sold-out', 'not-drawn', 'too-fast', 'recovering', 'overloaded'],
      ...['payment-unavailable', 'not-sold-out', 'waitlist-full'],
    ];
    expect('retry-after' in headers).toBe(passes.includes(outcome.kind));
    if (status === 429 || status === 503) expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  });
});

test('an accepted order says where it is', () => {
  const { status, headers, body } = httpOf(OUTCOMES.accepted);
  expect(status).toBe(202);
  expect(headers.location).toBe(`/api/orders/${order.orderId}`);
  expect(orderViewSchema.strict().parse(body)).toEqual(order);
});

test('an order that is in the book at once is no promise any more', () => {
  const reserved = { ...order, state: 'reserved', payBefore: '2026-11-11T00:05:00.000Z' } as const;
  const { status, headers, body } = httpOf({ kind: 'accepted', order: reserved });
  expect(status).toBe(200);
  expect(headers.location).toBe(`/api/orders/${order.orderId}`);
  expect(orderViewSchema.strict().parse(body)).toEqual(reserved);
});

test('a paused sale is asked again soon, not at its opening', () => {
  const { headers, body } = httpOf({ ...OUTCOMES['not-open'], paused: true });
  expect(headers['retry-after']).toBe('5');
  expect(body).toMatchObject({ title: 'The sale is paused' });
  const late = httpOf({ ...OUTCOMES['not-open'], nowMs: opensAtMs + 5 });
  expect(late.headers['retry-after']).toBe('1');
});
