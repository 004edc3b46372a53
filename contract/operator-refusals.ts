/**
 * What the door of the operator API refuses, and how it says so. `type` is stable, as for buyers: a
 * token that nobody has is 401, one whose role is too small 403. A change that the book cannot
 * record is not made.
 */
import { problem } from './problem.ts';

export type OperatorRefusal =
  | { kind: 'unknown-token' }
  | { kind: 'needs-operator'; name: string }
  | { kind: 'too-fast'; retryAfterMs: number }
  | { kind: 'not-recorded'; retryAfterMs: number };

export function operatorProblem(refusal: OperatorRefusal) {
  switch (refusal.kind) {
    case 'unknown-token': {
      const told = problem(401, 'unknown-token', 'This needs a token of an operator');
      // RFC 9110, section 15.5.2: a 401 says which scheme it takes; RFC 6750 names this one.
      return { ...told, headers: { ...told.headers, 'www-authenticate': 'Bearer' } };
    }
    case 'needs-operator':
      return problem(403, 'needs-operator', 'This needs the role operator', {
        detail: `${refusal.name} is a viewer, who may look and change nothing`,
      });
    case 'too-fast':
      return problem(429, 'too-fast', 'Too many requests', { retryAfterMs: refusal.retryAfterMs });
    case 'not-recorded':
      return problem(503, 'not-recorded', 'Nothing was changed: the book cannot record it', {
        retryAfterMs: refusal.retryAfterMs,
      });
  }
}
