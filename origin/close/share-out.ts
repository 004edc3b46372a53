/** Who gets units that came back: a pure decision about one page of the waitlist. */

export interface Head {
  /** The order of joining. */
  number: number;
  buyerId: string;
  /** What the buyer would take at most. */
  quantity: number;
}

export interface SharedOut {
  /** In order; `quantity` is what each gets. */
  grants: Head[];
  /** Numbers of those who hold an order after all, and so wait no longer. */
  left: number[];
  unitsLeft: number;
}

/**
 * Strictly in order: a head who wants more than is there gets what is there, and nobody jumps.
 * `holders` are the buyers among the heads who have a live order.
 */
export function shareOut(
  heads: readonly Head[],
  holders: ReadonlySet<string>,
  units: number,
): SharedOut {
  const shared: SharedOut = { grants: [], left: [], unitsLeft: units };
  for (const head of heads) {
    if (shared.unitsLeft === 0) break;
    if (holders.has(head.buyerId)) {
      shared.left.push(head.number);
      continue;
    }
    const quantity = Math.min(head.quantity, shared.unitsLeft);
    shared.grants.push({ ...head, quantity });
    shared.unitsLeft -= quantity;
  }
  return shared;
}
