/**
 * The sales of a shop for its front page: those that are announced, open or just over, the ones
 * that a buyer can act on first. `saleDigestsSchema` is what the origin tells the edge,
 * `saleListSchema` what a browser reads: which sale is open depends on the moment, so the edge says
 * it anew for each answer. A sale for invited buyers is in no list: its link is its invitation.
 */
import { z } from 'zod';
import { saleIdSchema } from './ids.ts';
import {
  isRehearsal,
  type SaleState,
  saleStateAt,
  saleStateSchema,
  saleViewSchema,
} from './sale.ts';

export const SALE_LIST_LIMITS = {
  /** More than anybody reads on one page; 20 kB. */
  sales: 50,
  /** Who comes late sees for a day that it is over, and not that it never was. */
  shownAfterEndMs: 86_400_000,
} as const;

const count = z.int().min(0);

const saleDigestSchema = z.object({
  saleId: saleIdSchema,
  title: z.string(),
  price: count,
  currency: z.string(),
  pictureUrl: z.string().optional(),
  units: count,
  remaining: count,
  opensAtMs: count,
  closesAtMs: count,
  paused: z.boolean(),
  soldOut: z.boolean(),
});
export type SaleDigest = z.infer<typeof saleDigestSchema>;

export const saleDigestsSchema = z.object({
  sales: z.array(saleDigestSchema).max(SALE_LIST_LIMITS.sales),
});
export type SaleDigests = z.infer<typeof saleDigestsSchema>;

const listedSaleSchema = saleViewSchema
  .pick({
    saleId: true,
    title: true,
    price: true,
    currency: true,
    pictureUrl: true,
    opensAt: true,
    closesAt: true,
    units: true,
    remaining: true,
  })
  .extend({ state: saleStateSchema })
  .meta({ id: 'ListedSale' });
export type ListedSale = z.infer<typeof listedSaleSchema>;

export const saleListSchema = saleViewSchema
  .pick({ now: true, asOf: true })
  .extend({ sales: z.array(listedSaleSchema) })
  .meta({ id: 'SaleList' });
export type SaleList = z.infer<typeof saleListSchema>;

/** What may be told of, before it is known how much is left. */
export function mayBeListed(
  sale: Pick<SaleDigest, 'saleId' | 'closesAtMs'> & { access?: { mode: string } },
  nowMs: number,
): boolean {
  const { saleId, closesAtMs, access } = sale;
  if (isRehearsal(saleId)) return false;
  const isForEverybody = access === undefined || access.mode === 'everybody';
  return isForEverybody && nowMs < closesAtMs + SALE_LIST_LIMITS.shownAfterEndMs;
}

/** What can be bought first, then what comes, then what is over. */
const RANKS: Record<SaleState, number> = {
  open: 0,
  paused: 1,
  'sold-out': 1,
  scheduled: 2,
  ended: 3,
};

/** Within a kind: what comes or ends soonest first; of what is over, the latest. */
export function inListOrder<Sale extends Omit<SaleDigest, 'remaining' | 'units'>>(
  sales: readonly Sale[],
  nowMs: number,
): Sale[] {
  const rank = (sale: Sale) => RANKS[saleStateAt(sale, nowMs)];
  const soonness = (sale: Sale) => {
    if (rank(sale) === RANKS.ended) return -sale.closesAtMs;
    return rank(sale) === RANKS.scheduled ? sale.opensAtMs : sale.closesAtMs;
  };
  return sales.toSorted(
    (left, right) =>
      rank(left) - rank(right) ||
      soonness(left) - soonness(right) ||
      (left.saleId < right.saleId ? -1 : 1),
  );
}

/** `asOfMs`: when the origin was asked, if that is too long ago to pass for now. */
export function saleListOf({ sales }: SaleDigests, nowMs: number, asOfMs?: number): SaleList {
  const shown = sales.filter((sale) => mayBeListed(sale, nowMs));
  return {
    now: new Date(nowMs).toISOString(),
    ...(asOfMs === undefined ? {} : { asOf: new Date(asOfMs).toISOString() }),
    sales: inListOrder(shown, nowMs).map(
      ({ opensAtMs, closesAtMs, paused, soldOut, ...sale }): ListedSale => ({
        ...sale,
        state: saleStateAt({ opensAtMs, closesAtMs, paused, soldOut }, nowMs),
        opensAt: new Date(opensAtMs).toISOString(),
        closesAt: new Date(closesAtMs).toISOString(),
      }),
    ),
  };
}
