/**
 * The arithmetic of one token bucket: a shard's part of a sale's rate. Pure: what it was, what is
 * asked, what time it is; out come the new state and the grant. In any span of T ms it hands out at
 * most its capacity + rate x T. Leases live as long as the capacity is wide, so what is leased and
 * not yet spent is at most twice the capacity; leased tokens are never taken back.
 *
 * Each caller is told when to come back: its place in a line in which everybody finds as much as
 * they want, and in which no more come in a second than an object bears.
 */

/**
 * Requests that run side by side may read clocks a little apart. More than that, and the clock was
 * set back: moments that were noted before would lie in the future for as long as that.
 */
export const CLOCK_SET_BACK_MS = 250;
/** How long a leased token may be spent after it was taken out of the bucket. */
export const LEASE_LIFE_MS = 250;
/** A bucket holds at most what flows in during this time: the largest burst. */
const CAPACITY_MS = 250;
/** A caller is put off that long at most, so that the bucket does not run over unasked. */
const MAX_PUT_OFF_MS = 2_000;
/**
 * Calls of one shard come no closer on the average: 333 a second, well below the 500 that a shard
 * may get, since isolates that start come unannounced.
 */
const CALL_SPACING_MS = 3;
/** Before callers are spaced, what comes in so long may come at once: 33 calls. */
const CALL_BURST_MS = 100;
/** A caller who waits that long for its turn alone finds most of its lease has ended. */
const CROWDED_MS = 100;
/**
 * What stays in the bucket after a grant was promised to nobody who came for it; it brings the line
 * forward by so many times its worth. At 1 an isolate that takes half of a full bucket would be
 * put off although there is more; at 16, callers find it empty and 64 simulated isolates make a
 * tenth more calls.
 */
const LEFT_WEIGHS = 2;
/**
 * Callers come so close to each other that a bucket fills to this part at most meanwhile: each
 * comes a little late, and what runs over is lost.
 */
const FULL_ENOUGH = 0.7;
/** A bucket without a rate may have one soon. */
const NO_RATE_PUT_OFF_MS = 250;

export interface BucketState {
  /** This shard's part of the sale's rate; may be far below 1, and 0 while it has none. */
  tokensPerSecond: number;
  tokens: number;
  filledAtMs: number;
  /** Until then, what flows in is promised to callers who were put off. */
  promisedAtMs: number;
  /** Until then, the calls that an object bears are promised. */
  callsUntilMs: number;
}

/** Spans, not moments: both count from when the isolate asked, so the clocks need not agree. */
export interface LeaseGrant {
  /** Whole tokens, 0 to what was wanted. */
  tokens: number;
  livesMs: number;
  /** Asking earlier than this is useless. */
  askAgainAfterMs?: number;
  /** So many ask that each comes too rarely to have tokens that live: they should spread. */
  crowded?: true;
}

export function emptyBucket(nowMs: number): BucketState {
  const times = { filledAtMs: nowMs, promisedAtMs: nowMs, callsUntilMs: nowMs };
  return { tokensPerSecond: 0, tokens: 0, ...times };
}

/** Filled at the old rate up to now, then bounded by the new one: a rise is not paid in arrears. */
export function retune(state: BucketState, tokensPerSecond: number, nowMs: number): BucketState {
  const filled = fill(state, nowMs);
  const tokens = Math.min(filled.tokens, capacityOf(tokensPerSecond));
  return { ...filled, tokensPerSecond, tokens };
}

export function addTokens(state: BucketState, tokens: number): BucketState {
  return {
    ...state,
    tokens: Math.min(capacityOf(state.tokensPerSecond), state.tokens + tokens),
  };
}

export function lease(
  before: BucketState,
  want: number,
  nowMs: number,
): { state: BucketState; grant: LeaseGrant } {
  const filled = fill(before, nowMs);
  const tokens = Math.min(want, Math.floor(filled.tokens));
  const left = { ...filled, tokens: filled.tokens - tokens };
  const promisedAtMs = promiseOf(left, want, nowMs);
  const callsUntilMs = Math.max(left.callsUntilMs, nowMs) + CALL_SPACING_MS;
  const state = { ...left, promisedAtMs, callsUntilMs };
  const untilOneMs = tokens === want ? 0 : untilOne(left);
  const inLineMs = Math.max(promisedAtMs - nowMs, untilOneMs);
  const forCallsMs = callsUntilMs - nowMs - CALL_BURST_MS;
  const putOffMs = Math.ceil(Math.max(inLineMs, forCallsMs));
  const grant: LeaseGrant = { tokens, livesMs: LEASE_LIFE_MS };
  if (putOffMs > 0) grant.askAgainAfterMs = putOffMs;
  if (forCallsMs > CROWDED_MS) grant.crowded = true;
  return { state, grant };
}

/** At least one whole token, or a slow bucket would never have one to give. */
export function capacityOf(tokensPerSecond: number): number {
  return tokensPerSecond === 0 ? 0 : Math.max(1, (tokensPerSecond * CAPACITY_MS) / 1000);
}

function fill(state: BucketState, nowMs: number): BucketState {
  const elapsedMs = Math.max(0, nowMs - state.filledAtMs);
  const flowedIn = state.tokens + (elapsedMs * state.tokensPerSecond) / 1000;
  const tokens = Math.min(capacityOf(state.tokensPerSecond), flowedIn);
  return { ...state, tokens, filledAtMs: Math.max(nowMs, state.filledAtMs) };
}

/** When there is as much again for this caller, after all who were promised theirs before. */
function promiseOf(left: BucketState, want: number, nowMs: number): number {
  if (left.tokensPerSecond === 0) return nowMs;
  const wishMs = Math.min((want / left.tokensPerSecond) * 1000, CAPACITY_MS * FULL_ENOUGH);
  const fillsInMs = wishMs - ((left.tokens * LEFT_WEIGHS) / left.tokensPerSecond) * 1000;
  const inLineMs = Math.max(0, left.promisedAtMs - nowMs) + fillsInMs;
  return nowMs + Math.max(0, Math.min(inLineMs, MAX_PUT_OFF_MS));
}

function untilOne({ tokens, tokensPerSecond }: BucketState): number {
  if (tokensPerSecond === 0) return NO_RATE_PUT_OFF_MS;
  return Math.max(0, ((1 - tokens) / tokensPerSecond) * 1000);
}
