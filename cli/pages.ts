/**
 * Lists that come in pages: walks through all of them, each page asked for when the one before has
 * been used, so that a sale of a million orders needs no memory.
 */
import type { z } from 'zod';
import { PAGE_LIMITS } from '../contract/operator-orders.ts';
import type { OperatorClient } from './operator-client.ts';

export interface PagedList<Page, Item> {
  path: string;
  schema: z.ZodType<Page>;
  itemsOf(page: Page): Item[];
  state?: string | undefined;
  target?: string | undefined;
  kind?: string | undefined;
  /** How many at most; all unless given. */
  limit?: number | undefined;
}

/** The items in the origin's order. Whatever fails ends the walk where it is. */
export async function* walkPages<Page extends { next?: string | number | undefined }, Item>(
  client: OperatorClient,
  { path, schema, itemsOf, limit = Number.POSITIVE_INFINITY, ...filter }: PagedList<Page, Item>,
): AsyncGenerator<Item> {
  let left = limit;
  let after: string | number | undefined;
  do {
    const query = new URLSearchParams({ limit: String(Math.min(left, PAGE_LIMITS.most)) });
    for (const name of ['state', 'target', 'kind'] as const) {
      if (filter[name] !== undefined) query.set(name, filter[name]);
    }
    if (after !== undefined) query.set('after', String(after));
    const page = await client.get(`${path}?${query}`, schema);
    const items = itemsOf(page);
    yield* items;
    left -= items.length;
    after = page.next;
  } while (after !== undefined && left > 0);
}

export interface ListOptions {
  state?: string;
  limit: number;
  json?: boolean;
}
