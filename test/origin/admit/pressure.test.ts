/** One figure out of what a process measures of itself, and whom it refuses by it. */
import { describe, expect, test } from 'vitest';
import {
  type Load,
  pressureOf,
  pressureParts,
  refuseOrder,
  smoothLoad,
} from '../../../origin/admit/pressure.ts';
import { parseConfig } from '../../../origin/config.ts';
import { LEAST_ENVIRONMENT } from '../run-origin.ts';

const IDLE: Load = { inFlight: 0, loopDelayMs: 0, outboxOrders: 0, lagSeconds: undefined };
const MAX_IN_FLIGHT = 200;
const pressure = (load: Partial<Load>) =>
  pressureOf(pressureParts({ ...IDLE, ...load }, MAX_IN_FLIGHT));

describe('the pressure', () => {
  test.each<[string, Partial<Load>, number]>([
    ['nothing', {}, 0],
    ['half the orders that may be in flight', { inFlight: 100 }, 0.5],
    ['all of them', { inFlight: 200 }, 1],
    ['a loop 300 ms late', { loopDelayMs: 300 }, 1],
    ['10,000 orders that wait for the log', { outboxOrders: 10_000 }, 1],
    ['a lag of half a minute', { lagSeconds: 30 }, 1],
    ['a lag of a minute', { lagSeconds: 60 }, 2],
    ['the worst of all', { inFlight: 20, loopDelayMs: 60, lagSeconds: 21 }, 0.7],
  ])('of %s', (_name, load, expected) => expect(pressure(load)).toBeCloseTo(expected, 10));
});

describe('what is measured counts as it lasts', () => {
  const busy: Load = { inFlight: 200, loopDelayMs: 300, outboxOrders: 5, lagSeconds: 3 };

  test('a moment is hardly seen, two seconds are', () => {
    expect(smoothLoad(IDLE, busy, 50).inFlight).toBeLessThan(20);
    expect(smoothLoad(IDLE, busy, 2_000).inFlight).toBeGreaterThan(195);
  });

  test('many small steps are one large one', () => {
    let load = IDLE;
    for (let steps = 0; steps < 20; steps += 1) load = smoothLoad(load, busy, 50);
    const once = smoothLoad(IDLE, busy, 1_000);
    expect(load.loopDelayMs).toBeCloseTo(once.loopDelayMs, 6);
    expect(load.outboxOrders).toBe(5);
    expect(load.lagSeconds).toBe(3);
  });

  test('a process that stood still for a minute lets in again within half a second', () => {
    const stood = smoothLoad(IDLE, { ...IDLE, loopDelayMs: 60_000 }, 60_000);
    expect(pressureOf(pressureParts(stood, MAX_IN_FLIGHT))).toBeGreaterThan(1);
    const later = smoothLoad(stood, IDLE, 500);
    expect(pressureOf(pressureParts(later, MAX_IN_FLIGHT))).toBeLessThan(1);
  });
});

describe('how many may be in flight', () => {
  const parsed = (given: Record<string, string>) => parseConfig({ ...LEAST_ENVIRONMENT, ...given });

  test('is 1,000 unless the operator says otherwise, and never none', () => {
    expect(parsed({}).ADMIT_MAX_IN_FLIGHT).toBe(1_000);
    expect(parsed({ ADMIT_MAX_IN_FLIGHT: '40' }).ADMIT_MAX_IN_FLIGHT).toBe(40);
    expect(() => parsed({ ADMIT_MAX_IN_FLIGHT: '0' })).toThrow(/ADMIT_MAX_IN_FLIGHT: .*>=1/);
  });
});

describe('one more order', () => {
  const limits = { maxInFlight: 2, loopDelay: 0.5 };

  test('is let in below the limits', () => {
    expect(refuseOrder(0, limits)).toBeUndefined();
    expect(refuseOrder(1, limits)).toBeUndefined();
  });

  test('is refused when as many are in flight as may be', () => {
    expect(refuseOrder(2, limits)).toEqual({ kind: 'overloaded', retryAfterMs: 1_000 });
  });

  test('is refused when the loop is late, and may come again later the later it is', () => {
    const late = (loopDelay: number) => refuseOrder(100, { maxInFlight: 1_000, loopDelay });
    expect(late(0.99)).toBeUndefined();
    expect(late(1)).toEqual({ kind: 'overloaded', retryAfterMs: 1_000 });
    expect(late(2)).toEqual({ kind: 'overloaded', retryAfterMs: 2_000 });
  });

  test('is let in by a process that is late with next to no orders', () => {
    expect(refuseOrder(99, { maxInFlight: 1_000, loopDelay: 2 })).toBeUndefined();
    expect(refuseOrder(0, { maxInFlight: 1, loopDelay: 2 })).toBeUndefined();
  });
});
