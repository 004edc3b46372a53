/**
 * The draw: a sticky lottery. The same buyer gets the same number at every isolate and every retry,
 * and anyone can compute it again once the seed is published (I6). The share of the crowd that is
 * let in is a list of steps that only ever widens.
 */
import type { Hashing, KeyedHash } from './hashing.ts';

/** From `atMs` on, buyers whose number is below `share` are drawn. */
export interface ShareStep {
  atMs: number;
  share: number;
}

/** The buyer's number in [0, 1): the first 52 bits of HMAC-SHA-256(seed, buyerId), over 2^52. */
export function drawNumber(seedHash: KeyedHash, buyerId: string): number {
  const hash = seedHash(buyerId);
  let high = 0;
  for (let index = 0; index < 4; index += 1) high = high * 256 + (hash[index] ?? 0);
  const low = ((hash[4] ?? 0) << 12) | ((hash[5] ?? 0) << 4) | ((hash[6] ?? 0) >> 4);
  return (high * 2 ** 20 + low) / 2 ** 52;
}

/**
 * For a draw of another purpose from the same seed: who was unlucky at the opening is as likely to
 * be drawn there as anybody. Use it with `drawNumber`.
 */
export function drawHashFor(hashing: Hashing, seed: Uint8Array, purpose: 'outage'): KeyedHash {
  return hashing.keyedHash(hashing.keyedHash(seed)(purpose));
}

/** The share in force at `nowMs`: the widest of all steps begun; 0 before the first. */
export function shareAt(steps: readonly ShareStep[], nowMs: number): number {
  let share = 0;
  for (const step of steps) if (step.atMs <= nowMs && step.share > share) share = step.share;
  return share;
}
