/**
 * The sold-out gate: a crowd that came too late costs the origin nothing. What the snapshot says is
 * at most about a second old, so a returned unit is on sale again within that time; a request let
 * through for a unit that is gone is refused by the origin with the same answer.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import type { SaleSnapshot } from '../../contract/sale.ts';

/** Undefined lets the request through. */
export function soldOutGate(sale: Pick<SaleSnapshot, 'soldOut'>): Refusal | undefined {
  return sale.soldOut ? { kind: 'sold-out' } : undefined;
}
