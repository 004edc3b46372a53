/**
 * The dead letters as their operator sees them, and why a replay or a discard is refused. A letter
 * is pending until one of the two ended it; which one is written once.
 */
import { z } from 'zod';
import { buyerIdSchema, orderIdSchema, saleIdSchema } from './ids.ts';
import { PAGE_LIMITS } from './operator-orders.ts';
import { orderStateSchema, rejectionSchema } from './order.ts';
import { problem } from './problem.ts';

export const deadLetterStateSchema = z
  .enum(['pending', 'replayed', 'discarded'])
  .meta({ id: 'DeadLetterState' });
export type DeadLetterState = z.infer<typeof deadLetterStateSchema>;

/** A number that the book gives out, from 1, as it stands in a path. */
export const deadLetterIdSchema = z.string().regex(/^[1-9]\d{0,14}$/, 'must be a number from 1');

/** `after`: the `next` of the page before. */
export const deadLettersQuerySchema = z.object({
  state: deadLetterStateSchema.optional(),
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(PAGE_LIMITS.most).default(PAGE_LIMITS.default),
});
export type DeadLettersQuery = z.infer<typeof deadLettersQuerySchema>;

const time = z.iso.datetime({ precision: 3 });

export const deadLetterSchema = z
  .object({
    id: z.int().min(1),
    state: deadLetterStateSchema,
    /** A short code such as `not-protobuf` or `book-refused`, then details. */
    reason: z.string(),
    /** The log that it came from, and where in it. */
    source: z.string(),
    partition: z.int().min(0),
    /** In decimal: it may be larger than a JavaScript number holds. */
    offset: z.string().regex(/^\d+$/),
    /** These four are absent when the record could not be read. */
    orderId: orderIdSchema.optional(),
    saleId: saleIdSchema.optional(),
    buyerId: buyerIdSchema.optional(),
    quantity: z.int().min(1).optional(),
    /** Replays that the book refused. */
    attempts: z.int().min(0),
    buriedAt: time,
    changedAt: time,
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** The oldest first; `next` is absent on the last page. */
export const deadLettersSchema = z
  .object({ letters: z.array(deadLetterSchema), next: z.int().optional() })
  .meta({ id: 'DeadLetters' });
export type DeadLetters = z.infer<typeof deadLettersSchema>;

/** What this version reads in a record; a later one may read more. */
export const deadRecordSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('reserved'),
      reservations: z.array(
        z.object({
          orderId: orderIdSchema,
          saleId: saleIdSchema,
          buyerId: buyerIdSchema,
          quantity: z.int(),
          epoch: z.int(),
          bucket: z.int(),
          seq: z.int(),
          reservedAt: time,
        }),
      ),
    }),
    z.object({ kind: z.literal('barrier'), saleId: saleIdSchema, epoch: z.int() }),
    z.object({ kind: z.literal('unreadable'), reason: z.string() }),
  ])
  .meta({ id: 'DeadRecord' });
export type DeadRecord = z.infer<typeof deadRecordSchema>;

export const wholeDeadLetterSchema = deadLetterSchema
  .extend({
    /** The record's bytes in base64. */
    value: z.base64(),
    record: deadRecordSchema,
  })
  .meta({ id: 'WholeDeadLetter' });
export type WholeDeadLetter = z.infer<typeof wholeDeadLetterSchema>;

/** What a replay or a discard came to; repeated, it says the same of the orders as they are now. */
export const deadLetterResultSchema = z
  .object({
    letter: deadLetterSchema,
    /** The letter's orders as the book has them. */
    orders: z.array(
      z.object({
        orderId: orderIdSchema,
        state: orderStateSchema,
        reason: rejectionSchema.optional(),
      }),
    ),
    /** Its orders that the book does not take: without a row, or in letters of their own. */
    unwritten: z.array(z.object({ orderId: orderIdSchema, reason: z.string() })),
  })
  .meta({ id: 'DeadLetterResult' });
export type DeadLetterResult = z.infer<typeof deadLetterResultSchema>;

export type DeadLetterRefusal =
  | { kind: 'unknown-letter' }
  /** Stays pending. */
  | { kind: 'still-refused'; reason: string }
  /** Stays pending: a later version may read it. */
  | { kind: 'unreadable-letter'; reason: string }
  | { kind: 'letter-closed'; state: 'replayed' | 'discarded' };

export function deadLetterProblem(refusal: DeadLetterRefusal) {
  switch (refusal.kind) {
    case 'unknown-letter':
      return problem(404, 'unknown-letter', 'There is no such dead letter');
    case 'still-refused':
      return problem(409, 'still-refused', 'The book still refuses it', {
        detail: refusal.reason,
      });
    case 'unreadable-letter':
      return problem(409, 'unreadable-letter', 'The record cannot be read', {
        detail: refusal.reason,
      });
    case 'letter-closed':
      return problem(409, 'letter-closed', `This letter was ${refusal.state} already`);
  }
}
