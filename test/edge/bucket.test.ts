/** The arithmetic of a token bucket, on random sequences from a printed seed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addTokens,
  type BucketState,
  capacityOf,
  emptyBucket,
  LEASE_LIFE_MS,
  type LeaseGrant,
  lease,
  retune,
} from '../../edge/objects/bucket.ts';

const T = 1_000_000;

function bucketOf(tokensPerSecond: number, tokens = 0): BucketState {
  return addTokens(retune(emptyBucket(T), tokensPerSecond, T), tokens);
}

function run(state: BucketState, steps: { atMs: number; want: number }[]) {
  let current = state;
  return steps.map(({ atMs, want }) => {
    const next = lease(current, want, atMs);
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
        const grants = run(bucketOf(tokensPerSecond), asks);
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
        expect(fromStart).toBeLessThanOrEqual((ranMs / 1000) * tokensPerSecond + 1e-6);
      }),
      { seed, numRuns: 500 },
    );
  });

  test(`has at most twice its capacity leased and alive (seed ${seed})`, () => {
    fc.assert(
      fc.property(rates, steps, (tokensPerSecond, sequence) => {
        let state = bucketOf(tokensPerSecond, capacityOf(tokensPerSecond));
        let atMs = T;
        const leased: { tokens: number; endsMs: number }[] = [];
        for (const { waitMs, want } of sequence) {
          atMs += waitMs;
          const next = lease(state, want, atMs);
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
        const grants = run(bucketOf(tokensPerSecond), asks);
        grants.forEach((grant, index) => {
          const want = asks[index]?.want ?? 0;
          expect(Number.isInteger(grant.tokens) && grant.tokens >= 0).toBe(true);
          expect(grant.tokens).toBeLessThanOrEqual(want);
          expect(grant.livesMs).toBe(LEASE_LIFE_MS);
          if (grant.tokens < want) expect(grant.askAgainAfterMs).toBeGreaterThanOrEqual(1);
        });
      }),
      { seed, numRuns: 300 },
    );
  });

  test('begins with nothing', () => {
    expect(lease(emptyBucket(T), 1, T + 1_000).grant.tokens).toBe(0);
    expect(lease(bucketOf(1_000), 1, T).grant.tokens).toBe(0);
  });

  test('without a rate gives nothing, and has somebody ask again in a while', () => {
    const full = bucketOf(1_000, 250);
    const { grant } = lease(retune(full, 0, T), 10, T + 1_000);
    expect(grant).toMatchObject({ tokens: 0, askAgainAfterMs: 250 });
  });

  test('of 1 token a second gives it when it is told to come again', () => {
    const grants = run(bucketOf(1, 0.1), [
      { atMs: T, want: 1 },
      { atMs: T + 900, want: 1 },
    ]);
    expect(grants[0]).toMatchObject({ tokens: 0, askAgainAfterMs: 900 });
    expect(grants[1]?.tokens).toBe(1);
  });

  test('of half a token a second gives one every two seconds', () => {
    const asks = Array.from({ length: 601 }, (_, step) => ({ atMs: T + step * 100, want: 1 }));
    const given = run(bucketOf(0.5), asks).filter(({ tokens }) => tokens === 1);
    expect(given.length).toBeGreaterThanOrEqual(29);
    expect(given.length).toBeLessThanOrEqual(30);
  });

  test('has everybody come when there is as much for them as they want', () => {
    const grants = run(bucketOf(250), Array(5).fill({ atMs: T, want: 25 }));
    expect(grants.map(({ askAgainAfterMs }) => askAgainAfterMs)).toEqual([100, 200, 300, 400, 500]);
    const later = grants.map(({ askAgainAfterMs = 0 }) => ({
      atMs: T + askAgainAfterMs,
      want: 25,
    }));
    let state = bucketOf(250);
    for (let count = 0; count < 5; count += 1) state = lease(state, 25, T).state;
    expect(run(state, later).map(({ tokens }) => tokens)).toEqual([25, 25, 25, 25, 25]);
  });

  test('does not put off who takes little of what is there', () => {
    expect(lease(bucketOf(1_000, 250), 100, T).grant).toEqual({ tokens: 100, livesMs: 250 });
  });

  test('puts nobody off for more than 2 s while it fills', () => {
    const grants = run(bucketOf(250), Array(100).fill({ atMs: T, want: 10 }));
    expect(Math.max(...grants.map((grant: LeaseGrant) => grant.askAgainAfterMs ?? 0))).toBe(2_000);
  });

  test.each([64, 300, 1_000])('has %d callers come 333 times a second', (callers) => {
    // Each wants one token of many as soon as it may: only the calls are scarce.
    let state = bucketOf(100_000, 25_000);
    const due = Array.from({ length: callers }, () => T);
    const calls: number[] = Array(10).fill(0);
    for (let ms = 0; ms < 10_000; ms += 1) {
      due.forEach((dueMs, caller) => {
        if (dueMs > T + ms) return;
        const next = lease(state, 1, T + ms);
        state = next.state;
        due[caller] = T + ms + Math.max(20, next.grant.askAgainAfterMs ?? 0);
        calls[Math.floor(ms / 1_000)] = (calls[Math.floor(ms / 1_000)] ?? 0) + 1;
      });
    }
    // In the first second they come unannounced.
    expect(Math.max(...calls.slice(Math.ceil(callers / 333)))).toBeLessThanOrEqual(367);
    expect(calls.at(-1)).toBeGreaterThan(300);
  });

  test('holds no more than the lower rate allows when the rate falls', () => {
    expect(lease(retune(bucketOf(1_000, 250), 8, T), 1_000, T).grant.tokens).toBe(2);
  });

  test('is not paid in arrears when the rate rises', () => {
    const raised = retune(bucketOf(10), 1_000, T + 200);
    expect(raised.tokens).toBeCloseTo(2);
  });

  test('gives nothing twice when its clock goes back', () => {
    const grants = run(bucketOf(1_000), [
      { atMs: T + 1_000, want: 1_000 },
      { atMs: T, want: 1_000 },
      { atMs: T + 1_000, want: 1_000 },
    ]);
    expect(grants.map(({ tokens }) => tokens)).toEqual([250, 0, 0]);
  });
});
