/**
 * The proof of a sale's draw, the same for everybody: one copy an isolate, at most about a second
 * old, through the colo's cache (edge/copies.ts), so that a crowd that looks costs the origin
 * nothing.
 */
import { type DrawProof, drawProofSchema } from '../contract/draw-proof.ts';
import { type Copies, createCopies } from './copies.ts';
import type { CallOrigin } from './origin.ts';
import type { Platform } from './platform.ts';
import { createSharedSource } from './shared-source.ts';

/** A few kB each; only a few sales are looked at in the same hour. */
const MAX_SALES = 50;

interface KnownProof {
  kind: 'proof';
  /** But for `now`, which is the moment of each answer. */
  proof: DrawProof;
}

export type DrawProofs = Copies<KnownProof | { kind: 'unknown-sale' }>;

export function createDrawProofs(platform: Platform, callOrigin: CallOrigin): DrawProofs {
  const fetchProof = createSharedSource({
    platform,
    callOrigin,
    name: 'draw-proof',
    schema: drawProofSchema,
    addressOf: (saleId) => `https://draw-proofs.sluice.invalid/${saleId}`,
    pathOf: (saleId) => `/api/sales/${saleId}/draw`,
  });
  return createCopies({
    platform,
    fetchCopy: fetchProof,
    keep: (_known, told) =>
      told === undefined ? { kind: 'unknown-sale' } : { kind: 'proof', proof: told },
    maxEntries: MAX_SALES,
  });
}
