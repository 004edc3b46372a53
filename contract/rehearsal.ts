/**
 * A rehearsal: a sale of its own, of a real sale's terms, that only synthetic buyers see. Its id is
 * what marks it, everywhere and from the first moment: the book's key, the stock's keys and every
 * log record begin with it, no process has to read anything to know, and no ordinary sale can be
 * made with such an id.
 */
import { z } from 'zod';
import { saleIdSchema } from './ids.ts';
import { operatorSaleSchema } from './operator.ts';
import { isRehearsal, SALE_LIMITS } from './sale.ts';

/** Of the sale's id as much as fits beside the prefix and a time in base 36. */
const NAMED_CHARACTERS = 12;
/** Whatever becomes of the one who rehearses, it ends by itself after so long at most. */
export const MOST_REHEARSAL_SECONDS = 3_600;

/** Two of one sale in the same millisecond would have the same id: the second is refused. */
export function rehearsalIdOf(saleId: string, nowMs: number): string {
  return `rehearsal-${saleId.slice(0, NAMED_CHARACTERS)}-${nowMs.toString(36)}`;
}

/** What is not given is as in the sale. */
export const newRehearsalSchema = z
  .strictObject({
    saleId: saleIdSchema.refine((id) => !isRehearsal(id), 'must not be a rehearsal itself'),
    units: z.int().min(1).max(SALE_LIMITS.units).optional(),
    ratePerSecond: z.number().positive().max(SALE_LIMITS.ratePerSecond).optional(),
    share: z.number().min(0).max(1).optional(),
    /** How long it is open. */
    seconds: z.int().min(1).max(MOST_REHEARSAL_SECONDS),
  })
  .meta({ id: 'NewRehearsal' });
export type NewRehearsal = z.infer<typeof newRehearsalSchema>;

export const rehearsalSchema = z
  .object({
    sale: operatorSaleSchema,
    /** Lets its holder in as any synthetic buyer of this rehearsal, and nowhere else. */
    ticket: z.string(),
  })
  .meta({ id: 'Rehearsal' });
export type Rehearsal = z.infer<typeof rehearsalSchema>;

export const rehearsalsSchema = z
  .object({ rehearsals: z.array(operatorSaleSchema) })
  .meta({ id: 'Rehearsals' });

const part = z.number().min(0);

/** How far a rehearsal is; null where it is not known now. */
export const rehearsalProgressSchema = z
  .object({
    saleId: saleIdSchema,
    /** Units that the stock store has left. */
    stockLeft: z.int().nullable(),
    /** Orders that the stock store handed units to, ever. */
    handedOut: z.int().nullable(),
    /** Of these, waiting for the log. */
    outbox: z.int().nullable(),
    /** Orders in the book, whatever became of them. */
    settled: z.int(),
    /** Of the process that answers: 1 is its limit. */
    pressure: z.object({
      highest: part,
      inFlight: part,
      loopDelay: part,
      outbox: part,
      lag: part,
    }),
  })
  .meta({ id: 'RehearsalProgress' });
export type RehearsalProgress = z.infer<typeof rehearsalProgressSchema>;
