/**
 * Chance from a seed, so that a failure can be seen again: Mulberry32 (public domain, Tommy
 * Ettinger), small, and the same on every machine and in workerd.
 */

/** Each call gives the next number in [0, 1). */
export function createFractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
