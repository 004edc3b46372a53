/**
 * What follows when something becomes known of a payment: pure, so that every order of events can
 * be tried. It promises that an order is paid once, that money which finds its order closed or paid
 * goes back once, and that an order is closed only by the end of its live payment. The race between
 * a deadline and a payment is decided by the provider's word: money that came keeps the order for
 * as long as it is not closed.
 */
import type { ClosedBy } from '../../contract/order.ts';
import type { PaymentState, RefundReason } from '../../contract/payment.ts';
import type { BookOrder } from '../settle/book.ts';

/** What a provider says of a payment, by an answer or by an event. */
export type Known = 'open' | 'processing' | 'paid' | 'failed' | 'cancelled' | 'refunded';

export interface PaymentCase {
  /** As it is under its lock. */
  order: { state: BookOrder['state']; closedBy: ClosedBy | null; payBeforeMs: number };
  payment: { state: PaymentState };
  known: Known;
  /** By the book's clock. */
  nowMs: number;
  /** Whether a failed payment closes its order at once. */
  freesOnFailure: boolean;
}

/** How the order ends along with its payment. */
export interface OrderEnd {
  to: 'expired' | 'cancelled' | 'refunded';
  closedBy: ClosedBy;
}

export type PaymentVerdict =
  | { kind: 'nothing' }
  /** Payment and order are paid. */
  | { kind: 'pay' }
  /** The money has to go back. */
  | { kind: 'refund'; reason: RefundReason }
  /** The payment ended without money; `end` closes the order too. */
  | { kind: 'end'; payment: 'failed' | 'cancelled'; end: OrderEnd | undefined }
  /** The money is back. */
  | { kind: 'refunded'; reason: RefundReason | undefined; end: OrderEnd | undefined };

const NOTHING: PaymentVerdict = { kind: 'nothing' };

export function judgePayment(given: PaymentCase): PaymentVerdict {
  switch (given.known) {
    case 'open':
    case 'processing':
      return NOTHING;
    case 'paid':
      return judgeMoney(given);
    case 'failed':
    case 'cancelled':
      return isLive(given.payment.state)
        ? { kind: 'end', payment: given.known, end: endOf(given, given.known === 'failed') }
        : NOTHING;
    case 'refunded':
      return judgeReturned(given);
  }
}

/** While the provider may still take money for it. */
export function isLive(state: PaymentState): boolean {
  return state === 'opening' || state === 'open' || state === 'cancelling';
}

/** Money counts also after the provider had said `failed` or `cancelled`: it is there now. */
function judgeMoney({ order, payment }: PaymentCase): PaymentVerdict {
  switch (payment.state) {
    case 'paid':
    case 'refunding':
    case 'refunded':
      return NOTHING;
    case 'opening':
    case 'open':
    case 'cancelling':
    case 'failed':
    case 'cancelled':
      if (order.state === 'reserved') return { kind: 'pay' };
      // A refunded order was paid before, by another payment.
      return order.state === 'paid' || order.state === 'refunded'
        ? { kind: 'refund', reason: 'twice' }
        : { kind: 'refund', reason: 'late' };
  }
}

/** A refund that was not asked for from here was made at the provider, by the shop or its bank. */
function judgeReturned(given: PaymentCase): PaymentVerdict {
  switch (given.payment.state) {
    case 'refunded':
      return NOTHING;
    case 'refunding':
      return { kind: 'refunded', reason: undefined, end: undefined };
    case 'paid':
      return {
        kind: 'refunded',
        reason: 'provider',
        end: given.order.state === 'paid' ? { to: 'refunded', closedBy: 'payment' } : undefined,
      };
    case 'opening':
    case 'open':
    case 'cancelling':
      return { kind: 'refunded', reason: 'provider', end: endOf(given, false) };
    case 'failed':
    case 'cancelled':
      return { kind: 'refunded', reason: 'provider', end: undefined };
  }
}

/** What becomes of an order whose live payment ended without money. */
function endOf(given: PaymentCase, failed: boolean): OrderEnd | undefined {
  const { state, closedBy, payBeforeMs } = given.order;
  if (state !== 'reserved') return undefined;
  if (closedBy !== null) return endBy(closedBy);
  if (given.nowMs >= payBeforeMs) return endBy('deadline');
  return failed && given.freesOnFailure ? endBy('payment') : undefined;
}

/** The state of an order that is closed without having been paid. */
export function endBy(closedBy: ClosedBy): OrderEnd & { to: 'expired' | 'cancelled' } {
  return { to: closedBy === 'deadline' ? 'expired' : 'cancelled', closedBy };
}
