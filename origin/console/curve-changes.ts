/**
 * What changed of a sell-through curve since somebody last saw it, so that a stream need not carry
 * ten minutes of seconds every second. Pure.
 */
import type { LiveFrame } from '../../contract/console.ts';

type Curve = LiveFrame['curve'];

/** `curve`: what is known once the changed points arrived. */
export function changedPoints(
  known: ReadonlyMap<number, number>,
  whole: Curve,
): { changed: Curve; curve: ReadonlyMap<number, number> } {
  const curve = new Map(whole);
  const changed = whole.filter(([second, units]) => known.get(second) !== units);
  // Seconds in which as many came back as were sold are left out of a whole curve.
  const gone = Array.from(known.keys())
    .filter((second) => !curve.has(second))
    .map((second): [number, number] => [second, 0]);
  return { changed: [...changed, ...gone], curve };
}
