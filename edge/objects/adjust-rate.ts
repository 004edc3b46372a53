/**
 * What a sale's rate should be by what its origin says: additive increase, multiplicative decrease.
 * It rises by a fixed part of the configured rate, so an origin that comes back has all of it after
 * 19 s; it falls at once to what the origin really took, at most by half in a second. It never goes
 * below a floor: a sale that sends nothing would never hear that its origin is back. Pure.
 */

/** What isolates saw of the origin's answers. */
export interface PressureReport {
  answered: number;
  /** Of those: 503 `overloaded`, and no reply at all. */
  overloaded: number;
  /** Highest hint seen, 0 (idle) to 1 (at its limit) and above. */
  pressure: number;
}

export function noReport(): PressureReport {
  return { answered: 0, overloaded: 0, pressure: 0 };
}

export function addReport(sum: PressureReport, more: PressureReport): PressureReport {
  return {
    answered: sum.answered + more.answered,
    overloaded: sum.overloaded + more.overloaded,
    pressure: Math.max(sum.pressure, more.pressure),
  };
}

export interface AdjustedRate {
  ratePerSecond: number;
  adjustedAtMs: number;
}

export interface AdjustFacts {
  configuredPerSecond: number;
  /** All since `adjustedAtMs`: sums, and the highest pressure. */
  report: PressureReport;
  nowMs: number;
}

/** Of the configured rate, by an origin with nothing to do: from the floor to all of it in 19 s. */
const RAISED_EACH_SECOND = 0.05;
/** Of the configured rate: enough for the isolates to notice within a second what has changed. */
const FLOOR = 0.05;
/** A floor of a slow sale: a request in ten seconds. */
const FLOOR_PER_SECOND = 0.1;
/** A second's decrease of an origin that refuses: five of them come to the floor. */
const DEEPEST_CUT = 0.5;
/** And of one that is only busy: then nothing is urgent, and a report may have been lost. */
const DEEPEST_EASE = 0.8;
/** Fewer than this are connections that broke, not an origin with too much to do. */
const OVERLOADED_PART = 0.02;
/** From here on the origin gets what it takes and no more: half of its limit is in use. */
const BUSY_PRESSURE = 0.5;
/** Above that, less than it takes by this for each unit of pressure, so that what waits drains. */
const RELIEF = 0.2;
/** Steps come once a second; one that is late counts for no more than a few of them. */
const LONGEST_STEP_SECONDS = 5;

/**
 * Undefined for `before` (a new sale, or a rate that the operator has just changed) starts at the
 * configured rate. Steps of any length come to the same: changes are by the time that went by.
 */
export function adjustRate(
  before: AdjustedRate | undefined,
  { configuredPerSecond, report, nowMs }: AdjustFacts,
): AdjustedRate {
  const { ratePerSecond, adjustedAtMs } = before ?? {
    ratePerSecond: configuredPerSecond,
    adjustedAtMs: nowMs - 1_000,
  };
  const sinceSeconds = Math.max(0, nowMs - adjustedAtMs) / 1_000;
  const stepSeconds = Math.min(LONGEST_STEP_SECONDS, sinceSeconds);
  const cut = cutOf(ratePerSecond, report, sinceSeconds);
  const floor = Math.max(FLOOR * configuredPerSecond, FLOOR_PER_SECOND);
  const wanted =
    cut === undefined
      ? ratePerSecond + raiseOf(report.pressure) * configuredPerSecond * stepSeconds
      : ratePerSecond * cut;
  return {
    ratePerSecond: Math.min(configuredPerSecond, Math.max(floor, wanted)),
    adjustedAtMs: Math.max(nowMs, adjustedAtMs),
  };
}

/**
 * By what the rate is multiplied, at most 1; undefined when nothing says that it is too high, which
 * silence does not either: a rate that nobody asks for needs no protection. What a busy origin took
 * is what it can take. So a queue that grows is seen before it is full, and a refusal that was
 * under way when the rate fell is not paid for twice.
 */
function cutOf(
  ratePerSecond: number,
  { answered, overloaded, pressure }: PressureReport,
  seconds: number,
): number | undefined {
  const refuses = overloaded > answered * OVERLOADED_PART || pressure > 1;
  if (seconds === 0 || (!refuses && pressure < BUSY_PRESSURE)) return undefined;
  const taken = (answered - overloaded) / seconds / ratePerSecond;
  const bearable = taken * (1 - RELIEF * Math.max(0, pressure - BUSY_PRESSURE));
  const steps = Math.min(1, seconds);
  const deepest = (refuses ? DEEPEST_CUT : DEEPEST_EASE) ** steps;
  return Math.min(1, Math.max(deepest, bearable));
}

/** Ever less towards a busy origin, so that its queue does not swing between empty and full. */
function raiseOf(pressure: number): number {
  return RAISED_EACH_SECOND * (1 - (pressure / BUSY_PRESSURE) ** 2);
}
