/**
 * A sale as the three sides see it: `saleViewSchema` is what a browser reads, `saleSnapshotSchema`
 * what the origin tells the edge (it holds the draw's secret seed and never leaves the edge), and
 * `newSaleSchema` what an operator sends. Times are ISO 8601 with milliseconds towards browsers and
 * operators, milliseconds since the epoch between edge and origin.
 */
import { z } from 'zod';
import { accessModeSchema, EVERYBODY, snapshotAccessSchema } from './access.ts';
import { saleIdSchema } from './ids.ts';
import { scoreSchema } from './leaderboard.ts';

export const saleStateSchema = z
  .enum(['scheduled', 'open', 'paused', 'sold-out', 'ended'])
  .meta({ id: 'SaleState' });
export type SaleState = z.infer<typeof saleStateSchema>;

const instant = z.iso.datetime({ precision: 3 }).meta({ example: '2026-11-11T00:00:00.000Z' });
const count = z.int().min(0);

export const saleViewSchema = z
  .object({
    saleId: saleIdSchema,
    title: z.string(),
    /** Minor units of `currency` (ISO 4217): 199900 CNY is 1,999.00 yuan. */
    price: count,
    currency: z.string(),
    pictureUrl: z.string().optional(),
    state: saleStateSchema,
    opensAt: instant,
    closesAt: instant,
    now: instant,
    /** Only while the shop does not answer: when it last said so. */
    asOf: instant.optional(),
    units: count,
    /** Coarse: rounded up to a twentieth of `units`; 0 exactly when sold out. */
    remaining: count,
    perBuyer: z.int().min(1),
    /** Absent when the sale has none; nobody joins a full one. */
    waitlist: z.object({ waiting: count, full: z.boolean() }).optional(),
    /** Who may buy; absent when everybody may. */
    access: accessModeSchema.exclude(['everybody']).optional(),
    /** Present when results are pushed: a page that listens need not ask as often. */
    feed: z.literal(true).optional(),
  })
  .meta({ id: 'Sale' });
export type SaleView = z.infer<typeof saleViewSchema>;

/**
 * How old a snapshot an isolate may act upon while the origin is silent: the origin's restart must
 * not stop a sale's gates. Whatever has to be known everywhere is put off for as long.
 */
export const SNAPSHOT_USABLE_MS = 60_000;

export const saleSnapshotSchema = z.object({
  saleId: saleIdSchema,
  /** Grows with every change of the sale; the edge goes back only when the origin insists on it. */
  version: count,
  title: z.string(),
  price: count,
  currency: z.string(),
  pictureUrl: z.string().optional(),
  units: count,
  remaining: count,
  perBuyer: z.int().min(1),
  opensAtMs: count,
  closesAtMs: count,
  paused: z.boolean(),
  soldOut: z.boolean(),
  /** `cap` 0: the sale has no waitlist. */
  waitlist: z.object({ waiting: count, cap: count }),
  /** base64url of the draw's 32 secret bytes. */
  seed: z.string(),
  shareSteps: z.array(z.object({ atMs: count, share: z.number().min(0).max(1) })),
  /** What the origin is to get, in orders per second over all isolates. */
  ratePerSecond: z.number().positive(),
  /** Who may buy; without it everybody. */
  access: snapshotAccessSchema.default(EVERYBODY),
  /** Whether the origin pushes results; a page that listens to a silent feed asks too seldom. */
  fed: z.boolean().default(false),
});
export type SaleSnapshot = z.infer<typeof saleSnapshotSchema>;

export const SALE_LIMITS = {
  /** Redis, JavaScript and 32-bit columns all hold it exactly; no flash sale is near it. */
  units: 10_000_000,
  /** More than one click should ever buy. */
  perBuyer: 100,
  /** A hundred times what one origin process on two cores takes. */
  ratePerSecond: 1_000_000,
  /** Each place is counted again every second while somebody asks: more would cost too much. */
  waitlistCap: 100_000,
  payWindowMs: { least: 1_000, most: 86_400_000 },
} as const;

/** What the ids of rehearsals begin with (rehearsal.ts), and no other sale's does. */
const REHEARSAL_PREFIX = 'rehearsal-';

export function isRehearsal(saleId: string): boolean {
  return saleId.startsWith(REHEARSAL_PREFIX);
}

export const newSaleSchema = z
  .object({
    saleId: saleIdSchema.refine((id) => !isRehearsal(id), {
      error: `must not begin with ${REHEARSAL_PREFIX}, which marks rehearsals`,
    }),
    title: z.string().trim().min(1).max(200),
    units: z.int().min(1).max(SALE_LIMITS.units),
    price: z.int().min(0).max(1_000_000_000_000),
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as CNY'),
    pictureUrl: z
      .string()
      .max(500)
      .regex(/^(https:\/\/|\/)/, 'must begin with https:// or /')
      .optional(),
    opensAt: instant,
    closesAt: instant,
    perBuyer: z.int().min(1).max(SALE_LIMITS.perBuyer).default(1),
    ratePerSecond: z.number().positive().max(SALE_LIMITS.ratePerSecond).default(1000),
    share: z.number().min(0).max(1).default(1),
    /** How long a buyer has to pay; the shop's PAY_WINDOW_MS unless given. */
    payWindowMs: z
      .int()
      .min(SALE_LIMITS.payWindowMs.least)
      .max(SALE_LIMITS.payWindowMs.most)
      .optional(),
    freeOnPaymentFailure: z.boolean().default(false),
    /** 0 for none; as many as there are units, at most 10,000, unless given. */
    waitlistCap: z.int().min(0).max(SALE_LIMITS.waitlistCap).optional(),
    score: scoreSchema.default('fastest'),
  })
  // Times that cannot be read are named by themselves, not as a wrong order too.
  .refine((sale) => !(Date.parse(sale.opensAt) >= Date.parse(sale.closesAt)), {
    path: ['closesAt'],
    error: 'must be later than opensAt',
  })
  .meta({ id: 'NewSale' });
export type NewSale = z.infer<typeof newSaleSchema>;

/** The state a buyer is told. Paused wins over sold out: the operator's word comes first. */
export function saleStateAt(
  sale: Pick<SaleSnapshot, 'opensAtMs' | 'closesAtMs' | 'paused' | 'soldOut'>,
  nowMs: number,
): SaleState {
  if (nowMs >= sale.closesAtMs) return 'ended';
  if (sale.paused) return 'paused';
  if (nowMs < sale.opensAtMs) return 'scheduled';
  return sale.soldOut ? 'sold-out' : 'open';
}

/** Rounded up to a twentieth, so that the page shows no exact stock to a bot; 0 only for 0. */
export function coarseRemaining(remaining: number, units: number): number {
  if (remaining <= 0) return 0;
  const step = Math.max(1, Math.ceil(units / 20));
  return Math.min(units, Math.ceil(remaining / step) * step);
}

/** `asOfMs`: when the snapshot was asked for, if that is too long ago to pass for now. */
export function saleViewOf(snapshot: SaleSnapshot, nowMs: number, asOfMs?: number): SaleView {
  const { waiting, cap } = snapshot.waitlist;
  return {
    saleId: snapshot.saleId,
    title: snapshot.title,
    price: snapshot.price,
    currency: snapshot.currency,
    ...(snapshot.pictureUrl === undefined ? {} : { pictureUrl: snapshot.pictureUrl }),
    state: saleStateAt(snapshot, nowMs),
    opensAt: new Date(snapshot.opensAtMs).toISOString(),
    closesAt: new Date(snapshot.closesAtMs).toISOString(),
    now: new Date(nowMs).toISOString(),
    ...(asOfMs === undefined ? {} : { asOf: new Date(asOfMs).toISOString() }),
    units: snapshot.units,
    remaining: snapshot.remaining,
    perBuyer: snapshot.perBuyer,
    ...(cap === 0 ? {} : { waitlist: { waiting, full: waiting >= cap } }),
    ...(snapshot.access.mode === 'everybody' ? {} : { access: snapshot.access.mode }),
    ...(snapshot.fed ? { feed: true } : {}),
  };
}
