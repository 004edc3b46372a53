/**
 * One shard of a sale's rate: what the Durable Object does, without the object. It has its part of
 * the rate from the sale's coordinator, for a few seconds, and leases tokens out of it; each second
 * in which it is asked it tells its demand and is given its part anew. Without a part it gives
 * nothing. All of it is memory: a shard that starts again has no tokens, and asks.
 */
import type { Clock } from '../../contract/clock.ts';
import { logError, messageOf } from '../log.ts';
import { within } from '../waiting.ts';
import { addReport, noReport, type PressureReport } from './adjust-rate.ts';
import {
  addTokens,
  type BucketState,
  CLOCK_SET_BACK_MS,
  emptyBucket,
  type LeaseGrant,
  lease,
  retune,
} from './bucket.ts';
import { type CallsPerSecond, createCallCounter } from './call-counter.ts';
import type { RateAsk } from './coordinator.ts';
import type { Part } from './divide-rate.ts';

/** As many round trips as the longest way takes, or the coordinator cannot be reached. */
const COORDINATOR_TIMEOUT_MS = 1_000;
/** After an answer that never came. Three attempts fit into the life of a part. */
const REPORT_AGAIN_MS = 300;
/** A shard that runs dry while there is more asks no sooner than that after its last report. */
const REPORT_DRY_MS = 200;

export interface LeaseAsk {
  /** The sale's version that the rate comes from. */
  version: number;
  /** The whole sale's, as the operator set it. */
  ratePerSecond: number;
  /** The sale has no other shard: it is slow, or there is one location. */
  alone: boolean;
  /** Whole tokens, 1 or more. */
  want: number;
  /** Requests in that isolate since it asked before. */
  arrived: number;
  /** What the isolate saw of the origin since it asked before. */
  pressure?: PressureReport;
}

/** To the sale's coordinator; rejects when it cannot be reached. */
export type AskCoordinator = (ask: RateAsk) => Promise<Part>;

export interface Shard {
  lease(ask: LeaseAsk): Promise<LeaseGrant>;
  /** What it goes by, and what came to it by its own count. */
  facts(): ShardFacts;
}

export interface ShardFacts {
  tokensPerSecond: number;
  calls: CallsPerSecond;
}

interface ShardNeeds {
  name: string;
  clock: Clock;
  pause(durationMs: number): Promise<void>;
  askCoordinator: AskCoordinator;
}

/** In memory only. */
interface ShardState {
  bucket: BucketState;
  part: { number: number; askedAtMs: number; endsAtMs: number; more: boolean } | undefined;
  /** Answers may overtake each other: an older part is worth nothing. */
  lastNumber: number;
  seen: ReturnType<typeof nothingSeen> & { sinceMs: number };
  reporting: Promise<void> | undefined;
  reportedAtMs: number;
  reportAtMs: number;
}

export function createShard(needs: ShardNeeds): Shard {
  const { clock } = needs;
  const state = startState(clock.nowMs());
  const counter = createCallCounter();

  return {
    facts() {
      const nowMs = clock.nowMs();
      endPart(state, nowMs);
      return { tokensPerSecond: state.bucket.tokensPerSecond, calls: counter.read(nowMs) };
    },
    async lease(ask) {
      assertAsk(ask);
      const askedAtMs = clock.nowMs();
      counter.count(askedAtMs);
      see(state.seen, ask);
      endPart(state, askedAtMs);
      const isDue = askedAtMs >= state.reportAtMs || state.reporting !== undefined;
      const reported = isDue ? startReport(needs, state, ask) : undefined;
      if (state.part === undefined) await reported;
      // Others may have taken their tokens while this one waited, and the part may have ended.
      const nowMs = clock.nowMs();
      endPart(state, nowMs);
      const { state: bucket, grant } = lease(state.bucket, ask.want, nowMs);
      state.bucket = bucket;
      const isDry = grant.tokens < ask.want && state.part?.more === true;
      if (isDry && nowMs >= state.reportedAtMs + REPORT_DRY_MS) startReport(needs, state, ask);
      return sinceAsked(grant, nowMs - askedAtMs);
    },
  };
}

function startState(nowMs: number): ShardState {
  return {
    bucket: emptyBucket(nowMs),
    part: undefined,
    lastNumber: 0,
    seen: { ...nothingSeen(), sinceMs: nowMs },
    reporting: undefined,
    reportedAtMs: Number.NEGATIVE_INFINITY,
    reportAtMs: nowMs,
  };
}

/**
 * Also when the clock was set back: a part must not live longer for it. Then the bucket is another
 * one, since the old one would neither fill nor have a place in line before its time comes again.
 */
function endPart(state: ShardState, nowMs: number): void {
  if (nowMs < state.reportedAtMs) state.reportAtMs = nowMs;
  if (state.bucket.filledAtMs - nowMs > CLOCK_SET_BACK_MS) {
    state.bucket = emptyBucket(nowMs);
    state.part = undefined;
  }
  const { part } = state;
  if (part === undefined || (nowMs >= part.askedAtMs && nowMs < part.endsAtMs)) return;
  state.bucket = retune(state.bucket, 0, nowMs);
  state.part = undefined;
}

function takePart(state: ShardState, given: Part, askedAtMs: number, nowMs: number): void {
  const { number, tokensPerSecond, startTokens, livesMs, reportAfterMs, more } = given;
  const endsAtMs = askedAtMs + livesMs;
  if (number <= state.lastNumber || endsAtMs <= nowMs) return;
  state.lastNumber = number;
  state.part = { number, askedAtMs, endsAtMs, more };
  state.bucket = addTokens(retune(state.bucket, tokensPerSecond, nowMs), startTokens);
  state.reportAtMs = nowMs + reportAfterMs;
}

/** One report at a time, whoever's call it was that found it due. */
function startReport(needs: ShardNeeds, state: ShardState, ask: LeaseAsk): Promise<void> {
  state.reporting ??= report(needs, state, ask).finally(() => {
    state.reporting = undefined;
  });
  return state.reporting;
}

async function report(needs: ShardNeeds, state: ShardState, ask: LeaseAsk): Promise<void> {
  const { name, clock, askCoordinator } = needs;
  const { version, ratePerSecond, alone } = ask;
  const askedAtMs = clock.nowMs();
  const { arrived, pressure, sinceMs } = state.seen;
  state.seen = { ...nothingSeen(), sinceMs: askedAtMs };
  state.reportedAtMs = askedAtMs;
  state.reportAtMs = askedAtMs + REPORT_AGAIN_MS;
  const holds = state.part?.number ?? 0;
  const counted = { arrived, overMs: Math.max(0, askedAtMs - sinceMs), pressure };
  try {
    const known = { version, ratePerSecond, alone };
    const asking = askCoordinator({ shard: name, holds, ...known, ...counted });
    const given = await within(
      needs,
      { timeoutMs: COORDINATOR_TIMEOUT_MS, late: undefined },
      asking,
    );
    if (given !== undefined) return takePart(state, given, askedAtMs, clock.nowMs());
    logError('coordinator-failed', { name, reason: 'no answer in time' });
  } catch (error) {
    logError('coordinator-failed', { name, reason: messageOf(error) });
  }
  // The demand is told again, the pressure is not: the origin says it with every answer.
  state.seen = { ...state.seen, arrived: state.seen.arrived + arrived, sinceMs };
  state.reportAtMs = clock.nowMs() + REPORT_AGAIN_MS;
}

function nothingSeen() {
  return { arrived: 0, pressure: noReport() };
}

function see(seen: ReturnType<typeof nothingSeen>, { arrived, pressure }: LeaseAsk): void {
  seen.arrived += arrived;
  if (pressure !== undefined) seen.pressure = addReport(seen.pressure, pressure);
}

/** The isolate counts from when it asked, also when its answer had to wait for a part. */
function sinceAsked(grant: LeaseGrant, waitedMs: number): LeaseGrant {
  if (waitedMs === 0) return grant;
  const { livesMs, askAgainAfterMs } = grant;
  const since = { ...grant, livesMs: livesMs + waitedMs };
  if (askAgainAfterMs !== undefined) since.askAgainAfterMs = askAgainAfterMs + waitedMs;
  return since;
}

function assertAsk({ version, ratePerSecond, want, arrived }: LeaseAsk): void {
  const isGood =
    Number.isInteger(version) &&
    Number.isFinite(ratePerSecond) &&
    ratePerSecond > 0 &&
    Number.isInteger(want) &&
    want > 0 &&
    Number.isInteger(arrived) &&
    arrived >= 0;
  if (!isGood) throw new RangeError('a lease asks for whole tokens of a positive rate');
}
