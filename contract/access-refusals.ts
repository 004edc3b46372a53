/**
 * Why a buyer may not buy in a sale at all, whatever its stock: refusals that no waiting ends. Part
 * of the one union of outcomes; a file of its own for its length.
 */
import { problem } from './problem.ts';

export type AccessRefusal =
  /** A guest who has not yet shown to be a person (`POST /api/human`). */
  | { kind: 'not-human' }
  /** Blocked, not on the sale's list, or without a good presale code: `reason` says which. */
  | { kind: 'not-invited'; reason: string };

/** Complete by its type. */
const ACCESS: Record<AccessRefusal['kind'], true> = { 'not-human': true, 'not-invited': true };

export function isAccess(outcome: { kind: string }): outcome is AccessRefusal {
  return Object.hasOwn(ACCESS, outcome.kind);
}

export function accessProblem(outcome: AccessRefusal) {
  switch (outcome.kind) {
    case 'not-human':
      return problem(403, 'not-human', 'Please show that you are a person', {
        detail: 'send the answer of the challenge to /api/human, then ask again',
      });
    case 'not-invited':
      return problem(403, 'not-invited', 'You cannot buy in this sale', {
        detail: outcome.reason,
      });
  }
}
