/**
 * Errors whose cause, the outage of a backend, is told in a line of its own: whoever meets one need
 * not tell it again. An error is forgotten when nobody has it any more.
 */
import { MOST_CAUSES } from './backend-failures.ts';

const told = new WeakSet<Error>();

export function markTold(error: unknown): void {
  if (error instanceof Error) told.add(error);
}

export function levelOf(error: unknown): 'debug' | 'warn' {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < MOST_CAUSES; depth += 1) {
    if (told.has(at)) return 'debug';
    at = at.cause;
  }
  return 'warn';
}
