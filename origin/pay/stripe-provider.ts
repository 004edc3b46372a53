/**
 * PaymentProvider on Stripe's Checkout. What is sent follows from the request alone, so that a
 * repeat is the same byte for byte, which Stripe asks of a repeated idempotency key. No
 * `expires_at` is sent: Stripe's least is 30 minutes, so the origin ends a session itself.
 */
import Stripe from 'stripe';
import type { OpenPayment, PaymentProvider, SessionStatus } from './provider.ts';
import { ProviderRefusedError, ProviderUnavailableError } from './provider.ts';
import { stripeAmount } from './stripe-amounts.ts';
import { readStripeEvent } from './stripe-events.ts';

/** Creating a session takes Stripe about half a second; a buyer is waiting for it. */
const REQUEST_LIMIT_MS = 10_000;
/** Whoever calls tries again with a growing pause; twice that would only add up. */
const NETWORK_RETRIES = 0;
/** All refunds of one payment: Stripe lets no more than a few be made by hand. */
const REFUNDS_PAGE = 100;

export interface StripeProviderOptions {
  secretKey: string;
  /** `whsec_…`, of the endpoint that the events are sent to. */
  webhookSecret: string;
  /** In place of https://api.stripe.com: stripe-mock, a proxy. */
  apiUrl?: string;
}

export function createStripeProvider(options: StripeProviderOptions): PaymentProvider {
  const stripe = new Stripe(options.secretKey, {
    ...addressOf(options.apiUrl),
    maxNetworkRetries: NETWORK_RETRIES,
    timeout: REQUEST_LIMIT_MS,
    telemetry: false,
  });
  const { sessions } = stripe.checkout;

  async function find(sessionId: string): Promise<SessionStatus> {
    return statusOf(await ask(() => sessions.retrieve(sessionId, { expand: ['payment_intent'] })));
  }

  return {
    name: 'stripe',
    async open(request) {
      const parameters = sessionParameters(request);
      if (parameters === undefined) {
        return { kind: 'refused', reason: `Stripe takes no part of a unit of ${request.currency}` };
      }
      try {
        const idempotencyKey = request.paymentId;
        const session = await ask(() => sessions.create(parameters, { idempotencyKey }));
        if (session.url === null) throw new TypeError('Stripe made a session without a page');
        return { kind: 'open', sessionId: session.id, url: session.url };
      } catch (error) {
        if (!(error instanceof ProviderRefusedError)) throw error;
        return { kind: 'refused', reason: error.message };
      }
    },
    async cancel({ sessionId }) {
      try {
        await ask(() => sessions.expire(sessionId));
        return 'cancelled';
      } catch (error) {
        // It is open no more, because it is paid, under way, or expired by an earlier request.
        if (error instanceof ProviderRefusedError) return find(sessionId);
        throw error;
      }
    },
    find: ({ sessionId }) => find(sessionId),
    async refund({ paymentId, sessionId }) {
      const session = await ask(() => sessions.retrieve(sessionId));
      const paymentIntent = idOf(session.payment_intent);
      // A session for nothing has no payment, and so nothing that could be given back.
      if (session.payment_status === 'no_payment_required') return 'refunded';
      if (paymentIntent === undefined) throw new ProviderRefusedError('no money was taken');
      return refundOnce(stripe, paymentId, paymentIntent);
    },
    readEvent: (event) => readStripeEvent(stripe, options.webhookSecret, event),
    async ping() {
      await ask(() => sessions.list({ limit: 1 }));
    },
  };
}

/** Undefined when Stripe cannot count the amount. */
function sessionParameters(request: OpenPayment): Stripe.Checkout.SessionCreateParams | undefined {
  const { paymentId, orderId, saleId, title, quantity, amount, currency, returnUrl } = request;
  const unitAmount = stripeAmount(amount, currency);
  if (unitAmount === undefined) return undefined;
  const metadata = { payment_id: paymentId, order_id: orderId, sale_id: saleId };
  return {
    mode: 'payment',
    client_reference_id: paymentId,
    metadata,
    payment_intent_data: { metadata },
    line_items: [
      {
        // One line for all of it, so that the sum is ours to the last unit.
        quantity: 1,
        price_data: {
          currency: currency.toLowerCase(),
          unit_amount: unitAmount,
          product_data: { name: quantity === 1 ? title : `${quantity} × ${title}` },
        },
      },
    ],
    success_url: returnUrl,
    cancel_url: returnUrl,
  };
}

function statusOf(session: Stripe.Checkout.Session): SessionStatus {
  if (session.payment_status === 'paid') return 'paid';
  if (session.status === 'open') return 'open';
  if (session.status === 'expired') return 'cancelled';
  if (session.payment_status === 'no_payment_required') return 'paid';
  // The buyer is done and the money is not there: a bank transfer, under way or failed.
  const intent = session.payment_intent;
  if (intent === null || typeof intent === 'string') return 'processing';
  const hasFailed = intent.status === 'requires_payment_method' || intent.status === 'canceled';
  return hasFailed ? 'failed' : 'processing';
}

/**
 * The idempotency key keeps two requests at one moment apart, for as long as Stripe remembers it (a
 * day) and with the answer it gave then; the list knows a refund for ever and how it stands now.
 */
async function refundOnce(
  stripe: Stripe,
  paymentId: string,
  paymentIntent: string,
): Promise<'refunded' | 'pending'> {
  const made = await ask(() =>
    stripe.refunds.list({ payment_intent: paymentIntent, limit: REFUNDS_PAGE }),
  );
  const ours = made.data.find((refund) => refund.metadata?.payment_id === paymentId);
  if (ours !== undefined) return refundStatusOf(ours);
  try {
    return refundStatusOf(
      await ask(() =>
        stripe.refunds.create(
          // Without an amount: all that has not been given back by hand before.
          { payment_intent: paymentIntent, metadata: { payment_id: paymentId } },
          { idempotencyKey: `${paymentId}_refund` },
        ),
      ),
    );
  } catch (error) {
    if (isAlreadyRefunded(error)) return 'refunded';
    throw error;
  }
}

function refundStatusOf(refund: Stripe.Refund): 'refunded' | 'pending' {
  if (refund.status === 'succeeded') return 'refunded';
  if (refund.status === 'failed' || refund.status === 'canceled') {
    throw new ProviderRefusedError(`Stripe's refund ${refund.id} is ${refund.status}`);
  }
  return 'pending';
}

function isAlreadyRefunded(error: unknown): boolean {
  return (
    error instanceof ProviderRefusedError &&
    error.cause instanceof Stripe.errors.StripeError &&
    error.cause.code === 'charge_already_refunded'
  );
}

/** What Stripe says again however often it is asked; other errors are worth another try. */
const REFUSALS: ReadonlySet<number> = new Set([400, 402, 404]);

interface Answered {
  object: string;
  lastResponse: { statusCode: number };
}

async function ask<Answer extends Answered>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await call();
    // The SDK takes whatever JSON has no `error` for an answer: a gateway's 502 can be that.
    if (answer.lastResponse.statusCode < 300 && typeof answer.object === 'string') return answer;
    throw new ProviderUnavailableError(`no answer of Stripe: ${answer.lastResponse.statusCode}`);
  } catch (cause) {
    if (!(cause instanceof Stripe.errors.StripeError)) throw cause;
    const isRefusal =
      REFUSALS.has(cause.statusCode ?? 0) && !(cause instanceof Stripe.errors.StripeRateLimitError);
    throw isRefusal
      ? new ProviderRefusedError(cause.message, { cause })
      : new ProviderUnavailableError(`Stripe, ${cause.statusCode}: ${cause.message}`, { cause });
  }
}

function idOf(reference: string | { id: string } | null): string | undefined {
  return typeof reference === 'string' ? reference : reference?.id;
}

function addressOf(apiUrl: string | undefined): Stripe.StripeConfig {
  if (apiUrl === undefined) return {};
  const { hostname, port, protocol } = new URL(apiUrl);
  const scheme = protocol === 'http:' ? 'http' : 'https';
  return { host: hostname, port: port || (scheme === 'http' ? 80 : 443), protocol: scheme };
}
