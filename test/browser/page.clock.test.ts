/** The page's clock: which sample wins, how wrong it can be, what is counted down and spoken. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  betterSample,
  createClock,
  nextTickMs,
  partsOf,
  sampleOf,
  secondsLeft,
  spokenSecond,
} from '../../edge/web/schedule.js';

describe('a sample of the shop’s clock', () => {
  it('takes the answer to come from the middle of the round trip', () => {
    const sample = sampleOf({ askedAtMs: 100, answeredAtMs: 140, serverNowMs: 5000 });
    expect(sample).toEqual({ offsetMs: 4880, roundTripMs: 40 });
  });

  it('loses to one with a shorter round trip, whichever came first', () => {
    const [near, far] = [
      { offsetMs: 1000, roundTripMs: 20 },
      { offsetMs: 1030, roundTripMs: 90 },
    ];
    expect(betterSample(far, near)).toBe(near);
    expect(betterSample(near, far)).toBe(near);
    expect(betterSample(undefined, far)).toBe(far);
  });

  it('wins over a shorter one that it proves wrong: the device has slept', () => {
    const before = { offsetMs: 1000, roundTripMs: 2 };
    const after = { offsetMs: 61_000, roundTripMs: 300 };
    expect(betterSample(before, after)).toBe(after);
  });
});

describe('the clock', () => {
  it('is never further off than half of the shortest round trip', async () => {
    const delays = fc.array(fc.tuple(fc.nat(400), fc.nat(400)), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(delays, fc.integer(), async (ways, truthMs) => {
        let monotonicMs = 0;
        const queue = [...ways];
        const clock = createClock({
          monotonicMs: () => monotonicMs,
          async ask() {
            const [there = 0, back = 0] = queue.shift() ?? [];
            const serverNowMs = truthMs + monotonicMs + there;
            monotonicMs += there + back;
            return serverNowMs;
          },
        });
        await clock.sample(() => true);
        const shortestMs = Math.min(...ways.map(([there, back]) => there + back));
        const errorMs = Math.abs(clock.nowMs() - (truthMs + monotonicMs));
        expect(errorMs).toBeLessThanOrEqual(shortestMs / 2);
        expect(queue).toEqual([]);
      }),
    );
  });

  it('stops asking when it may not, and when an answer is lost', async () => {
    let asked = 0;
    const parts = { monotonicMs: () => 0, ask: async () => (asked++ < 2 ? 1 : undefined) };
    await createClock(parts).sample(() => true);
    expect(asked).toBe(3);
    await createClock(parts).sample(() => false);
    expect(asked).toBe(3);
  });

  it('goes by the sale’s own time until there is a sample', async () => {
    const clock = createClock({ monotonicMs: () => 50, ask: async () => 9000 });
    clock.guess(7000);
    expect(clock.nowMs()).toBe(7000);
    await clock.sample(() => true);
    clock.guess(1);
    expect(clock.nowMs()).toBe(9000);
  });
});

describe('the countdown', () => {
  it('shows 0 only when the moment is here', () => {
    expect([1, 1000, 1001, 0, -5].map((leftMs) => secondsLeft(leftMs, 0))).toEqual([1, 1, 2, 0, 0]);
    expect(partsOf(2 * 86_400 + 3 * 3600 + 4 * 60 + 5)).toEqual({
      days: 2,
      hours: 3,
      minutes: 4,
      seconds: 5,
    });
  });

  it('ticks at each whole second and exactly at the moment', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), (leftMs) => {
        const laterMs = nextTickMs(leftMs, 0);
        expect(laterMs).toBeGreaterThan(0);
        expect(laterMs).toBeLessThanOrEqual(1000);
        const justBeforeMs = Math.max(0, laterMs - 0.001);
        expect(secondsLeft(leftMs, justBeforeMs)).toBe(secondsLeft(leftMs, 0));
        expect(secondsLeft(leftMs, laterMs + 0.001)).toBe(secondsLeft(leftMs, 0) - 1);
      }),
    );
  });

  it('is spoken at ten minutes, one minute and ten seconds, once each', () => {
    const spoken = [];
    for (let seconds = 700; seconds > 0; seconds -= 1) {
      const mark = spokenSecond(seconds + 1, seconds);
      if (mark !== undefined) spoken.push(mark);
    }
    expect(spoken).toEqual([600, 60, 10]);
    expect(spokenSecond(undefined, 5)).toBeUndefined();
  });
});
