/**
 * How many requests came in the last `windowMs`, as an estimate: this window's count and what is
 * left of the one before, as if that was spread evenly. Two numbers instead of a list of times.
 */
export interface Demand {
  count(nowMs: number): void;
  inWindow(nowMs: number): number;
}

export function createDemand(windowMs: number): Demand {
  let startedAtMs = 0;
  let counted = 0;
  let countedBefore = 0;

  function roll(nowMs: number) {
    const windows = Math.floor((nowMs - startedAtMs) / windowMs);
    if (windows <= 0) return;
    countedBefore = windows === 1 ? counted : 0;
    counted = 0;
    startedAtMs += windows * windowMs;
  }

  return {
    count(nowMs) {
      roll(nowMs);
      counted += 1;
    },
    inWindow(nowMs) {
      roll(nowMs);
      const part = Math.min(1, Math.max(0, nowMs - startedAtMs) / windowMs);
      return counted + countedBefore * (1 - part);
    },
  };
}
