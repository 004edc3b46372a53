/**
 * What the operator's console reads beyond the rest of the operator API: who it is, the live
 * numbers of a sale as a stream, the checklist before an opening, and an order's whole history.
 * Wherever a number is not known at the moment it is null; none is ever made up.
 */
import { z } from 'zod';
import { buyerIdSchema, orderIdSchema } from './ids.ts';
import { auditSchema, operatorOrderSchema, operatorSaleSchema } from './operator.ts';
import { newSaleSchema } from './sale.ts';

const instant = z.iso.datetime({ precision: 3 });
const count = z.int().min(0);

/** The same in both languages of the console. */
export const wordsSchema = z.object({ en: z.string(), zh: z.string() }).meta({ id: 'Words' });
export type Words = z.infer<typeof wordsSchema>;

/** `GET /operator/me`: whose token it is. A viewer changes nothing. */
export const operatorMeSchema = z
  .object({ name: z.string(), role: z.enum(['viewer', 'operator']) })
  .meta({ id: 'OperatorMe' });
export type OperatorMe = z.infer<typeof operatorMeSchema>;

/** `ok`, or in words what its backend said last. */
const backendState = z.string();

/**
 * The data of each `frame` of `GET /operator/sales/{saleId}/live`, once a second. The stream's
 * other events are `ping`, without data of use, and `end`, whose data is `LiveEnd`.
 */
export const liveFrameSchema = z
  .object({
    at: instant,
    sale: operatorSaleSchema,
    /** Answers to order requests, by outcome; `process`: no edge tells, so of this process only. */
    requests: z.object({
      source: z.enum(['edge', 'process']),
      perSecond: z.record(z.string(), z.number()),
    }),
    admittedPerSecond: z.number().nullable(),
    configuredRatePerSecond: z.number(),
    /** What the edge lets through now, as the origin keeps up. */
    currentRatePerSecond: z.number().nullable(),
    stockLeft: count.nullable(),
    /** Units reserved or paid, as the book has them. */
    sold: count.nullable(),
    /**
     * Units sold in a second since the opening: all seconds in a stream's first frame, later those
     * that changed, each with its new value; 0 where all came back.
     */
    curve: z.array(z.tuple([z.int(), z.int()])),
    outboxEntries: count.nullable(),
    /** Of the partitions that this process settles. */
    logLag: z.object({ messages: z.number(), seconds: z.number() }).nullable(),
    /** `difference` says something at the watermark only: the rest of the time units travel. */
    ledger: z
      .object({ terms: auditSchema.shape.terms, atWatermark: z.boolean(), difference: z.int() })
      .nullable(),
    share: z.number(),
    drawSteps: z.array(z.object({ at: instant, share: z.number() })),
    waitlist: z.object({ waiting: count, cap: count }),
    top: z
      .array(
        z.object({
          rank: z.int().min(1),
          buyerId: buyerIdSchema,
          quantity: z.int().min(1),
          elapsedMs: count,
        }),
      )
      .nullable(),
    /** Letters that wait for an operator, of all sales. */
    deadLetters: count.nullable(),
    /** Of this process: 1 is at its limit. `part` is the busiest one. */
    pressure: z.object({ value: z.number(), part: z.string(), inFlight: count }),
    backends: z.object({
      stock: backendState,
      log: backendState,
      book: backendState,
      lease: backendState,
    }),
  })
  .meta({ id: 'LiveFrame' });
export type LiveFrame = z.infer<typeof liveFrameSchema>;

/** Why a stream ended: connect again, after a moment when the process stops. */
export const liveEndSchema = z
  .object({ reason: z.enum(['draining', 'unknown-sale']) })
  .meta({ id: 'LiveEnd' });
export type LiveEnd = z.infer<typeof liveEndSchema>;

/** In the order in which they are shown. */
export const PREHEAT_CHECKS = [
  'stock-loaded',
  'scripts-loaded',
  'stock',
  'log',
  'book',
  'lease',
  'clocks',
  'edge-sale',
  'edge-pass',
  'keys',
  'share',
  'rate',
  'payments',
  'waitlist',
  'window',
  'dead-letters',
  'ledger',
] as const;
export const preheatCheckIdSchema = z.enum(PREHEAT_CHECKS);
export type PreheatCheckId = z.infer<typeof preheatCheckIdSchema>;

export const preheatCheckSchema = z
  .object({
    id: preheatCheckIdSchema,
    name: wordsSchema,
    /** Null: it does not apply here, or nothing is known to judge it by. */
    ok: z.boolean().nullable(),
    /** What was found. */
    detail: wordsSchema,
    /** What to do; with a check that is not ok. */
    advice: wordsSchema.optional(),
  })
  .meta({ id: 'PreheatCheck' });
export type PreheatCheck = z.infer<typeof preheatCheckSchema>;

/** What is expected, for the checks that need it; each may be left out. */
export const preheatRequestSchema = z
  .strictObject({
    /** How many are expected to want a unit. */
    expectedBuyers: z.int().min(1).max(1_000_000_000).optional(),
    /** Orders a second that the origin was measured to take. */
    measuredRatePerSecond: z.number().positive().max(1_000_000).optional(),
  })
  .meta({ id: 'PreheatRequest' });
export type PreheatRequest = z.infer<typeof preheatRequestSchema>;

/** `ok`: no check is false. */
export const preheatSchema = z
  .object({
    saleId: z.string(),
    at: instant,
    ok: z.boolean(),
    checks: z.array(preheatCheckSchema),
  })
  .meta({ id: 'Preheat' });
export type Preheat = z.infer<typeof preheatSchema>;

const terms = newSaleSchema.shape;

/**
 * `PATCH /operator/sales/{saleId}`: terms of a sale that has not opened; what is left out stays.
 * Units are added by a top-up, and the share is widened by the draw's own route.
 */
export const editSaleSchema = z
  .strictObject({
    /** The version that was looked at: when it is another one by now, nothing is changed. */
    version: z.int().min(1).optional(),
    title: terms.title.optional(),
    price: terms.price.optional(),
    currency: terms.currency.optional(),
    /** Null takes it away. */
    pictureUrl: terms.pictureUrl.unwrap().nullable().optional(),
    opensAt: terms.opensAt.optional(),
    closesAt: terms.closesAt.optional(),
    perBuyer: terms.perBuyer.unwrap().optional(),
    ratePerSecond: terms.ratePerSecond.unwrap().optional(),
    payWindowMs: terms.payWindowMs,
    freeOnPaymentFailure: terms.freeOnPaymentFailure.unwrap().optional(),
    waitlistCap: terms.waitlistCap,
    score: terms.score.unwrap().optional(),
  })
  .meta({ id: 'EditSale' });
export type EditSale = z.infer<typeof editSaleSchema>;

/** An order id or a buyer id, whole: a part of one finds nothing. */
export const orderSearchSchema = z.object({ q: z.union([orderIdSchema, buyerIdSchema]) });

/** The newest first, at most 100; of all sales. */
export const foundOrdersSchema = z
  .object({ orders: z.array(operatorOrderSchema) })
  .meta({ id: 'FoundOrders' });
export type FoundOrders = z.infer<typeof foundOrdersSchema>;

export const orderEventSchema = z
  .object({
    at: instant,
    /** What it is about. */
    of: z.enum(['order', 'payment', 'units', 'operator', 'letter', 'notice']),
    /**
     * What happened. Of `order`: `taken`, `joined-waitlist`, `served-from-waitlist`, or the state
     * that it came to; of `payment` its state; of `units` `released` or `release-waits`; of
     * `letter` `buried`, `replayed` or `discarded`; of `operator` the action; of `notice` its type.
     */
    what: z.string().meta({ example: 'reserved' }),
    /** Whatever else is known, by name: `reason`, `closedBy`, `paymentId`, `units`, `operator`… */
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .meta({ id: 'OrderEvent' });
export type OrderEvent = z.infer<typeof orderEventSchema>;

/** The oldest event first. */
export const orderHistorySchema = z
  .object({ order: operatorOrderSchema, events: z.array(orderEventSchema) })
  .meta({ id: 'OrderHistory' });
export type OrderHistory = z.infer<typeof orderHistorySchema>;
