/**
 * The arithmetic of one token bucket: a shard of a sale's rate. Pure: what it was, what is asked,
 * what time it is; out come the new state and the grant. In any span of T ms it hands out at most
 * its capacity + rate x T. Leases live as long as the capacity is wide, so what is leased and not
 * yet spent is at most twice the capacity; leased tokens are never taken back.
 */

/** How long a leased token may be spent after it was asked for. */
export const LEASE_LIFE_MS = 250;
/** A bucket holds at most what flows in during this time: the largest burst. */
const CAPACITY_MS = 250;
/**
 * A bucket that starts, perhaps again after a deploy, holds at most what flows in during this time.
 */
const START_MS = 100;
/**
 * A call should bring at least so many tokens, where the rate allows: 0.04 calls an admitted
 * request.
 */
const TOKENS_WORTH_A_CALL = 25;
/** Within those bounds an empty bucket spaces the calls of its isolates. */
const MIN_SPACING_MS = 5;
const MAX_SPACING_MS = 100;
/** An isolate is put off that long at most, so that the bucket does not run over unasked. */
const MAX_PUT_OFF_MS = 2_000;

export interface BucketRate {
  /**
   * The sale's version that the rate comes from: an isolate with an old snapshot changes nothing.
   */
  version: number;
  /** This shard's part of the sale's rate; may be far below 1. */
  tokensPerSecond: number;
}

export interface BucketState extends BucketRate {
  tokens: number;
  filledAtMs: number;
  /** The last time promised to an isolate that was put off. */
  promisedAtMs: number;
}

export interface LeaseAsk extends BucketRate {
  /** Whole tokens, 1 or more. */
  want: number;
}

/**
 * Spans, not moments: the isolate adds them to its own clock, so the two clocks need not agree. The
 * life counts from when the isolate asked, the putting off from when it has the grant.
 */
export interface LeaseGrant {
  /** Whole tokens, 0 to `want`. */
  tokens: number;
  livesMs: number;
  /** Given when there was less than wanted: asking earlier than this is useless. */
  askAgainAfterMs?: number;
}

export function startBucket(rate: BucketRate, nowMs: number): BucketState {
  const { version, tokensPerSecond } = rate;
  const tokens = Math.min(capacityOf(tokensPerSecond), (tokensPerSecond * START_MS) / 1000);
  return { version, tokensPerSecond, tokens, filledAtMs: nowMs, promisedAtMs: nowMs };
}

export function lease(
  state: BucketState,
  ask: LeaseAsk,
  nowMs: number,
): { state: BucketState; grant: LeaseGrant } {
  // Filled at the old rate up to now, then bounded by the new one: a rise is never paid in arrears.
  const { version, tokensPerSecond } = ask.version >= state.version ? ask : state;
  const elapsedMs = Math.max(0, nowMs - state.filledAtMs);
  const flowedIn = state.tokens + (elapsedMs * state.tokensPerSecond) / 1000;
  const filled = Math.min(capacityOf(tokensPerSecond), flowedIn);
  const tokens = Math.min(ask.want, Math.floor(filled));
  const next: BucketState = {
    version,
    tokensPerSecond,
    tokens: filled - tokens,
    filledAtMs: Math.max(nowMs, state.filledAtMs),
    promisedAtMs: state.promisedAtMs,
  };
  if (tokens === ask.want) return { state: next, grant: { tokens, livesMs: LEASE_LIFE_MS } };
  const promisedAtMs = promiseOf(next, nowMs);
  return {
    state: { ...next, promisedAtMs },
    grant: { tokens, livesMs: LEASE_LIFE_MS, askAgainAfterMs: promisedAtMs - nowMs },
  };
}

/** At least one whole token, or a slow bucket would never have one to give. */
export function capacityOf(tokensPerSecond: number): number {
  return Math.max(1, (tokensPerSecond * CAPACITY_MS) / 1000);
}

/**
 * A time for each isolate that is put off, one after the other, so that they do not come at once.
 */
function promiseOf(state: BucketState, nowMs: number): number {
  const wantedMs = (TOKENS_WORTH_A_CALL / state.tokensPerSecond) * 1000;
  const spacingMs = Math.min(MAX_SPACING_MS, Math.max(MIN_SPACING_MS, wantedMs));
  const untilOneMs = Math.max(0, ((1 - state.tokens) / state.tokensPerSecond) * 1000);
  const inLineMs = Math.max(spacingMs, state.promisedAtMs + spacingMs - nowMs);
  return nowMs + Math.ceil(Math.max(untilOneMs, Math.min(inLineMs, MAX_PUT_OFF_MS)));
}
