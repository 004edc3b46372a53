/**
 * What is published of a sale's draw (I6). From the moment that the sale is made: the hash of its
 * seed, which fixes it, and the share steps. Once no isolate can be drawing any more: the seed.
 * With both, everybody computes every verdict again, and `checkProof` is how.
 */
import { z } from 'zod';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { drawNumber, effectiveSeed, type ShareStep, STEP_MARGIN_MS } from './draw.ts';
import type { Hashing } from './hashing.ts';
import { buyerIdSchema, saleIdSchema } from './ids.ts';
import { SNAPSHOT_USABLE_MS } from './sale.ts';

/**
 * How long after the end the seed is kept: an isolate that the origin does not reach may use what
 * it knows of a sale for a minute (edge/copies.ts), and nobody is to know the numbers before. What
 * it knows may be some seconds old on its way, and clocks differ: as much as a step has for that.
 */
export const REVEAL_AFTER_END_MS = SNAPSHOT_USABLE_MS + STEP_MARGIN_MS;

const MAX_BEACON_LENGTH = 200;

const instant = z.iso.datetime({ precision: 3 });
const share = z.number().min(0).max(1);

/** One line of text that looks the same wherever it is shown, and is copied without loss. */
export const beaconSchema = z
  .string()
  .min(1)
  .max(MAX_BEACON_LENGTH)
  .refine((text) => text.trim() === text && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text), {
    error: 'must be one line of visible text without spaces at its ends',
  });

/** Without `at`: as soon as every isolate can know it. */
export const widenShareSchema = z
  .object({ share, at: instant.optional() })
  .meta({ id: 'WidenShare' });
export const publishBeaconSchema = z.object({ beacon: beaconSchema }).meta({ id: 'PublishBeacon' });

export const drawProofSchema = z
  .object({
    saleId: saleIdSchema,
    /** The commitment: base64url of SHA-256(seed). The same for as long as the sale is there. */
    seedHash: z.string(),
    /** Mixed into the seed; `at` is when it was published. */
    beacon: z.object({ value: z.string(), at: instant }).optional(),
    /** Earliest first. From `at` on, buyers whose number is below `share` are drawn. */
    shareSteps: z.array(z.object({ at: instant, share })),
    opensAt: instant,
    closesAt: instant,
    now: instant,
    /** When the seed is published. */
    revealsAt: instant,
    /** base64url of 32 bytes; absent before `revealsAt`. */
    seed: z.string().optional(),
  })
  .meta({ id: 'DrawProof' });
export type DrawProof = z.infer<typeof drawProofSchema>;

/** Who the edge takes somebody for: what the number is computed from. */
export const drawIdentitySchema = z.object({ buyerId: buyerIdSchema }).meta({ id: 'DrawIdentity' });
export type DrawIdentity = z.infer<typeof drawIdentitySchema>;

export type CheckedProof =
  /** The seed is not published yet. */
  | { kind: 'sealed' }
  /** The seed is not the one that was fixed. */
  | { kind: 'broken' }
  | { kind: 'holds'; numberOf(buyerId: string): number };

/** `commitment` is the hash that was known before the end. */
export function checkProof(hashing: Hashing, proof: DrawProof, commitment: string): CheckedProof {
  if (proof.seedHash !== commitment) return { kind: 'broken' };
  if (proof.seed === undefined) return { kind: 'sealed' };
  const seed = fromBase64Url(proof.seed);
  if (seed === undefined) return { kind: 'broken' };
  if (toBase64Url(hashing.sha256(seed)) !== commitment) return { kind: 'broken' };
  const seedHash = hashing.keyedHash(effectiveSeed(hashing, seed, proof.beacon?.value));
  return { kind: 'holds', numberOf: (buyerId) => drawNumber(seedHash, buyerId) };
}

export function stepsOf(proof: Pick<DrawProof, 'shareSteps'>): ShareStep[] {
  return proof.shareSteps.map((step) => ({ atMs: Date.parse(step.at), share: step.share }));
}
