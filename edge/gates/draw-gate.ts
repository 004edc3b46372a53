/**
 * The draw's gate: a sticky lottery (contract/draw.ts has the rule). Asking again gains nothing
 * until the share widens, and Retry-After says when that is: at the first step known that admits
 * this buyer. An operator may widen the share earlier; whoever waits as told then comes a little
 * later.
 */
import { drawNumber, type ShareStep, shareAt } from '../../contract/draw.ts';
import type { KeyedHash } from '../../contract/hashing.ts';
import type { Refusal } from '../../contract/outcomes.ts';

/** With no step to wait for: operators widen by hand within minutes, so asking often is useless. */
const NO_STEP_RETRY_MS = 10_000;

export type NotDrawn = Refusal & { kind: 'not-drawn' };

export interface Draw {
  shareSteps: readonly ShareStep[];
  /** HMAC keyed with the sale's seed. */
  seedHash: KeyedHash;
}

/** Undefined lets the request through. */
export function drawGate(draw: Draw, buyerId: string, nowMs: number): NotDrawn | undefined {
  const number = drawNumber(draw.seedHash, buyerId);
  if (number < shareAt(draw.shareSteps, nowMs)) return undefined;
  const admittingAtMs = draw.shareSteps
    .filter((step) => step.atMs > nowMs && number < step.share)
    .reduce((earliest, step) => Math.min(earliest, step.atMs), Number.POSITIVE_INFINITY);
  const retryAfterMs = Number.isFinite(admittingAtMs) ? admittingAtMs - nowMs : NO_STEP_RETRY_MS;
  return { kind: 'not-drawn', retryAfterMs };
}
