/**
 * Lists that come in pages: walks through all of them, each page asked for when the one before has
 * been used, so that a sale of a million orders needs no memory.
 */
import type { OperatorOrder } from '../contract/operator.ts';
import { operatorOrdersSchema, PAGE_LIMITS } from '../contract/operator-orders.ts';
import type { OperatorClient } from './operator-client.ts';

export interface OrderFilter {
  saleId: string;
  state?: string;
  /** How many at most; all unless given. */
  limit?: number;
}

export async function* allOrders(
  client: OperatorClient,
  { saleId, state, limit = Number.POSITIVE_INFINITY }: OrderFilter,
): AsyncGenerator<OperatorOrder> {
  let left = limit;
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(left, PAGE_LIMITS.most)) });
    if (state !== undefined) query.set('state', state);
    if (after !== undefined) query.set('after', after);
    const path = `/operator/sales/${encodeURIComponent(saleId)}/orders?${query}`;
    const page = await client.get(path, operatorOrdersSchema);
    yield* page.orders;
    left -= page.orders.length;
    after = page.next;
  } while (after !== undefined && left > 0);
}
