/**
 * What a buyer's requests after the click can be refused for: paying, cancelling, waiting. Part of
 * the one union of outcomes; a file of its own for its length.
 */
import { problem } from './problem.ts';

export type LaterRefusal =
  /** The order is in a state, or past a time, in which nobody can pay it. */
  | { kind: 'not-payable'; reason: string }
  | { kind: 'not-cancellable'; reason: string }
  | { kind: 'payment-unavailable'; retryAfterMs: number }
  | { kind: 'bad-signature'; reason: string }
  | { kind: 'no-waitlist' }
  | { kind: 'not-sold-out' }
  | { kind: 'waitlist-full' }
  | { kind: 'has-order' }
  | { kind: 'not-waiting' };

/** Complete by its type. */
const LATER: Record<LaterRefusal['kind'], true> = {
  'not-payable': true,
  'not-cancellable': true,
  'payment-unavailable': true,
  'bad-signature': true,
  'no-waitlist': true,
  'not-sold-out': true,
  'waitlist-full': true,
  'has-order': true,
  'not-waiting': true,
};

export function isLater(outcome: { kind: string }): outcome is LaterRefusal {
  return Object.hasOwn(LATER, outcome.kind);
}

export function laterProblem(outcome: LaterRefusal) {
  switch (outcome.kind) {
    case 'not-payable':
      return problem(409, 'not-payable', 'This order cannot be paid', { detail: outcome.reason });
    case 'not-cancellable':
      return problem(409, 'not-cancellable', 'This order cannot be cancelled', {
        detail: outcome.reason,
      });
    case 'payment-unavailable':
      return problem(503, 'payment-unavailable', 'Paying is not possible just now', {
        retryAfterMs: outcome.retryAfterMs,
      });
    case 'bad-signature':
      return problem(400, 'bad-signature', 'This event is not signed as it must be', {
        detail: outcome.reason,
      });
    case 'no-waitlist':
      return problem(404, 'no-waitlist', 'This sale has no waitlist');
    case 'not-sold-out':
      return problem(409, 'not-sold-out', 'There are units left; order one', {
        retryAfterMs: 1_000,
      });
    case 'waitlist-full':
      return problem(409, 'waitlist-full', 'The waitlist is full', { retryAfterMs: 5_000 });
    case 'has-order':
      return problem(409, 'has-order', 'Whoever has an order need not wait');
    case 'not-waiting':
      return problem(404, 'not-waiting', 'You are not on the waitlist');
  }
}
