/**
 * Counts what a rehearsal came to, by stage and by second, and makes of it what is judged and
 * drawn. Seconds are those in which clicks were due, so that a second's figures tell of its crowd.
 */
import type { RehearsalProgress } from '../../contract/rehearsal.ts';
import type { Clicked } from './crowd.ts';
import { type Plan, stageAt } from './plan.ts';

export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
}

export interface PressurePeak {
  value: number;
  /** What it was the pressure of. */
  part: 'inFlight' | 'loopDelay' | 'outbox' | 'lag';
}

export interface MeasuredStage {
  /** Clicks a second, as planned. */
  ratePerSecond: number;
  seconds: number;
  clicks: number;
  outcomes: Record<string, number>;
  acceptedPerSecond: number;
  /** Absent where there was nothing to measure. */
  answerMs?: Quantiles;
  reservedMs?: Quantiles;
  /** By how much clicks were sent too late, but for one in a hundred. */
  lateMs: number;
  pressure?: PressurePeak;
  settledPerSecond?: number;
  /** Orders that were handed units and are not in the book, at its end less at its beginning. */
  backlogGrowth?: number;
}

/** How the origin was, so long after the start. */
export interface Sample extends RehearsalProgress {
  atMs: number;
}

export interface Second {
  outcomes: Record<string, number>;
  p50?: number;
  p99?: number;
}

export interface Tally {
  clicked(click: Clicked): void;
  reserved(order: { dueMs: number; afterMs: number }): void;
  sampled(sample: Sample): void;
  /** Clicks that have come to something. */
  done(): number;
  stages(): MeasuredStage[];
  seconds(): Second[];
  samples(): readonly Sample[];
}

interface Gathered {
  outcomes: Record<string, number>;
  answerMs: number[];
  reservedMs: number[];
  lateMs: number[];
}

export function createTally(plan: Plan): Tally {
  const ofStage = plan.stages.map(nothing);
  const ofSecond: Gathered[] = [];
  const samples: Sample[] = [];
  let done = 0;

  return {
    clicked(click) {
      done += 1;
      add(ofStage[stageAt(plan, click.dueMs)], click);
      const second = Math.floor(click.dueMs / 1_000);
      while (ofSecond.length <= second) ofSecond.push(nothing());
      add(ofSecond[second], click);
    },
    reserved({ dueMs, afterMs }) {
      ofStage[stageAt(plan, dueMs)]?.reservedMs.push(afterMs);
    },
    sampled(sample) {
      samples.push(sample);
    },
    done: () => done,
    stages: () => plan.stages.map((_, index) => measured(plan, index, ofStage[index], samples)),
    seconds: () => ofSecond.map(secondOf),
    samples: () => samples,
  };
}

function nothing(): Gathered {
  return { outcomes: {}, answerMs: [], reservedMs: [], lateMs: [] };
}

function add(gathered: Gathered | undefined, { outcome, answerMs, lateMs }: Clicked): void {
  if (gathered === undefined) return;
  gathered.outcomes[outcome] = (gathered.outcomes[outcome] ?? 0) + 1;
  gathered.lateMs.push(lateMs);
  if (outcome !== 'unsent') gathered.answerMs.push(answerMs);
}

function secondOf({ outcomes, answerMs }: Gathered): Second {
  const quantiles = quantilesOf(answerMs);
  return quantiles === undefined
    ? { outcomes }
    : { outcomes, p50: quantiles.p50, p99: quantiles.p99 };
}

function measured(
  plan: Plan,
  index: number,
  gathered: Gathered = nothing(),
  samples: readonly Sample[],
): MeasuredStage {
  const { ratePerSecond, beginsAtMs, endsAtMs } = plan.stages[index] ?? NO_STAGE;
  const seconds = (endsAtMs - beginsAtMs) / 1_000;
  const isLast = index === plan.stages.length - 1;
  const { outcomes } = gathered;
  const clicks = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const answerMs = quantilesOf(gathered.answerMs);
  const reservedMs = quantilesOf(gathered.reservedMs);
  return {
    ratePerSecond,
    seconds,
    clicks,
    outcomes,
    acceptedPerSecond: (outcomes.accepted ?? 0) / seconds,
    ...(answerMs && { answerMs }),
    ...(reservedMs && { reservedMs }),
    lateMs: quantilesOf(gathered.lateMs)?.p99 ?? 0,
    ...originIn(samples, beginsAtMs, isLast ? endsAtMs + LOOKED_AT_LATER_MS : endsAtMs),
  };
}

/** A busy origin answers late how busy it is, and nothing follows the last stage. */
const LOOKED_AT_LATER_MS = 1_000;
const NO_STAGE = { ratePerSecond: 0, beginsAtMs: 0, endsAtMs: 1_000 };

/** The last sample before the stage, where there is one, is what it is held against. */
function originIn(samples: readonly Sample[], beginsAtMs: number, endsAtMs: number) {
  const within = samples.filter(({ atMs }) => atMs >= beginsAtMs && atMs < endsAtMs);
  const before = samples.findLast(({ atMs }) => atMs < beginsAtMs) ?? within[0];
  const last = within.at(-1);
  if (before === undefined || last === undefined) return {};
  const pressure = within.map(peakOf).toSorted((left, right) => right.value - left.value)[0];
  const seconds = (last.atMs - before.atMs) / 1_000;
  const [first, then] = [backlogOf(before), backlogOf(last)];
  return {
    ...(pressure && { pressure }),
    ...(seconds > 0 && { settledPerSecond: (last.settled - before.settled) / seconds }),
    ...(first !== undefined && then !== undefined && { backlogGrowth: then - first }),
  };
}

/** Handed out and not in the book yet; undefined where the stock store did not tell. */
export function backlogOf({ handedOut, settled }: Sample): number | undefined {
  return handedOut === null ? undefined : Math.max(0, handedOut - settled);
}

function peakOf({ pressure }: Sample): PressurePeak {
  const parts = ['inFlight', 'loopDelay', 'outbox', 'lag'] as const;
  const part = parts.reduce((most, each) => (pressure[each] > pressure[most] ? each : most));
  return { value: pressure.highest, part };
}

export function quantilesOf(values: readonly number[]): Quantiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (fraction: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
