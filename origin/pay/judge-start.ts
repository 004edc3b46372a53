/**
 * Whether a buyer may go and pay now, and with which payment: pure. One live payment an order, so
 * that a second click goes on with the first one's.
 */
import type { LockedOrder } from '../close/lock-orders.ts';
import { isLive } from './judge-payment.ts';
import type { PaymentRow } from './payment-rows.ts';

/** Attempts to pay one order: more than any buyer needs, few enough for the provider. */
export const MAX_ATTEMPTS = 20;

export type StartVerdict =
  | { kind: 'refused'; reason: string }
  /** A new attempt; `attempt` counts from 1. */
  | { kind: 'begin'; attempt: number }
  /** It was begun, but what the provider made of that is not known. */
  | { kind: 'go-on'; payment: PaymentRow }
  | { kind: 'open'; payment: PaymentRow; url: string };

export function judgeStart(
  order: LockedOrder,
  payments: readonly PaymentRow[],
  nowMs: number,
): StartVerdict {
  const reason = whyNotPayable(order, nowMs);
  if (reason !== undefined) return { kind: 'refused', reason };
  const live = payments.find(({ state }) => isLive(state));
  if (live === undefined) {
    const attempt = Math.max(0, ...payments.map((payment) => payment.attempt)) + 1;
    return attempt > MAX_ATTEMPTS
      ? { kind: 'refused', reason: 'it was tried too often' }
      : { kind: 'begin', attempt };
  }
  if (live.state === 'cancelling') return { kind: 'refused', reason: BEING_CLOSED };
  return live.url === null || live.sessionId === null
    ? { kind: 'go-on', payment: live }
    : { kind: 'open', payment: live, url: live.url };
}

const BEING_CLOSED = 'it is being closed';
const TOO_LATE = 'the time to pay is over';

/** Undefined when it may be paid. */
function whyNotPayable(order: LockedOrder, nowMs: number): string | undefined {
  if (order.state !== 'reserved') return `it is ${order.state}`;
  if (order.closedBy !== null) return BEING_CLOSED;
  return nowMs >= order.payBeforeMs ? TOO_LATE : undefined;
}

/** Why the page of a payment is not shown although the provider opened it; undefined when it is. */
export function whyNotShown(payment: PaymentRow, nowMs: number): string | undefined {
  if (payment.state === 'cancelling') return BEING_CLOSED;
  if (payment.state !== 'open') return `its payment is ${payment.state}`;
  return nowMs >= payment.payBeforeMs ? TOO_LATE : undefined;
}
