/**
 * The waitlist's gate: who comes too early, or to a list that is full or was never there, costs the
 * origin nothing. What the snapshot says is a second or two old: the origin counts again, and a
 * place that came free shows here that much later. A buyer who waits already and joins once more
 * is told `waitlist-full` too while it is; their place is what GET tells.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import type { SaleSnapshot } from '../../contract/sale.ts';

/** Undefined lets the request through. */
export function waitlistGate(
  sale: Pick<SaleSnapshot, 'soldOut' | 'waitlist'>,
): Refusal | undefined {
  const { waiting, cap } = sale.waitlist;
  if (cap === 0) return { kind: 'no-waitlist' };
  if (!sale.soldOut) return { kind: 'not-sold-out' };
  return waiting >= cap ? { kind: 'waitlist-full' } : undefined;
}
