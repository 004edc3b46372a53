/**
 * Everything that a request of a buyer can come to, as one tagged union, and the one function that
 * turns it into HTTP. A refusal is a value with its data, never an exception; the `switch` has no
 * `default`, so that a new outcome does not compile until it has an answer.
 */
import { type AccessRefusal, accessProblem, isAccess } from './access-refusals.ts';
import { isLater, type LaterRefusal, laterProblem } from './later-refusals.ts';
import type { OrderView } from './order.ts';
import { type Problem, problem } from './problem.ts';

export type Refusal =
  | { kind: 'not-open'; opensAtMs: number; nowMs: number; paused: boolean }
  | { kind: 'ended' }
  | { kind: 'sold-out' }
  | { kind: 'not-drawn'; retryAfterMs: number }
  | { kind: 'too-fast'; retryAfterMs: number }
  | { kind: 'recovering' }
  | { kind: 'overloaded'; retryAfterMs: number }
  | { kind: 'key-reused' }
  | { kind: 'unknown-sale' }
  | { kind: 'unknown-order' }
  | { kind: 'unknown-route' }
  | { kind: 'invalid-request'; errors: FieldError[] }
  | { kind: 'body-too-large'; limitBytes: number }
  | { kind: 'unauthenticated'; reason: string }
  | { kind: 'no-pass'; reason: string }
  /** A page of another site, not listed by the operator, wants to change something. */
  | { kind: 'foreign-page' }
  | { kind: 'conflict'; reason: string }
  | AccessRefusal
  | LaterRefusal
  | { kind: 'internal' };

export interface FieldError {
  /** Where: `body.quantity`, `header.idempotency-key`, … */
  field: string;
  /** What would be right. */
  message: string;
}

export type Outcome =
  /**
   * A new order; `accepting` promises nothing yet, `entered` an answer, `queued` everything, and
   * `reserved` is in the book already.
   */
  | { kind: 'accepted'; order: OrderView }
  /** The buyer's order, as it is by now. */
  | { kind: 'order'; order: OrderView }
  | Refusal;

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: OrderView | Problem;
}

/** While a sale recovers, its buyers ask again this often: recovery takes a few seconds. */
const RECOVERING_RETRY_MS = 2_000;

export function httpOf(outcome: Outcome): HttpAnswer {
  if (isLater(outcome)) return laterProblem(outcome);
  if (isAccess(outcome)) return accessProblem(outcome);
  switch (outcome.kind) {
    case 'accepted':
      return {
        status: outcome.order.state === 'reserved' ? 200 : 202,
        headers: { location: `/api/orders/${outcome.order.orderId}` },
        body: outcome.order,
      };
    case 'order':
      return { status: 200, headers: {}, body: outcome.order };
    case 'not-open':
      return problem(
        403,
        'not-open',
        outcome.paused ? 'The sale is paused' : 'The sale is not open yet',
        {
          retryAfterMs: outcome.paused ? 5_000 : Math.max(0, outcome.opensAtMs - outcome.nowMs),
          opensAt: new Date(outcome.opensAtMs).toISOString(),
          now: new Date(outcome.nowMs).toISOString(),
        },
      );
    case 'ended':
      return problem(410, 'ended', 'The sale has ended');
    case 'sold-out':
      return problem(409, 'sold-out', 'Sold out', { retryAfterMs: 1_000 });
    case 'not-drawn':
      return problem(429, 'not-drawn', 'Not drawn yet', { retryAfterMs: outcome.retryAfterMs });
    case 'too-fast':
      return problem(429, 'too-fast', 'Too many requests', { retryAfterMs: outcome.retryAfterMs });
    case 'recovering':
      return problem(503, 'recovering', 'The sale is recovering', {
        retryAfterMs: RECOVERING_RETRY_MS,
      });
    case 'overloaded':
      return problem(503, 'overloaded', 'The shop is busy', { retryAfterMs: outcome.retryAfterMs });
    case 'key-reused':
      return problem(422, 'key-reused', 'This Idempotency-Key was used for another request');
    case 'unknown-sale':
      return problem(404, 'unknown-sale', 'There is no such sale');
    case 'unknown-order':
      return problem(404, 'unknown-order', 'There is no such order');
    case 'unknown-route':
      return problem(404, 'unknown-route', 'There is nothing here');
    case 'invalid-request':
      return problem(400, 'invalid-request', 'The request is not valid', {
        errors: outcome.errors,
      });
    case 'body-too-large':
      return problem(413, 'body-too-large', 'The body is too large', {
        detail: `at most ${outcome.limitBytes} bytes`,
      });
    case 'unauthenticated':
      return problem(401, 'unauthenticated', 'Who are you?', { detail: outcome.reason });
    case 'no-pass':
      return problem(403, 'no-pass', 'Only what came through the edge is taken', {
        detail: outcome.reason,
      });
    case 'foreign-page':
      return problem(403, 'foreign-page', 'Pages of other sites may not do this');
    case 'conflict':
      return problem(409, 'conflict', 'This does not fit the present state', {
        detail: outcome.reason,
      });
    case 'internal':
      return problem(500, 'internal', 'Something broke; the order, if any, is safe');
  }
}
