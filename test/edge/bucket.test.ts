/** The arithmetic of a token bucket, on random sequences from a printed seed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BucketState,
  capacityOf,
  LEASE_LIFE_MS,
  type LeaseGrant,
  lease,
  startBucket,
} from '../../edge/objects/bucket.ts';

const T = 1_000_000;
const rateOf = (tokensPerSecond: number, version = 1) => ({ version, tokensPerSecond });

function run(state: BucketState, steps: { atMs: number; want: number }[]) {
  let current = state;
  return steps.map(({ atMs, want }) => {
    const { version, tokensPerSecond } = current;
    const next = lease(current, { version, tokensPerSecond, want }, atMs);
    current = next.state;
    return next.grant;
  });
}

describe('a token bucket', () => {
  const seed = Number(crypto.getRandomValues(new Uint32Array(1))[0]);
  const rates = fc.oneof(
    fc.double({ min: 0.05, max: 3, noNaN: true }),
    fc.integer({ min: 1, max: 50_000 }),
  );
  const steps = fc.array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 700 }),
      want: fc.integer({ min: 1, max: 5_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  );

  test(`never hands out more than its capacity and the rate in any span (seed ${seed})`, () => {
    fc.assert(
      fc.property(rates, steps, (tokensPerSecond, sequence) => {
        const times: number[] = [];
        let atMs = T;
        for (const { waitMs } of sequence) {
          atMs += waitMs;
          times.push(atMs);
        }
        const asks = sequence.map(({ want }, index) => ({ atMs: times[index] ?? T, want }));
        const grants = run(startBucket(rateOf(tokensPerSecond), T), asks);
        for (let from = 0; from < grants.length; from += 1) {
          let given = 0;
          for (let to = from; to < grants.length; to += 1) {
            given += grants[to]?.tokens ?? 0;
            const spanMs = (times[to] ?? T) - (times[from] ?? T);
            const bound = capacityOf(tokensPerSecond) + (spanMs / 1000) * tokensPerSecond;
            expect(given).toBeLessThanOrEqual(bound + 1e-6);
          }
        }
        const fromStart = grants.reduce((sum, { tokens }) => sum + tokens, 0);
        const ranMs = (times.at(-1) ?? T) - T;
        expect(fromStart).toBeLessThanOrEqual(((ranMs + 100) / 1000) * tokensPerSecond + 1e-6);
      }),
      { seed, numRuns: 500 },
    );
  });

  test(`has at most twice its capacity leased and alive (seed ${seed})`, () => {
    fc.assert(
      fc.property(rates, steps, (tokensPerSecond, sequence) => {
        let state = startBucket(rateOf(tokensPerSecond), T);
        let atMs = T;
        const leased: { tokens: number; endsMs: number }[] = [];
        for (const { waitMs, want } of sequence) {
          atMs += waitMs;
          const next = lease(state, { ...rateOf(tokensPerSecond), want }, atMs);
          state = next.state;
          leased.push({ tokens: next.grant.tokens, endsMs: atMs + next.grant.livesMs });
          const alive = leased.filter(({ endsMs }) => endsMs > atMs);
          const sum = alive.reduce((total, { tokens }) => total + tokens, 0);
          expect(sum).toBeLessThanOrEqual(2 * capacityOf(tokensPerSecond) + 1e-6);
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  test('gives whole tokens, never more than wanted, and says when to come back otherwise', () => {
    fc.assert(
      fc.property(rates, steps, (tokensPerSecond, sequence) => {
        let atMs = T;
        const asks = sequence.map(({ waitMs, want }) => {
          atMs += waitMs;
          return { atMs, want };
        });
        const grants = run(startBucket(rateOf(tokensPerSecond), T), asks);
        grants.forEach((grant, index) => {
          const want = asks[index]?.want ?? 0;
          expect(Number.isInteger(grant.tokens) && grant.tokens >= 0).toBe(true);
          expect(grant.tokens).toBeLessThanOrEqual(want);
          expect(grant.livesMs).toBe(LEASE_LIFE_MS);
          if (grant.tokens === want) expect(grant.askAgainAfterMs).toBeUndefined();
          else expect(grant.askAgainAfterMs).toBeGreaterThanOrEqual(1);
        });
      }),
      { seed, numRuns: 300 },
    );
  });

  test('starts with what flows in during 100 ms', () => {
    expect(startBucket(rateOf(1_000), T).tokens).toBe(100);
    expect(startBucket(rateOf(1), T).tokens).toBe(0.1);
    expect(startBucket(rateOf(100_000), T).tokens).toBe(10_000);
  });

  test('of 1 token a second gives it when it is told to come again', () => {
    const [first] = run(startBucket(rateOf(1), T), [{ atMs: T, want: 1 }]);
    expect(first).toMatchObject({ tokens: 0, askAgainAfterMs: 900 });
    const grants = run(startBucket(rateOf(1), T), [
      { atMs: T, want: 1 },
      { atMs: T + 900, want: 1 },
    ]);
    expect(grants[1]?.tokens).toBe(1);
  });

  test('of half a token a second gives one every two seconds', () => {
    const asks = Array.from({ length: 601 }, (_, step) => ({ atMs: T + step * 100, want: 1 }));
    const given = run(startBucket(rateOf(0.5), T), asks).filter(({ tokens }) => tokens === 1);
    expect(given.length).toBeGreaterThanOrEqual(29);
    expect(given.length).toBeLessThanOrEqual(30);
  });

  test('gives isolates that it puts off one time after the other', () => {
    const empty = { ...startBucket(rateOf(250), T), tokens: 0 };
    const grants = run(empty, Array(5).fill({ atMs: T, want: 10 }));
    expect(grants.map(({ askAgainAfterMs }) => askAgainAfterMs)).toEqual([100, 200, 300, 400, 500]);
  });

  test('puts nobody off for more than 2 s while it fills', () => {
    const empty = { ...startBucket(rateOf(250), T), tokens: 0 };
    const grants = run(empty, Array(100).fill({ atMs: T, want: 10 }));
    expect(Math.max(...grants.map((grant: LeaseGrant) => grant.askAgainAfterMs ?? 0))).toBe(2_000);
  });

  test('takes a new rate from a newer version, and keeps it against an older one', () => {
    const started = startBucket(rateOf(1_000, 5), T);
    const lowered = lease(started, { ...rateOf(10, 6), want: 1_000 }, T).state;
    expect(lowered.tokensPerSecond).toBe(10);
    const ignored = lease(lowered, { ...rateOf(1_000, 5), want: 1 }, T + 1).state;
    expect(ignored).toMatchObject({ tokensPerSecond: 10, version: 6 });
  });

  test('holds no more than the lower rate allows when the rate falls', () => {
    const full = { ...startBucket(rateOf(1_000, 5), T), tokens: 250 };
    expect(lease(full, { ...rateOf(8, 6), want: 1_000 }, T).grant.tokens).toBe(2);
  });

  test('gives nothing twice when its clock goes back', () => {
    const grants = run(startBucket(rateOf(1_000), T), [
      { atMs: T + 1_000, want: 1_000 },
      { atMs: T, want: 1_000 },
      { atMs: T + 1_000, want: 1_000 },
    ]);
    expect(grants.map(({ tokens }) => tokens)).toEqual([250, 0, 0]);
  });
});
