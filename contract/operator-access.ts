/** Who may buy in a sale, as its operator sees and changes it. */
import { z } from 'zod';
import { ACCESS_LIMITS, accessKindSchema, accessModeSchema, presaleCodeSchema } from './access.ts';
import { buyerIdSchema, saleIdSchema } from './ids.ts';
import { PAGE_LIMITS } from './operator-orders.ts';

const buyers = z.array(buyerIdSchema).max(ACCESS_LIMITS.entriesARequest).default([]);
/** Named so that the record of changes leaves them out. */
const codes = z.array(presaleCodeSchema).max(ACCESS_LIMITS.entriesARequest).default([]);
const entriesSchema = z.object({ allow: buyers, block: buyers, presaleCodes: codes });
export type AccessEntries = z.infer<typeof entriesSchema>;

/** All of it happens at once; what is there already, or already gone, does no harm. */
export const changeAccessSchema = z
  .object({
    /** Stays as it is when it is missing. */
    mode: accessModeSchema.optional(),
    add: entriesSchema.prefault({}),
    remove: entriesSchema.prefault({}),
  })
  .meta({ id: 'ChangeAccess' });
export type ChangeAccess = z.infer<typeof changeAccessSchema>;

/** Without a kind all entries go, and everybody may buy. */
export const clearAccessSchema = z
  .object({ kind: accessKindSchema.optional() })
  .meta({ id: 'ClearAccess' });

/** `after` is the `next` of the page before. */
export const accessQuerySchema = z.object({
  kind: accessKindSchema.exclude(['code']).default('allow'),
  after: buyerIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_LIMITS.most).default(PAGE_LIMITS.default),
});
export type AccessQuery = z.infer<typeof accessQuerySchema>;

export const saleAccessSchema = z
  .object({
    saleId: saleIdSchema,
    mode: accessModeSchema,
    /** Grows with each change; the edge fetches the list again. */
    version: z.int(),
    counts: z.object({ allow: z.int(), block: z.int(), code: z.int() }),
  })
  .meta({ id: 'SaleAccess' });
export type SaleAccess = z.infer<typeof saleAccessSchema>;

/** Buyers in order of their ids; codes are kept as hashes only and cannot be shown. */
export const accessPageSchema = saleAccessSchema
  .extend({ buyers: z.array(buyerIdSchema), next: z.string().optional() })
  .meta({ id: 'AccessPage' });
export type AccessPage = z.infer<typeof accessPageSchema>;
