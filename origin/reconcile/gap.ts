/**
 * Whether reservations went astray between the stock store and the book. In a busy sale some are
 * always on their way, so a gap is proved: while the outbox is empty all that was handed out is in
 * the log; a barrier is put behind it; once the book has settled past the barrier, it must have
 * settled as many. Pure.
 */

/** How long the book is behind before anything is put into the log to find out why. */
export const GAP_AFTER_MS = 30_000;

export interface GapReading {
  epoch: number;
  /** Handed out in this epoch. */
  seq: number;
  /** Outbox entries. */
  outbox: number;
  /** Of this epoch, in the book. */
  settledOrders: number;
}

export interface Gap {
  epoch: number;
  /** Since when the book was seen behind. */
  sinceMs: number;
  /** What was in the log when the barrier was put behind it. */
  probe?: { seq: number; barrier: ReadonlyMap<number, bigint> };
  /** What the store holds and the book has not was appended again. */
  repaired: boolean;
}

export type GapStep =
  | { kind: 'wait' }
  /** Nothing is missing. */
  | { kind: 'closed' }
  /** Put a barrier into the log, and note it as the gap's probe. */
  | { kind: 'probe'; seq: number }
  /** The book is past the barrier and has fewer orders than lay before it. */
  | { kind: 'repair'; missing: number };

export function judgeGap(
  gap: Gap | undefined,
  reading: GapReading,
  { nowMs, isPast }: { nowMs: number; isPast: boolean },
): GapStep {
  const { epoch, seq, outbox, settledOrders } = reading;
  if (gap === undefined) return { kind: settledOrders >= seq ? 'closed' : 'wait' };
  if (gap.epoch !== epoch || settledOrders >= seq) return { kind: 'closed' };
  const { probe } = gap;
  if (probe === undefined) {
    const isDue = nowMs - gap.sinceMs >= GAP_AFTER_MS && outbox === 0;
    return isDue ? { kind: 'probe', seq } : { kind: 'wait' };
  }
  if (!isPast) return { kind: 'wait' };
  const missing = probe.seq - settledOrders;
  return missing > 0 ? { kind: 'repair', missing } : { kind: 'closed' };
}
