/** Which refusals are answered by asking again: bounded, no sooner than told, spread by jitter. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { troubleOf } from '../../edge/web/api.js';
import { retryWaitMs } from '../../edge/web/schedule.js';

const RETRIED = [
  'not-drawn',
  'too-fast',
  'recovering',
  'overloaded',
  'unexpected',
  'network-lost',
] as const;

describe('asking again', () => {
  it('is never sooner than Retry-After, is spread, and comes to an end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RETRIED), fc.nat(120_000), (trouble, retryAfterMs) => {
        let tries = 1;
        for (; tries < 100; tries += 1) {
          const [least, most] = [0, 0.999].map((fraction) =>
            retryWaitMs({ trouble, tries, retryAfterMs, fraction }),
          );
          if (least === undefined || most === undefined) break;
          expect(least).toBeGreaterThanOrEqual(retryAfterMs);
          expect(most - least).toBeGreaterThan(250);
        }
        expect(tries).toBeLessThanOrEqual(21);
        expect(tries).toBeGreaterThan(3);
      }),
    );
  });

  it('grows while the shop names no time', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((tries) =>
      retryWaitMs({ trouble: 'network-lost', tries, retryAfterMs: undefined, fraction: 0 }),
    );
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, undefined]);
  });

  it.each(['sold-out', 'ended', 'paused', 'invalid-request', 'unknown-sale', 'no-answer'] as const)(
    'is left to the buyer: %s',
    (trouble) => {
      const facts = { trouble, tries: 1, retryAfterMs: 1000, fraction: 0 };
      expect(retryWaitMs(facts)).toBeUndefined();
    },
  );

  it('waits for an opening that is near, and counts down to one that is not', () => {
    const wait = (retryAfterMs: number) =>
      retryWaitMs({ trouble: 'not-open', tries: 1, retryAfterMs, fraction: 0 });
    expect(wait(40)).toBe(50);
    expect(wait(3001)).toBeUndefined();
  });
});

describe('what a refusal means', () => {
  it('is read from the problem’s type, and from the status where there is none', () => {
    expect(troubleOf('/problems/not-drawn', 429)).toBe('not-drawn');
    expect(troubleOf('/problems/internal', 500)).toBe('unexpected');
    expect(troubleOf('/problems/of-tomorrow', 400)).toBe('unexpected');
    expect(troubleOf(undefined, 502)).toBe('overloaded');
    expect(troubleOf(undefined, 429)).toBe('overloaded');
    expect(troubleOf(undefined, 404)).toBe('unexpected');
  });
});
