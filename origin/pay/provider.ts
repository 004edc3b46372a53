/**
 * What the origin asks of a payment provider, and what it may rely on. Every call may be made
 * again: the payment's id is the key that makes a repeat harmless. Nothing here is called inside a
 * transaction. Accepted race: money may still come for a session that was cancelled (a bank
 * transfer under way); the provider tells so by an event or by `find`, and the money goes back.
 */
import type { ProviderName } from '../../contract/payment.ts';

export interface PaymentProvider {
  readonly name: ProviderName;
  /**
   * The same payment id gives the same session, however often; a repeat must ask for the same in
   * all but `payBeforeMs`. `refused` is the provider's last word on this payment: an amount below
   * its least, a currency that it does not take. Nobody can pay a session whose url nobody got, so
   * one whose reply was lost may be given up without being cancelled.
   */
  open(request: OpenPayment): Promise<OpenedPayment>;
  /**
   * Takes no more money for the session and says how it stands then. Only `cancelled`, `failed`
   * and `paid` are final; after `processing` or `open` ask again later.
   */
  cancel(session: SessionRef): Promise<SessionStatus>;
  /** Changes nothing. A session whose money was given back is still `paid`. */
  find(session: SessionRef): Promise<SessionStatus>;
  /**
   * Gives all of the money back, once for each payment id. After `pending` ask again: the answer
   * is how that one refund stands now. Throws ProviderRefusedError when a person has to look.
   */
  refund(payment: RefundPayment): Promise<'refunded' | 'pending'>;
  /** Checks the signature over the raw body and says what happened; asks nobody. */
  readEvent(event: SignedEvent): EventReading;
  /** Rejects when the provider does not answer, or not to these keys. */
  ping(): Promise<void>;
}

export interface OpenPayment {
  paymentId: string;
  orderId: string;
  saleId: string;
  title: string;
  quantity: number;
  /** For all of the quantity, in minor units of `currency` as ISO 4217 counts them. */
  amount: number;
  currency: string;
  /** What the page may tell the buyer. The origin ends a session itself, by `cancel`. */
  payBeforeMs: number;
  /** Where the provider's page sends the buyer in the end, whether paid or not. */
  returnUrl: string;
}

export type OpenedPayment =
  | { kind: 'open'; sessionId: string; url: string }
  | { kind: 'refused'; reason: string };

export interface SessionRef {
  paymentId: string;
  sessionId: string;
}

export interface RefundPayment extends SessionRef {
  /** The whole amount, in the same units in which the session was opened. */
  amount: number;
  currency: string;
}

export type SessionStatus = 'open' | 'processing' | 'paid' | 'failed' | 'cancelled';

export interface SignedEvent {
  /** As it came: a body that was parsed and written again has another signature. */
  body: string;
  /** By lower-case name; EVENT_HEADERS of contract/payment.ts are enough for every provider. */
  headers: Readonly<Record<string, string | undefined>>;
  nowMs: number;
}

/**
 * `ignored` is authentic and no business of ours: it is received and forgotten. `invalid` is not
 * authentic, or older than EVENT_TOLERANCE_SECONDS, and nothing in it may be believed.
 */
export type EventReading =
  | {
      kind: 'event';
      eventId: string;
      paymentId: string;
      /** Where the event names it; Stripe's word of a refund names the payment only. */
      sessionId?: string;
      what: 'paid' | 'failed' | 'cancelled' | 'refunded';
    }
  | { kind: 'ignored'; reason: string }
  | { kind: 'invalid'; reason: string };

/** Five minutes: Stripe's and the Standard Webhooks' own default. */
export const EVENT_TOLERANCE_SECONDS = 300;

/** No answer, a time-out, 5xx, 429, or keys that are not accepted: it is worth asking again. */
export class ProviderUnavailableError extends Error {
  readonly code = 'provider-unavailable';
}

/** The provider said no, and will however often it is asked: a person has to look. */
export class ProviderRefusedError extends Error {
  readonly code = 'provider-refused';
}
