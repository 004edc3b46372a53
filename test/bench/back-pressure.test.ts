/** What the plots of the bench show is so: found within 10 s, full again within 30 s. */
import { describe, expect, test } from 'vitest';
import { findingsOf, SCENARIOS } from '../../bench/back-pressure.ts';
import { simulate } from '../../bench/simulated-origin.ts';

describe('in virtual time, with the code of edge and origin', () => {
  test('an origin at half speed has its rate within 10 s, and is neither idle nor flooded', () => {
    const { found, full, rate, taken, refused } = findingsOf(
      simulate(SCENARIOS.half),
      SCENARIOS.half,
    );
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThanOrEqual(10);
    expect(rate.mean / 500).toBeGreaterThan(0.9);
    expect(rate.mean / 500).toBeLessThan(1.1);
    expect(taken).toBeGreaterThan(490);
    expect(refused).toBeLessThan(10);
    expect(full).toBeGreaterThan(0);
    expect(full).toBeLessThanOrEqual(30);
  });

  test('an origin that is away is asked at the floor, and has its full rate within 30 s', () => {
    const seconds = simulate(SCENARIOS.away);
    const { found, full, refused } = findingsOf(seconds, SCENARIOS.away);
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThanOrEqual(10);
    expect(refused).toBeGreaterThan(40);
    expect(refused).toBeLessThan(60);
    expect(full).toBeGreaterThan(0);
    expect(full).toBeLessThanOrEqual(30);
    expect(seconds.at(-1)?.taken).toBeGreaterThan(980);
  });
});
