/** Every event of Stripe that moves a payment, and those that look as if they did. */
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { readStripeEvent } from '../../../origin/pay/stripe-events.ts';
import { STRIPE_SECRET, stripeEvent, stripeSignature } from './stripe-tales.ts';

const NOW_MS = 1_795_000_000_000;
const stripe = new Stripe('sk_test_123');
const metadata = { payment_id: 'pay_1' };

function read(body: string, signature = stripeSignature(body, NOW_MS)) {
  const headers = { 'stripe-signature': signature };
  return readStripeEvent(stripe, STRIPE_SECRET, { body, headers, nowMs: NOW_MS });
}

describe('an event that moves a payment', () => {
  const session = { id: 'cs_1', metadata, payment_status: 'paid' };
  test.each([
    ['checkout.session.completed', session, 'paid'],
    ['checkout.session.completed', { ...session, payment_status: 'no_payment_required' }, 'paid'],
    ['checkout.session.async_payment_succeeded', session, 'paid'],
    ['checkout.session.async_payment_failed', session, 'failed'],
    ['checkout.session.expired', session, 'cancelled'],
  ])('%s of a session', (type, object, what) => {
    expect(read(stripeEvent('evt_1', type, object))).toEqual({
      kind: 'event',
      eventId: 'evt_1',
      paymentId: 'pay_1',
      sessionId: 'cs_1',
      what,
    });
  });

  test.each([
    // Made by hand in the dashboard: the refund carries nothing, the charge what it was copied.
    ['charge.refunded', { id: 'ch_1', refunded: true, metadata }],
    ['refund.created', { id: 're_1', status: 'succeeded', metadata }],
    ['refund.updated', { id: 're_1', status: 'succeeded', metadata }],
  ])('%s', (type, object) => {
    const expected = { kind: 'event', eventId: 'evt_1', paymentId: 'pay_1', what: 'refunded' };
    expect(read(stripeEvent('evt_1', type, object))).toEqual(expected);
  });
});

test.each([
  ['checkout.session.completed', { id: 'cs_1', metadata, payment_status: 'unpaid' }],
  ['checkout.session.completed', { id: 'cs_1', metadata: {}, payment_status: 'paid' }],
  ['checkout.session.completed', { id: 'cs_1', metadata: null, payment_status: 'paid' }],
  ['charge.refunded', { id: 'ch_1', refunded: false, amount_refunded: 1, metadata }],
  ['refund.created', { id: 're_1', status: 'pending', metadata }],
  ['refund.updated', { id: 're_1', status: 'failed', metadata }],
  ['refund.updated', { id: 're_1', status: 'succeeded', metadata: {} }],
  ['payment_intent.succeeded', { id: 'pi_1', metadata }],
])('%s with %j is ignored', (type, object) => {
  expect(read(stripeEvent('evt_1', type, object))).toMatchObject({ kind: 'ignored' });
});

describe('the signature', () => {
  const body = stripeEvent('evt_1', 'checkout.session.expired', { id: 'cs_1', metadata });
  const part = (signature: string, name: string) =>
    signature.split(',').filter((field) => field.startsWith(`${name}=`));
  const good = stripeSignature(body, NOW_MS);
  const forged = stripeSignature(body, NOW_MS, 'whsec_old');

  test('may be one of several, while the secret is being changed', () => {
    const several = [...part(good, 't'), ...part(forged, 'v1'), ...part(good, 'v1')].join(',');
    expect(read(body, several)).toMatchObject({ kind: 'event', paymentId: 'pay_1' });
  });

  test('counts in its newest scheme only', () => {
    const old = [...part(good, 't'), ...part(good, 'v1').map((v1) => v1.replace('v1', 'v0'))];
    expect(read(body, old.join(','))).toMatchObject({ kind: 'invalid' });
  });

  test('covers the time that it names', () => {
    const fresher = good.replace(/t=\d+/, `t=${NOW_MS / 1000 + 1}`);
    expect(read(body, fresher)).toMatchObject({ kind: 'invalid' });
  });

  test('is five minutes good, to the second', () => {
    const at = (seconds: number) => stripeSignature(body, NOW_MS - seconds * 1000);
    expect(read(body, at(300))).toMatchObject({ kind: 'event' });
    expect(read(body, at(301))).toMatchObject({ kind: 'invalid' });
  });

  test('of what is no event is good for nothing', () => {
    expect(read('not JSON')).toMatchObject({ kind: 'ignored' });
    expect(read('{}')).toMatchObject({ kind: 'ignored' });
  });

  test('is a reason of one line for the log', () => {
    const reading = read(body, forged);
    expect(reading).toMatchObject({ kind: 'invalid', reason: expect.not.stringContaining('\n') });
  });
});
