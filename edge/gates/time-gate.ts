/**
 * The time gate: nobody before the opening, nobody after the end, nobody while the sale is paused.
 * The clock is the edge's; what time a client thinks it is changes nothing.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import type { SaleSnapshot } from '../../contract/sale.ts';

type Window = Pick<SaleSnapshot, 'opensAtMs' | 'closesAtMs' | 'paused'>;

/** Undefined lets the request through. */
export function timeGate(sale: Window, nowMs: number): Refusal | undefined {
  if (nowMs >= sale.closesAtMs) return { kind: 'ended' };
  if (!sale.paused && nowMs >= sale.opensAtMs) return undefined;
  return { kind: 'not-open', opensAtMs: sale.opensAtMs, nowMs, paused: sale.paused };
}
