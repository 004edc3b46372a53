/**
 * The rate gate of an isolate whose clock is set back, as after a machine's sleep: nothing that was
 * noted by the old time may hold anybody up until that time comes again.
 */
import { describe, expect, test } from 'vitest';
import { createLeases, type LeasePlatform } from '../../edge/leases.ts';
import type { AskBucket } from '../../edge/refill.ts';
import { createRateObjects } from './rate-objects.ts';
import { openSale, START_MS } from './shop.ts';

const SET_BACK_MS = 600_000;
const QUIET = { answered: 0, overloaded: 0, pressure: 0 };

function startIsolate(askBucket: AskBucket, ratePerSecond: number) {
  const clock = { ms: START_MS };
  const platform: LeasePlatform = {
    clock: { nowMs: () => clock.ms },
    random: { fraction: () => 0 },
    pause: (durationMs) => scheduler.wait(durationMs),
  };
  const sale = openSale({ ratePerSecond });
  const needs = { platform, askBucket, maxShards: 4, takePressure: () => QUIET };
  const leases = createLeases(needs);
  return { clock, admit: () => leases.admit(sale, { waitUntil: () => undefined }) };
}

/** With real shards, whose clock is the isolate's and what that one is behind. */
function openIsolate(ratePerSecond: number, behindMs = () => 0) {
  const wants: number[] = [];
  const { clock, admit } = startIsolate((name, ask) => {
    wants.push(ask.want);
    return objects.shard(name).lease(ask);
  }, ratePerSecond);
  const objects = createRateObjects({
    clock: { nowMs: () => clock.ms + behindMs() },
    pause: () => new Promise(() => undefined),
  });
  return {
    clock,
    wants,
    admit,
    /** Many more than the rate allows, evenly; how many were admitted. */
    async crowd(durationMs: number): Promise<number> {
      let admitted = 0;
      for (const endMs = clock.ms + durationMs; clock.ms < endMs; clock.ms += 5) {
        const { refusal } = await admit();
        if (refusal === undefined) admitted += 1;
        if (refusal !== undefined && 'retryAfterMs' in refusal) {
          expect(refusal.retryAfterMs).toBeLessThanOrEqual(2_000);
        }
      }
      return admitted;
    },
  };
}

describe('a clock that is set back by ten minutes', () => {
  test('stops no sale: the rate is admitted as before', async () => {
    const { clock, crowd } = openIsolate(100);
    expect(await crowd(2_000)).toBeGreaterThan(180);
    clock.ms -= SET_BACK_MS;
    const admitted = await crowd(2_000);
    expect(admitted).toBeGreaterThan(160);
    // What the time before left: a bucket's first tokens, and a part of the coordinator's.
    expect(admitted).toBeLessThanOrEqual(250);
  });

  test('stops no sale either when only the isolate has such a clock', async () => {
    let behindMs = 0;
    const { clock, crowd } = openIsolate(100, () => behindMs);
    await crowd(2_000);
    clock.ms -= SET_BACK_MS;
    behindMs = SET_BACK_MS;
    const admitted = await crowd(2_000);
    expect(admitted).toBeGreaterThan(160);
    expect(admitted).toBeLessThanOrEqual(230);
  });

  test('leaves no demand behind that the next leases would be wanted for', async () => {
    const { clock, crowd, wants, admit } = openIsolate(1_000);
    await crowd(1_000);
    clock.ms -= SET_BACK_MS;
    wants.length = 0;
    for (let second = 0; second < 20; second += 1) {
      await admit();
      clock.ms += 1_000;
    }
    expect(Math.max(...wants)).toBe(1);
  });

  test('lets who waits for a call of the old time go, and others ask', async () => {
    let calls = 0;
    const { clock, admit } = startIsolate(async () => {
      calls += 1;
      if (calls === 1) await new Promise(() => undefined);
      return { tokens: 5, livesMs: 250 };
    }, 1_000);
    const asking = admit();
    const waiting = admit();
    clock.ms -= SET_BACK_MS;
    expect((await waiting).refusal).toMatchObject({ kind: 'too-fast', retryAfterMs: 1_000 });
    expect((await admit()).refusal).toBeUndefined();
    expect(calls).toBe(2);
    expect((await asking).refusal).toMatchObject({ kind: 'overloaded' });
  });
});

test('requests that read clocks a little apart share what is held', async () => {
  let calls = 0;
  const { clock, admit } = startIsolate(async () => {
    calls += 1;
    return { tokens: 50, livesMs: 250 };
  }, 1_000);
  for (let count = 0; count < 20; count += 1) {
    clock.ms += count % 2 === 0 ? 3 : -2;
    expect((await admit()).refusal).toBeUndefined();
  }
  expect(calls).toBe(1);
});
