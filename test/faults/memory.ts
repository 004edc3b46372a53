/**
 * Whether memory stayed flat over a soak. Pure. A process fills its heap and its pools first, so
 * the first third is left out; what comes after is compared by medians, which single samples
 * do not move.
 */

/** Bytes by name at one moment. */
export type Sample = Record<string, number>;

export interface Growth {
  name: string;
  /** Medians of the second third and of the last. */
  from: number;
  to: number;
  isFlat: boolean;
}

/** Caches that fill; a leak of 100 bytes an order is 9 MB more after ten minutes. */
const MOST_GROWTH = 0.1;

export function judgeGrowth(samples: readonly Sample[]): Growth[] {
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  return Object.keys(samples[0] ?? {}).map((name) => {
    const [from, to] = [median(middle, name), median(last, name)];
    return { name, from, to, isFlat: to <= from * (1 + MOST_GROWTH) };
  });
}

function median(samples: readonly Sample[], name: string): number {
  const sorted = samples.map((sample) => sample[name] ?? 0).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
