/**
 * Whether a stage of a rehearsal was taken well, and what it was held up by when not: pure. The
 * order matters: what the rehearsing machine could not send says nothing of the shop, and a rate
 * gate that refuses because the origin asked for it is the origin.
 */
import type { MeasuredStage, PressurePeak } from './tally.ts';

/** What held a stage up. `rehearser`: this machine, or the way to the shop. */
export type Limit = 'rehearser' | 'stock' | 'origin' | 'settle' | 'edge' | 'rate-gate';

export interface Bend {
  limit: Limit;
  reason: string;
  /** What got through is all that can: more was asked for, and refused or piled up. */
  isFull: boolean;
}

/** Later than that on the whole, and the schedule was not kept. */
const LATE_MS = 250;
/** Of the clicks that no gate but the last ones refused. */
const REFUSED_PART = 0.02;
/** Of its limit: from here on the origin asks for less. */
const BUSY = 0.8;
/** So much slower than in the fastest stage before, and slower than anybody likes. */
const SLOWER_TIMES = 3;
const SLOW_MS = 1_000;
/** Not well, however slow it was before: whoever waits so long clicks again, or goes. */
const TOO_SLOW_MS = 3_000;
/** Orders that pile up, as part of those accepted, and more than a burst leaves. */
const PILED_UP_PART = 0.1;
const PILED_UP_SECONDS = 0.5;
/** Said by gates before the last ones: it is as it should be. */
const BY_RULE = new Set(['not-drawn', 'sold-out', 'not-open', 'ended']);

const PARTS: Record<PressurePeak['part'], string> = {
  inFlight: 'orders in flight in an API process',
  loopDelay: 'the processor of an API process',
  outbox: 'the log, for which orders waited in the outbox',
  lag: 'settling, which lagged behind the log',
};

/** Undefined when the stage was taken well; `earlier` are those before it. */
export function bendOf(stage: MeasuredStage, earlier: readonly MeasuredStage[]): Bend | undefined {
  const { outcomes, clicks } = stage;
  if (clicks === 0) return undefined;
  const count = (...names: string[]) => names.reduce((sum, name) => sum + (outcomes[name] ?? 0), 0);
  const unsent = count('unsent');
  if (unsent > 0 || stage.lateMs > LATE_MS) {
    const late = `${Math.round(stage.lateMs)} ms late`;
    const reason = `this machine sent clicks ${late}, ${unsent} not at all`;
    return { limit: 'rehearser', reason, isFull: false };
  }
  if (count('sold-out') > 0) {
    return { limit: 'stock', reason: 'the units of the rehearsal were gone', isFull: false };
  }
  const mayPass = Object.entries(outcomes).reduce(
    (sum, [name, times]) => (BY_RULE.has(name) ? sum : sum + times),
    0,
  );
  const refused = mayPass - count('accepted');
  const isRefused = refused > mayPass * REFUSED_PART;
  return (
    originBend(stage, isRefused) ??
    settleBend(stage) ??
    (isRefused ? gateBend(count('too-fast'), refused) : undefined) ??
    slowBend(stage, earlier)
  );
}

function originBend({ pressure, outcomes }: MeasuredStage, isFull: boolean): Bend | undefined {
  const overloaded = (outcomes.overloaded ?? 0) + (outcomes.recovering ?? 0);
  const isBusy = pressure !== undefined && pressure.value >= BUSY;
  if (isBusy && pressure.part === 'lag') return undefined;
  if (isBusy && (isFull || pressure.value >= 1)) {
    const reason = `pressure ${pressure.value.toFixed(2)}: ${PARTS[pressure.part]}`;
    return { limit: 'origin', reason, isFull };
  }
  if (!isFull || overloaded === 0) return undefined;
  return { limit: 'origin', reason: `${overloaded} clicks were answered overloaded`, isFull };
}

function settleBend(stage: MeasuredStage): Bend | undefined {
  const { backlogGrowth = 0, acceptedPerSecond, seconds, settledPerSecond, pressure } = stage;
  const accepted = acceptedPerSecond * seconds;
  const piledUp =
    backlogGrowth > accepted * PILED_UP_PART &&
    backlogGrowth > acceptedPerSecond * PILED_UP_SECONDS;
  const lags = pressure?.part === 'lag' && pressure.value >= BUSY;
  if (!piledUp && !lags) return undefined;
  const settled = settledPerSecond === undefined ? 'fewer' : Math.round(settledPerSecond);
  const reason = `${settled} orders a second settled of ${Math.round(acceptedPerSecond)} accepted`;
  return { limit: 'settle', reason, isFull: true };
}

function gateBend(tooFast: number, refused: number): Bend {
  if (tooFast * 2 >= refused) {
    const reason = `the rate gate refused ${tooFast} clicks by itself`;
    return { limit: 'rate-gate', reason, isFull: false };
  }
  const reason = `${refused} clicks failed while the origin was not busy`;
  return { limit: 'edge', reason, isFull: false };
}

function slowBend({ answerMs }: MeasuredStage, earlier: readonly MeasuredStage[]) {
  if (answerMs === undefined || answerMs.p99 < SLOW_MS) return undefined;
  const usual = earlier.flatMap((stage) => (stage.answerMs ? [stage.answerMs.p99] : []));
  const isAsBefore = usual.length > 0 && answerMs.p99 < Math.min(...usual) * SLOWER_TIMES;
  if (isAsBefore && answerMs.p99 < TOO_SLOW_MS) return undefined;
  const slow = `answers took ${Math.round(answerMs.p99)} ms (p99) while the origin was not busy`;
  return { limit: 'edge', reason: slow, isFull: false } as const;
}
