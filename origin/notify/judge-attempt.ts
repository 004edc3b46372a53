/**
 * What an attempt to tell the shop means for the notice: pure. Any 2xx is a delivery. Everything
 * else is tried again, later each time and no sooner than the shop asked for, and for the last time
 * three days after the notice was made; then it is dead until somebody replays it.
 */
import type { Random } from '../../contract/random.ts';

const BACKOFF_BASE_MS = 5_000;
const BACKOFF_LIMIT_MS = 3_600_000;
/** As Standard Webhooks recommends: a shop that broke on a Friday is mended on Monday. */
export const GIVE_UP_AFTER_MS = 3 * 86_400_000;
/** The column's length. */
const MAX_ERROR_LENGTH = 200;

export type Attempt =
  | { kind: 'delivered' }
  /** `retryAfterMs`: how long the shop asked to be left alone. */
  | { kind: 'failed'; error: string; retryAfterMs?: number | undefined };

export type Verdict =
  | { kind: 'delivered' }
  | { kind: 'again'; dueAtMs: number; error: string }
  | { kind: 'dead'; error: string };

export interface Attempted {
  /** Attempts before this one. */
  tries: number;
  createdAtMs: number;
}

export function judgeAttempt(
  attempt: Attempt,
  { tries, createdAtMs }: Attempted,
  nowMs: number,
  random: Random,
): Verdict {
  if (attempt.kind === 'delivered') return attempt;
  const error = attempt.error.slice(0, MAX_ERROR_LENGTH);
  const giveUpAtMs = createdAtMs + GIVE_UP_AFTER_MS;
  if (nowMs >= giveUpAtMs) return { kind: 'dead', error };
  const backoffMs = Math.min(BACKOFF_LIMIT_MS, BACKOFF_BASE_MS * 2 ** tries);
  const jitteredMs = Math.round(backoffMs * (0.5 + random.fraction() / 2));
  const wantedAtMs = nowMs + Math.max(jitteredMs, attempt.retryAfterMs ?? 0);
  return { kind: 'again', dueAtMs: Math.min(wantedAtMs, giveUpAtMs), error };
}

/** Seconds or a date (RFC 9110, 10.2.3); undefined for anything else. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  // Date.parse by itself would find a date in almost anything.
  const atMs = /^[A-Z][a-z]{2}, .+ GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
