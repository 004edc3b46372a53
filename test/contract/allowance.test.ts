/** The token bucket: what it gives at once, how it fills, and that it never gives more. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Allowance, fillUp, takeOne, untilNextMs } from '../../contract/allowance.ts';

const LIMIT = { burst: 3, perSecond: 2 };

/** Which of the requests at these times are let through. */
function takeAt(timesMs: readonly number[], limit = LIMIT): boolean[] {
  let allowance: Allowance | undefined;
  return timesMs.map((nowMs) => {
    const next = takeOne(allowance, limit, nowMs);
    allowance = next.allowance;
    return next.taken;
  });
}

test('gives its burst at once, and then one each half a second', () => {
  expect(takeAt([0, 0, 0, 0, 499, 500, 500])).toEqual([
    true,
    true,
    true,
    false,
    false,
    true,
    false,
  ]);
});

test('holds no more than its burst, however long nobody asks', () => {
  expect(takeAt([0, 1e9, 1e9, 1e9, 1e9])).toEqual([true, true, true, true, false]);
});

test('gives nothing for a clock that goes backwards', () => {
  expect(takeAt([1_000, 1_000, 1_000, 0, 0])).toEqual([true, true, true, false, false]);
});

test('says when there is one again, and there is one then', () => {
  const empty: Allowance = { tokens: 0, countedAtMs: 1_000 };
  const waitMs = untilNextMs(empty, LIMIT);
  expect(waitMs).toBe(500);
  expect(takeOne(empty, LIMIT, 1_000 + waitMs).taken).toBe(true);
  expect(takeOne(empty, LIMIT, 1_000 + waitMs - 1).taken).toBe(false);
  expect(untilNextMs(fillUp(undefined, LIMIT, 0), LIMIT)).toBe(0);
});

test('never gives more than its burst and what came in since', () => {
  const limits = fc.record({
    burst: fc.integer({ min: 1, max: 20 }),
    perSecond: fc.double({ min: 0.1, max: 50, noNaN: true }),
  });
  const gaps = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(limits, gaps, (limit, gapsMs) => {
      let nowMs = 0;
      const times = gapsMs.map((gapMs) => (nowMs += gapMs));
      const given = takeAt(times, limit).filter(Boolean).length;
      expect(given).toBeLessThanOrEqual(limit.burst + (nowMs / 1000) * limit.perSecond + 1e-6);
    }),
  );
});
