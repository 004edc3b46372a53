/**
 * The one place that reads the wall clock. Everything that decides takes `nowMs` as an argument, so
 * that a test or a simulation can say what time it is.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };
