/** The rate by what the origin says, against origins whose speed changes under it. */
import { describe, expect, test } from 'vitest';
import {
  type AdjustedRate,
  adjustRate,
  type PressureReport,
} from '../../edge/objects/adjust-rate.ts';

const CONFIGURED = 1_000;
const WELL: PressureReport = { answered: 500, overloaded: 0, pressure: 0 };
const NOTHING: PressureReport = { answered: 0, overloaded: 0, pressure: 0 };

function stepped(report: PressureReport, before: number, stepMs = 1_000): number {
  const known = { ratePerSecond: before, adjustedAtMs: 0 };
  const facts = { configuredPerSecond: CONFIGURED, report, nowMs: stepMs };
  return adjustRate(known, facts).ratePerSecond;
}

/**
 * An origin with room for a second's worth of orders, which refuses what is beyond. What it says of
 * one step is heard in the next.
 */
function run(speeds: readonly number[], { stepMs = 1_000, from = CONFIGURED } = {}) {
  let state: AdjustedRate = { ratePerSecond: from, adjustedAtMs: 0 };
  let heard = NOTHING;
  let queue = 0;
  return speeds.map((speed, index) => {
    const facts = { configuredPerSecond: CONFIGURED, report: heard, nowMs: (index + 1) * stepMs };
    const sent = (state.ratePerSecond * stepMs) / 1_000;
    const done = Math.min(queue + sent, (speed * stepMs) / 1_000);
    const waiting = queue + sent - done;
    queue = Math.min(CONFIGURED, waiting);
    const overloaded = waiting - queue;
    heard = { answered: done + overloaded, overloaded, pressure: queue / CONFIGURED };
    state = adjustRate(state, facts);
    return { rate: state.ratePerSecond, done: (done / stepMs) * 1_000 };
  });
}

describe('up slowly, down fast', () => {
  test('a sale starts at its configured rate', () => {
    const facts = { configuredPerSecond: CONFIGURED, report: NOTHING, nowMs: 5 };
    expect(adjustRate(undefined, facts)).toEqual({ ratePerSecond: CONFIGURED, adjustedAtMs: 5 });
  });

  test('an origin that is well gets 5 % of the configured rate more each second', () => {
    expect(stepped(WELL, 500)).toBe(550);
    expect(stepped(WELL, 500, 500)).toBe(525);
    expect(stepped(NOTHING, 500)).toBe(550);
  });

  test('less the busier it is, and nothing when half of its limit is in use', () => {
    expect(stepped({ ...WELL, pressure: 0.25 }, 500)).toBeCloseTo(537.5);
    expect(stepped({ ...WELL, pressure: 0.49 }, 500)).toBeLessThan(503);
    expect(stepped({ ...WELL, pressure: 0.5 }, 500)).toBe(500);
  });

  test('one that refuses gets what it took, a little less so that its queue drains', () => {
    expect(stepped({ answered: 1_000, overloaded: 300, pressure: 0 }, 1_000)).toBeCloseTo(700);
    expect(stepped({ answered: 1_000, overloaded: 300, pressure: 1 }, 1_000)).toBeCloseTo(630);
    expect(stepped({ answered: 1_000, overloaded: 1_000, pressure: 0 }, 1_000)).toBeCloseTo(500);
  });

  test('what was refused before the rate fell is not paid for twice', () => {
    expect(stepped({ answered: 1_000, overloaded: 500, pressure: 0.9 }, 450)).toBe(450);
  });

  test('a busy one gets what it takes, before it has to refuse', () => {
    expect(stepped({ answered: 900, overloaded: 0, pressure: 0.5 }, 1_000)).toBeCloseTo(900);
    expect(stepped({ answered: 900, overloaded: 0, pressure: 1 }, 1_000)).toBeCloseTo(810);
    expect(stepped({ answered: 100, overloaded: 0, pressure: 0.6 }, 1_000)).toBeCloseTo(800);
  });

  test('a pressure above the limit lowers it, whatever was taken', () => {
    expect(stepped({ answered: 1_000, overloaded: 0, pressure: 2 }, 1_000)).toBeCloseTo(700);
    expect(stepped({ answered: 1_000, overloaded: 0, pressure: 50 }, 1_000)).toBeCloseTo(500);
  });

  test('a connection that broke is no overload', () => {
    expect(stepped({ answered: 500, overloaded: 5, pressure: 0 }, 500)).toBe(550);
  });
});

describe('bounds', () => {
  test('never above the configured rate, also when that was lowered', () => {
    expect(stepped(WELL, 990)).toBe(CONFIGURED);
    expect(stepped(WELL, 5_000)).toBe(CONFIGURED);
  });

  test('never below the floor: a sale does not stop for ever', () => {
    const dead = run(Array(60).fill(0));
    expect(dead.at(-1)?.rate).toBe(50);
    const slow = { configuredPerSecond: 0.5, report: NOTHING, nowMs: 1_000 };
    const before = { ratePerSecond: 0.000_1, adjustedAtMs: 1_000 };
    expect(adjustRate(before, slow).ratePerSecond).toBe(0.1);
    // Also when the floor would be more than all of it.
    const slower = { ...slow, configuredPerSecond: 0.05 };
    expect(adjustRate(before, slower).ratePerSecond).toBe(0.05);
  });

  test('a step late by an hour, or a clock set back, makes no leap', () => {
    expect(stepped(WELL, 100, 3_600_000)).toBe(350);
    const before = { ratePerSecond: 400, adjustedAtMs: 9_000 };
    const facts = { configuredPerSecond: CONFIGURED, report: WELL, nowMs: 1_000 };
    expect(adjustRate(before, facts)).toEqual(before);
  });

  test('twice at the same moment changes nothing more', () => {
    const report = { answered: 100, overloaded: 100, pressure: 2 };
    const once = { ratePerSecond: 400, adjustedAtMs: 9_000 };
    const facts = { configuredPerSecond: CONFIGURED, report, nowMs: 9_000 };
    expect(adjustRate(once, facts)).toEqual(once);
  });
});

describe.each([250, 1_000, 2_000])('a step each %i ms', (stepMs) => {
  const steps = (seconds: number) => (seconds * 1_000) / stepMs;

  test('an origin at half speed finds its rate within 10 s, and has enough to do', () => {
    const after = run(Array(steps(120)).fill(500), { stepMs }).slice(steps(10));
    const rates = after.map(({ rate }) => rate);
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    expect(mean).toBeGreaterThan(450);
    expect(mean).toBeLessThan(550);
    expect(Math.max(...rates)).toBeLessThan(800);
    const done = after.reduce((sum, one) => sum + one.done, 0) / after.length;
    expect(done).toBeGreaterThan(475);
  });

  test('an origin that comes back gets its full rate within 30 s', () => {
    const seconds = run(Array(steps(30)).fill(2_000), { stepMs, from: 0 });
    expect(seconds.at(-1)?.rate).toBe(CONFIGURED);
  });
});
