/**
 * A payment's row as both databases give it, and the ids of payments. Whoever changes a row beyond
 * `due_at_ms` and `tries` holds its order's lock.
 */
import type { PaymentState, ProviderName, RefundReason } from '../../contract/payment.ts';

export interface PaymentRow {
  paymentId: string;
  orderId: string;
  saleId: string;
  buyerId: string;
  /** From 1. */
  attempt: number;
  provider: ProviderName;
  state: PaymentState;
  refundReason: RefundReason | null;
  /** Minor units of `currency`. */
  amount: number;
  currency: string;
  payBeforeMs: number;
  /** Null until the provider's answer is known. */
  sessionId: string | null;
  url: string | null;
  openedAtMs: number;
  changedAtMs: number;
  /** How often the provider was asked since the state changed. */
  tries: number;
}

/** The provider's idempotency key: the same attempt is the same session. */
export function paymentIdOf(orderId: string, attempt: number): string {
  return `pay_${orderId}_${attempt}`;
}

/** What the ids of all payments begin with whose orders' ids begin with `start`. */
export function paymentIdsBegin(start: string): string {
  return `pay_${start}`;
}
