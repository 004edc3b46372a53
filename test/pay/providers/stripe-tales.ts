/** Events as Stripe builds and signs them, no more of them than is read. */
import Stripe from 'stripe';
import type { SignedTale, Told } from './provider.exercise.ts';

export const STRIPE_SECRET = 'whsec_of_the_tests';

const OBJECTS: Record<Told | 'unknown', { type: string; object: Record<string, unknown> }> = {
  paid: { type: 'checkout.session.completed', object: { payment_status: 'paid' } },
  failed: { type: 'checkout.session.async_payment_failed', object: { payment_status: 'unpaid' } },
  cancelled: { type: 'checkout.session.expired', object: { payment_status: 'unpaid' } },
  refunded: { type: 'refund.updated', object: { status: 'succeeded' } },
  unknown: { type: 'customer.created', object: {} },
};

export function signTale(tale: SignedTale) {
  const { type, object } = OBJECTS[tale.what];
  const body = stripeEvent(tale.eventId, type, {
    id: tale.sessionId,
    metadata: { payment_id: tale.paymentId },
    ...object,
  });
  const secret = tale.isForged ? 'whsec_of_somebody_else' : STRIPE_SECRET;
  return { body, headers: { 'stripe-signature': stripeSignature(body, tale.signedAtMs, secret) } };
}

export function stripeEvent(id: string, type: string, object: Record<string, unknown>): string {
  return JSON.stringify({ id, object: 'event', type, data: { object } });
}

export function stripeSignature(payload: string, signedAtMs: number, secret = STRIPE_SECRET) {
  return new Stripe('sk_test_123').webhooks.generateTestHeaderString({
    payload,
    secret,
    timestamp: Math.floor(signedAtMs / 1000),
  });
}
