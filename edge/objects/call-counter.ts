/**
 * How many calls an object had in the present second and in its busiest one, by its own clock: what
 * shows that a shard stays below the 500 calls a second that it may get. Two numbers, no list.
 */
export interface CallsPerSecond {
  /** In the second that goes on. */
  present: number;
  /** In the busiest second since the object started. */
  busiest: number;
  /** Since it started. */
  total: number;
}

export interface CallCounter {
  count(nowMs: number): void;
  read(nowMs: number): CallsPerSecond;
}

export function createCallCounter(): CallCounter {
  let second = 0;
  let present = 0;
  let busiest = 0;
  let total = 0;

  function roll(nowMs: number) {
    const current = Math.floor(nowMs / 1000);
    if (current === second) return;
    second = current;
    present = 0;
  }

  return {
    count(nowMs) {
      roll(nowMs);
      present += 1;
      total += 1;
      busiest = Math.max(busiest, present);
    },
    read(nowMs) {
      roll(nowMs);
      return { present, busiest, total };
    },
  };
}
