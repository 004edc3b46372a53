/**
 * What the operator API answers: sales with what buyers do not see, orders with their buyer,
 * audits.
 */
import { z } from 'zod';
import { buyerIdSchema } from './ids.ts';
import { scoreSchema } from './leaderboard.ts';
import { orderViewSchema } from './order.ts';
import { saleViewSchema } from './sale.ts';

const units = z.int();

export const operatorSaleSchema = saleViewSchema
  .extend({
    /** Exact, unlike `remaining`; absent while the stock store does not know the sale. */
    stockLeft: z.int().min(0).optional(),
    version: z.int(),
    epoch: z.int(),
    /** False until the stock store holds the units; no order is taken before. */
    loaded: z.boolean(),
    /** True while the stock is made anew from the book, after its store lost or forgot it. */
    recovering: z.boolean(),
    /** `log` while the stock store is away and a draw lets a share of the buyers in. */
    soldBy: z.enum(['store', 'log']),
    ratePerSecond: z.number(),
    share: z.number(),
    /** How long its buyers have to pay. */
    payWindowMs: z.int(),
    /** Whether a failed payment frees the unit at once; else the buyer may try again. */
    freeOnPaymentFailure: z.boolean(),
    /** How many may wait at most; 0: it has no waitlist. */
    waitlistCap: z.int().min(0),
    score: scoreSchema,
    /** base64url of SHA-256(seed): the draw's commitment, published before opening. */
    seedHash: z.string(),
  })
  .meta({ id: 'OperatorSale' });
export type OperatorSale = z.infer<typeof operatorSaleSchema>;

export const operatorOrderSchema = orderViewSchema
  .extend({ buyerId: buyerIdSchema, settledAt: z.iso.datetime({ precision: 3 }) })
  .meta({ id: 'OperatorOrder' });
export type OperatorOrder = z.infer<typeof operatorOrderSchema>;

/**
 * Every term in units, but `outbox`, `pendingReleases`, `buyersTwice` and `orders`, which count.
 */
export const auditSchema = z
  .object({
    saleId: z.string(),
    /** True when the ledger was read at the watermark and everything below agrees. */
    balanced: z.boolean(),
    /** False while orders are on their way; `balanced` is then not judged and false. */
    atWatermark: z.boolean(),
    /** units − (free + unsettled + reserved + paid + pendingRelease). */
    difference: units,
    terms: z.object({
      units,
      free: units,
      unsettled: units,
      reserved: units,
      paid: units,
      pendingRelease: units,
      outbox: z.int(),
      pendingReleases: z.int(),
      epoch: z.int(),
    }),
    /** Counted from the order rows, not from the counters. */
    proof: z.object({
      reservedUnits: units,
      paidUnits: units,
      /** What the book's guard would still sell; with reserved and paid it makes `units`. */
      bookFree: units,
      buyersTwice: z.int(),
      orders: z.record(z.string(), z.int()),
    }),
    /** What does not agree, in words; empty when balanced. */
    findings: z.array(z.string()),
  })
  .meta({ id: 'Audit' });
export type Audit = z.infer<typeof auditSchema>;
