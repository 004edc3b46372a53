/**
 * A sale before an origin whose speed changes, in virtual time: isolates that shed and report, a
 * rate that is adjusted each second, an origin with a queue that admits, refuses and tells its
 * pressure. All that decides is the real code of edge and origin; only time, network, crowd and the
 * origin's work are made up. One seed drives it, so a run is the same each time.
 */

import { type AdjustedRate, adjustRate } from '../edge/objects/adjust-rate.ts';
import { createPressureSeen, type PressureSeen } from '../edge/pressure-seen.ts';
import { createShedding, type Shedding } from '../edge/shedding.ts';
import {
  type Load,
  pressureOf,
  pressureParts,
  refuseOrder,
  smoothLoad,
} from '../origin/admit/pressure.ts';

export interface Scenario {
  configuredPerSecond: number;
  /** Clicks a second of the whole crowd. */
  demandPerSecond: number;
  /** The origin's speed in orders a second from then on; 0 is an origin that is not there. */
  speeds: readonly { atSecond: number; perSecond: number }[];
  seconds: number;
}

/** What happened in one second. */
export interface Second {
  speed: number;
  /** That the sale was at when the second ended. */
  rate: number;
  taken: number;
  /** By the origin, or without a reply. */
  refused: number;
  /** By isolates. */
  shed: number;
  pressure: number;
  /** The longest that a taken order waited. */
  waitMs: number;
}

const SEED = 6;
const ISOLATES = 8;
const TICK_MS = 5;
/** One way between an isolate and the origin. */
const WAY_MS = 20;
/** As the origin looks at itself (origin/admit/load-watch.ts). */
const LOOK_EVERY_MS = 50;
/** The default of ADMIT_MAX_IN_FLIGHT. */
const MAX_IN_FLIGHT = 1_000;
/** What a refusal costs the origin, as a part of an order. */
const REFUSAL_COST = 0.05;
/** An isolate may spend what flows in during this time at once, as the token buckets allow. */
const BURST_MS = 250;
const START_MS = 1_000_000;
const IDLE: Load = { inFlight: 0, loopDelayMs: 0, outboxOrders: 0, lagSeconds: undefined };

interface Isolate {
  shedding: Shedding;
  seen: PressureSeen;
  tokens: number;
}

/** An order on its way to the origin, or waiting there. */
interface Sent {
  isolate: Isolate;
  atMs: number;
}

interface Answer extends Sent {
  overloaded: boolean;
  pressure: number | undefined;
}

export function simulate(scenario: Scenario): Second[] {
  const { configuredPerSecond, demandPerSecond, speeds } = scenario;
  const fraction = createFractions(SEED);
  const isolates = Array.from({ length: ISOLATES }, () => ({
    shedding: createShedding(),
    seen: createPressureSeen(),
    tokens: 0,
  }));
  const network = createNetwork();
  const origin = createOrigin((answer, nowMs) => network.back.push(answer, nowMs));
  const seconds: Second[] = [];
  let rate: AdjustedRate | undefined;
  /** What is in force: parts are leased, so a change comes a second later. */
  let inForce = configuredPerSecond;
  let counts = { taken: 0, refused: 0, shed: 0 };

  for (let elapsedMs = 0; elapsedMs < scenario.seconds * 1_000; elapsedMs += TICK_MS) {
    const nowMs = START_MS + elapsedMs;
    const speed = speeds.findLast(({ atSecond }) => atSecond * 1_000 <= elapsedMs)?.perSecond ?? 0;
    for (const isolate of isolates) {
      const mostTokens = Math.max(1, (inForce / ISOLATES) * (BURST_MS / 1_000));
      const flow = (inForce / ISOLATES) * (TICK_MS / 1_000);
      isolate.tokens = Math.min(mostTokens, isolate.tokens + flow);
      const clicks = poisson((demandPerSecond / ISOLATES) * (TICK_MS / 1_000), fraction);
      for (let click = 0; click < clicks; click += 1) {
        if (isolate.shedding.judge('phone', fraction(), nowMs)) counts.shed += 1;
        else if (isolate.tokens >= 1) {
          isolate.tokens -= 1;
          network.there.push({ isolate, atMs: nowMs }, nowMs);
        }
      }
    }
    for (const sent of network.there.due(nowMs)) origin.take(sent, speed, nowMs);
    origin.work(speed, nowMs);
    for (const { isolate, overloaded, pressure } of network.back.due(nowMs)) {
      isolate.shedding.note('phone', { overloaded }, nowMs);
      isolate.seen.note('phone', { overloaded, pressure });
      counts[overloaded ? 'refused' : 'taken'] += 1;
    }
    if ((elapsedMs + TICK_MS) % 1_000 > 0) continue;
    inForce = rate?.ratePerSecond ?? configuredPerSecond;
    const report = sumOf(isolates.map(({ seen }) => seen.take('phone')));
    rate = adjustRate(rate, { configuredPerSecond, report, nowMs });
    const { ratePerSecond } = rate;
    seconds.push({ speed, rate: ratePerSecond, ...counts, ...origin.reading() });
    counts = { taken: 0, refused: 0, shed: 0 };
  }
  return seconds;
}

function createOrigin(reply: (answer: Answer, nowMs: number) => void) {
  let queue: Sent[] = [];
  /** Orders that the time so far was enough for, less those done. */
  let credit = 0;
  let load = IDLE;
  let lookedAtMs = START_MS;
  let waitMs = 0;
  const parts = () => pressureParts(load, MAX_IN_FLIGHT);

  function say(sent: Sent, overloaded: boolean, nowMs: number): void {
    reply({ ...sent, overloaded, pressure: pressureOf(parts()) }, nowMs);
  }

  return {
    take(sent: Sent, speed: number, nowMs: number): void {
      const { loopDelay } = parts();
      const limits = { maxInFlight: MAX_IN_FLIGHT, loopDelay };
      if (speed === 0) reply({ ...sent, overloaded: true, pressure: undefined }, nowMs);
      else if (refuseOrder(queue.length, limits) === undefined)
        queue.push({ ...sent, atMs: nowMs });
      else {
        credit -= REFUSAL_COST;
        say(sent, true, nowMs);
      }
    },
    work(speed: number, nowMs: number): void {
      if (speed === 0) {
        for (const sent of queue) reply({ ...sent, overloaded: true, pressure: undefined }, nowMs);
        queue = [];
        load = IDLE;
      }
      credit = Math.min(credit + (speed * TICK_MS) / 1_000, queue.length + 1);
      const done = queue.splice(0, Math.max(0, Math.floor(credit)));
      credit -= done.length;
      for (const sent of done) {
        waitMs = Math.max(waitMs, nowMs - sent.atMs);
        say(sent, false, nowMs);
      }
      if (nowMs - lookedAtMs < LOOK_EVERY_MS) return;
      const loopDelayMs = speed === 0 ? 0 : (Math.max(0, -credit) / speed) * 1_000;
      const measured = { ...IDLE, inFlight: queue.length, loopDelayMs };
      load = smoothLoad(load, measured, nowMs - lookedAtMs);
      lookedAtMs = nowMs;
    },
    reading() {
      const read = { pressure: pressureOf(parts()), waitMs };
      waitMs = 0;
      return read;
    },
  };
}

function createNetwork() {
  const createWay = <Item>() => {
    let under: { item: Item; dueMs: number }[] = [];
    return {
      push: (item: Item, nowMs: number) => void under.push({ item, dueMs: nowMs + WAY_MS }),
      due(nowMs: number): Item[] {
        const due = under.filter(({ dueMs }) => dueMs <= nowMs);
        under = under.filter(({ dueMs }) => dueMs > nowMs);
        return due.map(({ item }) => item);
      },
    };
  };
  return { there: createWay<Sent>(), back: createWay<Answer>() };
}

type Report = ReturnType<PressureSeen['take']>;

function sumOf(reports: readonly Report[]): Report {
  return reports.reduce((sum, one) => ({
    answered: sum.answered + one.answered,
    overloaded: sum.overloaded + one.overloaded,
    pressure: Math.max(sum.pressure, one.pressure),
  }));
}

/** Knuth: so many arrivals in a tick that has `mean` of them. */
function poisson(mean: number, fraction: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = fraction(); product > limit; product *= fraction()) count += 1;
  return count;
}

/** Numerical Recipes' linear congruential generator: even enough for arrivals. */
function createFractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
