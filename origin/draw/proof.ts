/**
 * What a sale's draw is made with, and what of it is told to whom: the seed that numbers are
 * computed with goes to the edge only, and the proof to everybody, which has the seed itself once
 * no isolate can be drawing any more.
 */
import { fromBase64Url, toBase64Url } from '../../contract/base64url.ts';
import { effectiveSeed } from '../../contract/draw.ts';
import { type DrawProof, REVEAL_AFTER_END_MS } from '../../contract/draw-proof.ts';
import { nodeHashing } from '../hashing.ts';
import type { Sale } from '../settle/book.ts';

/** With the beacon, if the sale has one. */
export function drawSeed({ seed, beacon }: Pick<Sale, 'seed' | 'beacon'>): Uint8Array {
  return effectiveSeed(nodeHashing, seedBytes(seed), beacon?.value);
}

/** The commitment: fixed when the sale is made, whatever beacon comes later. */
export function seedHashOf({ seed }: Pick<Sale, 'seed'>): string {
  return toBase64Url(nodeHashing.sha256(seedBytes(seed)));
}

export function drawProofOf(sale: Sale, nowMs: number): DrawProof {
  const { saleId, beacon, shareSteps, opensAtMs, closesAtMs, seed } = sale;
  const revealsAtMs = closesAtMs + REVEAL_AFTER_END_MS;
  const inOrder = shareSteps.toSorted((left, right) => left.atMs - right.atMs);
  return {
    saleId,
    seedHash: seedHashOf(sale),
    ...(beacon === undefined ? {} : { beacon: { value: beacon.value, at: iso(beacon.atMs) } }),
    shareSteps: inOrder.map(({ atMs, share }) => ({ at: iso(atMs), share })),
    opensAt: iso(opensAtMs),
    closesAt: iso(closesAtMs),
    now: iso(nowMs),
    revealsAt: iso(revealsAtMs),
    ...(nowMs < revealsAtMs ? {} : { seed: toBase64Url(seedBytes(seed)) }),
  };
}

/** The column takes any text; one that is no base64url draws by its characters. */
function seedBytes(seed: string): Uint8Array {
  return fromBase64Url(seed) ?? Buffer.from(seed);
}

const iso = (ms: number) => new Date(ms).toISOString();
