/**
 * When which synthetic buyer clicks: pure. The rate rises in steps to the wanted one, each as long
 * as the others, so that the step at which something bends is seen. Clicks come by this schedule
 * whether answers come or not, as a crowd's do; within its slot each comes at a random moment.
 */
import type { Random } from '../../contract/random.ts';

export interface Stage {
  /** Clicks a second. */
  ratePerSecond: number;
  arrivals: number;
  beginsAtMs: number;
  endsAtMs: number;
}

export interface Plan {
  stages: readonly Stage[];
  totalMs: number;
}

/** Of the wanted rate; the first is what everything is held against. */
const STEPS = [0.2, 0.4, 0.6, 0.8, 1];

export function planStages({ buyers, rate }: { buyers: number; rate: number }): Plan {
  const sum = STEPS.reduce((total, step) => total + step, 0);
  const stageMs = (buyers / (rate * sum)) * 1_000;
  let left = buyers;
  const stages = STEPS.map((step, index): Stage => {
    const isLast = index === STEPS.length - 1;
    const arrivals = isLast ? left : Math.min(left, Math.round((buyers * step) / sum));
    left -= arrivals;
    return {
      ratePerSecond: rate * step,
      arrivals,
      beginsAtMs: index * stageMs,
      endsAtMs: (index + 1) * stageMs,
    };
  });
  return { stages, totalMs: stageMs * STEPS.length };
}

/** Each buyer's moment from the start, in order. */
export function scheduleOf({ stages }: Plan, random: Random): Float64Array {
  const arrivals = stages.reduce((total, stage) => total + stage.arrivals, 0);
  const dueMs = new Float64Array(arrivals);
  let next = 0;
  for (const { arrivals: count, beginsAtMs, endsAtMs } of stages) {
    const slotMs = (endsAtMs - beginsAtMs) / Math.max(1, count);
    for (let slot = 0; slot < count; slot += 1) {
      dueMs[next] = beginsAtMs + (slot + random.fraction()) * slotMs;
      next += 1;
    }
  }
  return dueMs;
}

/** The stage in which a moment lies. */
export function stageAt({ stages }: Plan, atMs: number): number {
  const found = stages.findIndex(({ endsAtMs }) => atMs < endsAtMs);
  return found === -1 ? stages.length - 1 : found;
}
