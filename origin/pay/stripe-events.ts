/**
 * Reads the events of Stripe. A payment's id travels in the metadata of its session, of the
 * session's payment intent (which Stripe copies to the charge when the buyer confirms,
 * https://support.stripe.com/questions/how-metadata-works-with-related-objects) and of our refund.
 * An event without it belongs to somebody else who uses the account.
 */
import Stripe from 'stripe';
import { EVENT_TOLERANCE_SECONDS, type EventReading, type SignedEvent } from './provider.ts';

/** Checks the signature with a clock that is given, so that a test can say how old it is. */
export function readStripeEvent(
  stripe: Stripe,
  webhookSecret: string,
  { body, headers, nowMs }: SignedEvent,
): EventReading {
  const signature = headers['stripe-signature'] ?? '';
  try {
    return readVerified(
      stripe.webhooks.constructEvent(
        body,
        signature,
        webhookSecret,
        EVENT_TOLERANCE_SECONDS,
        undefined,
        nowMs,
      ),
    );
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
      return { kind: 'invalid', reason: firstLine(error.message) };
    }
    return { kind: 'ignored', reason: 'Stripe signed what is not an event' };
  }
}

/** Of some 250 types, those that move a payment; Stripe adds others whenever it likes. */
function readVerified(event: Stripe.Event): EventReading {
  switch (event.type) {
    case 'checkout.session.completed':
      // The buyer is done; with a bank transfer the money comes later, and so does its own event.
      return event.data.object.payment_status === 'unpaid'
        ? ignored(`${event.type} without money yet`)
        : ofSession(event, event.data.object, 'paid');
    case 'checkout.session.async_payment_succeeded':
      return ofSession(event, event.data.object, 'paid');
    case 'checkout.session.async_payment_failed':
      return ofSession(event, event.data.object, 'failed');
    case 'checkout.session.expired':
      return ofSession(event, event.data.object, 'cancelled');
    case 'charge.refunded':
      // Also a refund that was made by hand in the dashboard; `refunded` says that it was all.
      return event.data.object.refunded
        ? ofPayment(event, event.data.object.metadata, 'refunded')
        : ignored('a part was given back');
    case 'refund.created':
    case 'refund.updated':
      return event.data.object.status === 'succeeded'
        ? ofPayment(event, event.data.object.metadata, 'refunded')
        : ignored(`a refund that is ${event.data.object.status}`);
    default:
      return ignored(`${event.type} moves no payment`);
  }
}

type What = Extract<EventReading, { kind: 'event' }>['what'];

function ofSession(event: Stripe.Event, session: Stripe.Checkout.Session, what: What) {
  const reading = ofPayment(event, session.metadata, what);
  return reading.kind === 'event' ? { ...reading, sessionId: session.id } : reading;
}

function ofPayment(
  event: Stripe.Event,
  metadata: Stripe.Metadata | null | undefined,
  what: What,
): EventReading {
  const paymentId = metadata?.payment_id;
  return paymentId === undefined
    ? ignored(`${event.type} of something that is not ours`)
    : { kind: 'event', eventId: event.id, paymentId, what };
}

function ignored(reason: string): EventReading {
  return { kind: 'ignored', reason };
}

/** The SDK goes on with advice for whoever writes the code. */
function firstLine(message: string): string {
  return message.split('\n')[0] ?? '';
}
