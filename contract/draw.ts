/**
 * The draw: a sticky lottery. The same buyer gets the same number at every isolate and every retry,
 * and anyone can compute it again once the seed is published (I6). The share of the crowd that is
 * let in is a list of steps that only ever widens. With a beacon, a text that the operator
 * publishes after the seed is fixed and before the sale opens, the numbers depend on both.
 */
import type { Hashing, KeyedHash } from './hashing.ts';

/** From `atMs` on, buyers whose number is below `share` are drawn. */
export interface ShareStep {
  atMs: number;
  share: number;
}

/** Far more than anybody widens a sale; a click looks at every one of them. */
export const MAX_SHARE_STEPS = 100;

/** What numbers are computed with: the seed itself, or HMAC-SHA-256(seed, beacon). */
export function effectiveSeed(
  hashing: Hashing,
  seed: Uint8Array,
  beacon: string | undefined,
): Uint8Array {
  return beacon === undefined ? seed : hashing.keyedHash(seed)(beacon);
}

/**
 * From storing a step to its beginning, at least: another origin process knows it a second later,
 * an isolate another two; the rest is for clocks that differ.
 */
export const STEP_MARGIN_MS = 5_000;

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

/** When the steps let this number in for the first time; undefined when they never do. */
export function drawnFromMs(steps: readonly ShareStep[], number: number): number | undefined {
  let first: number | undefined;
  for (const { atMs, share } of steps) {
    if (number < share && (first === undefined || atMs < first)) first = atMs;
  }
  return first;
}
