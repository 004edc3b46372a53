/**
 * The coordinator of one sale's rate: what the Durable Object does, without the object. It sees
 * what all isolates saw of the origin, and sets the present rate by it once a second; it sees the
 * demand of all shards, and divides the present rate by it. Everything that it answers by is stored
 * before the answer is sent: it may start again at any moment and know what it gave to whom.
 *
 * Nothing here runs by a timer or an alarm: what is not asked for ends by itself.
 */
import type { Clock } from '../../contract/clock.ts';
import { SNAPSHOT_USABLE_MS } from '../../contract/sale.ts';
import {
  type AdjustedRate,
  type AdjustFacts,
  addReport,
  noReport,
  type PressureReport,
} from './adjust-rate.ts';
import {
  type Division,
  divideRate,
  type Part,
  type PartAsk,
  startDivision,
} from './divide-rate.ts';

/** The rate is adjusted once in that time. */
const STEP_MS = 1_000;
/**
 * The version of a sale goes back when its book comes from a backup, or another sale is made under
 * its id. Isolates use a copy for so long at most, their asking and the shards' takes a few more:
 * who then still asks with an older version knows what the origin says now.
 */
const OLDER_WINS_AFTER_MS = SNAPSHOT_USABLE_MS + 10_000;

export interface RateAsk extends PartAsk {
  /** Of the sale, the newest that the shard's caller knows. */
  version: number;
  /** What the operator set. */
  ratePerSecond: number;
  /** No isolate that asks this shard knows of another. */
  alone: boolean;
  pressure: PressureReport;
}

export interface RateState {
  version: number;
  configuredPerSecond: number;
  /** When a shard last asked with these two; an earlier release has not stored it. */
  heardAtMs?: number;
  /** The present rate, by what the origin bears. */
  adjusted: AdjustedRate;
  division: Division;
}

export type AdjustRate = (before: AdjustedRate | undefined, facts: AdjustFacts) => AdjustedRate;

interface CoordinatorNeeds {
  clock: Clock;
  adjustRate: AdjustRate;
  /** What was last written; undefined at the very first. */
  read(): RateState | undefined;
  /** Kept before the answer leaves. */
  write(state: RateState): void;
}

export interface Coordinator {
  /** Synchronous inside, so no two calls ever interleave. */
  ask(ask: RateAsk): Part;
}

export function createCoordinator(needs: CoordinatorNeeds): Coordinator {
  const { clock, adjustRate, read, write } = needs;
  let state = read();
  /** Since the rate was adjusted; forgetting it raises the rate by one step at most. */
  let report = noReport();

  return {
    ask(ask) {
      assertAsk(ask);
      const nowMs = clock.nowMs();
      report = addReport(report, ask.pressure);
      const configured = configuredOf(state, ask, nowMs);
      const { configuredPerSecond } = configured;
      const isSame = state?.configuredPerSecond === configuredPerSecond;
      let adjusted = isSame ? notLater(state?.adjusted, nowMs) : undefined;
      if (adjusted === undefined || nowMs - adjusted.adjustedAtMs >= STEP_MS) {
        adjusted = adjustRate(adjusted, { configuredPerSecond, report, nowMs });
        report = noReport();
      }
      const { ratePerSecond } = adjusted;
      const before = state?.division ?? startDivision(ratePerSecond, nowMs);
      const facts = { ratePerSecond, alone: ask.alone, nowMs };
      const { division, part } = divideRate(before, ask, facts);
      state = { ...configured, adjusted, division };
      write(state);
      return part;
    },
  };
}

/** An isolate with an old snapshot changes nothing, as long as any other one has a newer. */
function configuredOf(state: RateState | undefined, ask: RateAsk, nowMs: number) {
  const told = { version: ask.version, configuredPerSecond: ask.ratePerSecond, heardAtMs: nowMs };
  if (state === undefined || ask.version > state.version) return told;
  const { version, configuredPerSecond } = state;
  if (ask.version === version && ask.ratePerSecond === configuredPerSecond) return told;
  // Not later than now, also when the clock was set back.
  const heardAtMs = Math.min(state.heardAtMs ?? nowMs, nowMs);
  if (nowMs - heardAtMs > OLDER_WINS_AFTER_MS) return told;
  return { version, configuredPerSecond, heardAtMs };
}

/** When the clock was set back, the next step is not put off until its time comes again. */
function notLater(adjusted: AdjustedRate | undefined, nowMs: number): AdjustedRate | undefined {
  if (adjusted === undefined || adjusted.adjustedAtMs <= nowMs) return adjusted;
  return { ...adjusted, adjustedAtMs: nowMs };
}

function assertAsk({ version, ratePerSecond, arrived, overMs, holds }: RateAsk): void {
  const isGood =
    Number.isInteger(version) &&
    Number.isFinite(ratePerSecond) &&
    ratePerSecond > 0 &&
    Number.isInteger(holds) &&
    arrived >= 0 &&
    overMs >= 0;
  if (!isGood) throw new RangeError('a shard asks for a part of a positive rate');
}
