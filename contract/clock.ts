/**
 * The one place that reads the wall clock. Everything that decides takes `nowMs` as an argument, so
 * that a test or a simulation can say what time it is.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /**
   * Milliseconds since some moment, by a clock that nobody sets; it may stand still while the
   * machine sleeps. Without it `nowMs` is known to be never set.
   */
  steadyMs?(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
};

/** A moment, by both clocks. */
export interface Moment {
  nowMs: number;
  steadyMs: number;
}

export function momentOf(clock: Clock): Moment {
  const nowMs = clock.nowMs();
  return { nowMs, steadyMs: clock.steadyMs?.() ?? nowMs };
}

/**
 * At least what really passed: the wall clock may be set back meanwhile, the steady one stands
 * still while the machine sleeps, and whichever saw more is right.
 */
export function passedSinceMs(clock: Clock, moment: Moment): number {
  const { nowMs, steadyMs } = momentOf(clock);
  return Math.max(nowMs - moment.nowMs, steadyMs - moment.steadyMs);
}
