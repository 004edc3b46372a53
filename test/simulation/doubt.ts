/**
 * Whether what the stock store says may be wrong without anybody being able to know: from the
 * moment that it lost something until the book has begun another epoch, and every process had the
 * time to hear of it. What is promised then is kept all the same; only what is said for that moment
 * may be old news.
 */
import type { LossyStock } from './lossy-stock.ts';

/** Until a process that runs has read the sales again. */
const HEARD_OF_MS = 1_500;

export interface Doubt {
  /** True while nobody has noticed a loss; `epoch` is the book's. */
  look(epoch: number): boolean;
  /** Whether the loss was noticed before that moment. */
  wasNoticed(beforeMs: number): boolean;
  /** Whether every process that runs had heard of it by then. */
  wasHeardOf(beforeMs: number): boolean;
}

export function createDoubt(lossy: LossyStock, nowMs: () => number): Doubt {
  let losses = 0;
  /** The epoch in which it lost something. */
  let lostIn = 0;
  let isLost = false;
  let lastDoubtMs = Number.NEGATIVE_INFINITY;
  const isNoticed = () => !isLost && lossy.losses() === losses;
  return {
    look(epoch) {
      if (lossy.losses() !== losses) {
        losses = lossy.losses();
        lostIn = epoch;
      }
      // A book in which nothing changes is not looked at, however long that takes.
      if (isLost) lastDoubtMs = nowMs();
      isLost = epoch <= lostIn;
      return isLost;
    },
    wasNoticed: (beforeMs) => isNoticed() && beforeMs > lastDoubtMs,
    wasHeardOf: (beforeMs) => isNoticed() && beforeMs > lastDoubtMs + HEARD_OF_MS,
  };
}
