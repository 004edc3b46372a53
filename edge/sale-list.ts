/**
 * The shop's sales for its front page, the same for everybody: one copy an isolate, at most about a
 * second old, through the colo's cache (edge/copies.ts). While the origin is silent the last list
 * stays, and says how old it is.
 */
import { type SaleDigests, saleDigestsSchema } from '../contract/sale-list.ts';
import { type Copies, createCopies } from './copies.ts';
import type { CallOrigin } from './origin.ts';
import type { Platform } from './platform.ts';
import { createSharedSource } from './shared-source.ts';

/** A shop has one list. */
export const ONLY_LIST = 'all';

interface KnownList {
  kind: 'list';
  digests: SaleDigests;
}

export type SaleLists = Copies<KnownList>;

export function createSaleLists(platform: Platform, callOrigin: CallOrigin): SaleLists {
  const fetchList = createSharedSource({
    platform,
    callOrigin,
    name: 'sale-list',
    schema: saleDigestsSchema,
    addressOf: (list) => `https://sale-lists.sluice.invalid/${list}`,
    pathOf: () => '/edge/sales',
  });
  return createCopies({
    platform,
    fetchCopy: fetchList,
    keep: (_known, told): KnownList => ({ kind: 'list', digests: told ?? { sales: [] } }),
    maxEntries: 1,
  });
}
