/**
 * The rate gate's Durable Objects in workerd, with their storage: what they remember when they are
 * evicted or when a deploy takes all memory, and that one finds the other.
 */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../contract/clock.ts';
import type { Bindings } from '../../edge/index.ts';
import type { RateState } from '../../edge/objects/coordinator.ts';
import type { LeaseAsk } from '../../edge/objects/shard.ts';

const { TOKEN_BUCKET, RATE_COORDINATOR } = env as unknown as Bindings;

const quiet = { answered: 0, overloaded: 0, pressure: 0 };
const ask: LeaseAsk = {
  version: 3,
  ratePerSecond: 1_000,
  alone: true,
  want: 10,
  arrived: 1,
  pressure: quiet,
};
const shardAsk = { shard: 's', holds: 0, arrived: 1, overMs: 1_000, alone: true, pressure: quiet };

function storedOf(saleId: string): Promise<RateState | undefined> {
  return runInDurableObject(RATE_COORDINATOR.getByName(saleId), (_object, state) =>
    state.storage.kv.get<RateState>('state'),
  );
}

describe('a token bucket object', () => {
  test('leases of the part that the coordinator of its sale gave it', async () => {
    const stub = TOKEN_BUCKET.getByName('wired:weur:0', { locationHint: 'weur' });
    const grant = await stub.lease(ask);
    expect(grant.tokens).toBe(10);
    expect(grant.livesMs).toBeGreaterThanOrEqual(250);
    const stored = await storedOf('wired');
    expect(stored).toMatchObject({ version: 3, configuredPerSecond: 1_000 });
    expect(Object.keys(stored?.division.shards ?? {})).toEqual(['wired:weur:0']);
    expect((await stub.facts()).tokensPerSecond).toBe(1_000);
  });

  test('serves all that come while it asks for its first part', async () => {
    const stub = TOKEN_BUCKET.getByName('cold:all:0');
    const grants = await Promise.all(
      Array.from({ length: 20 }, () => stub.lease({ ...ask, want: 5 })),
    );
    expect(grants.every(({ tokens }) => tokens === 5)).toBe(true);
    expect((await storedOf('cold'))?.division.lastNumber).toBe(1);
  });

  test('counts its calls', async () => {
    const stub = TOKEN_BUCKET.getByName('counted:all:0');
    let asked = 0;
    // Seven within two seconds, which a machine that stands still may not manage at once.
    await expect
      .poll(
        async () => {
          for (let count = 0; count < 7; count += 1) await stub.lease(ask);
          asked += 7;
          return (await stub.facts()).calls.busiest;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThanOrEqual(4);
    expect((await stub.facts()).calls.total).toBe(asked);
  });

  test('that starts again has no token of its own, over and over', async () => {
    const stub = TOKEN_BUCKET.getByName('again:all:0');
    const given: { tokens: number; tookMs: number }[] = [];
    for (let count = 0; count < 4; count += 1) {
      const startedAtMs = systemClock.nowMs();
      const { tokens } = await stub.lease({ ...ask, want: 100_000 });
      given.push({ tokens, tookMs: systemClock.nowMs() - startedAtMs });
      await evictDurableObject(stub);
    }
    const [first, ...later] = given;
    expect(first?.tokens).toBeGreaterThanOrEqual(100);
    // What flowed in while it was asked: one a millisecond.
    for (const { tokens, tookMs } of later) expect(tokens).toBeLessThanOrEqual(50 + tookMs);
  });

  test('gives no more than the rate when a deploy takes all memory', async () => {
    const shards = [0, 1, 2].map((index) => TOKEN_BUCKET.getByName(`deployed:weur:${index}`));
    const coordinator = RATE_COORDINATOR.getByName('deployed');
    const startedAtMs = systemClock.nowMs();
    let tokens = 0;
    for (let count = 0; count < 3; count += 1) {
      for (const stub of shards) {
        tokens += (await stub.lease({ ...ask, alone: false, want: 100_000 })).tokens;
      }
      await scheduler.wait(50);
      await Promise.all([...shards, coordinator].map((stub) => evictDurableObject(stub)));
    }
    expect(tokens).toBeLessThanOrEqual(100 + systemClock.nowMs() - startedAtMs);
  });

  test.each([
    { ...ask, want: 0 },
    { ...ask, want: 1.5 },
    { ...ask, arrived: -1 },
    { ...ask, ratePerSecond: 0 },
    { ...ask, ratePerSecond: Number.POSITIVE_INFINITY },
    { ...ask, version: Number.NaN },
  ])('refuses %o', async (bad) => {
    await runInDurableObject(TOKEN_BUCKET.getByName('bad:all:0'), async (object) => {
      await expect(object.lease(bad)).rejects.toThrow(RangeError);
    });
  });
});

describe('a coordinator object', () => {
  test('that starts again knows what it gave to whom', async () => {
    const stub = RATE_COORDINATOR.getByName('remembers');
    const known = { version: 1, ratePerSecond: 100 };
    expect(await stub.ask({ ...shardAsk, ...known })).toMatchObject({ tokensPerSecond: 100 });
    await evictDurableObject(stub);
    const other = await stub.ask({ ...shardAsk, ...known, shard: 'other' });
    expect(other).toMatchObject({ tokensPerSecond: 0, startTokens: 0, number: 2 });
  });

  test('that starts again knows its rate against an older one', async () => {
    const stub = RATE_COORDINATOR.getByName('versions');
    await stub.ask({ ...shardAsk, version: 7, ratePerSecond: 20 });
    await evictDurableObject(stub);
    const part = await stub.ask({ ...shardAsk, version: 6, ratePerSecond: 1_000_000 });
    expect(part.tokensPerSecond).toBe(20);
  });

  test('asked the same twice gives it once', async () => {
    const stub = RATE_COORDINATOR.getByName('twice');
    const twice = { ...shardAsk, version: 1, ratePerSecond: 1_000 };
    const [first, second] = await Promise.all([stub.ask(twice), stub.ask(twice)]);
    expect(first.startTokens).toBe(100);
    expect(second).toMatchObject({ startTokens: 0, tokensPerSecond: 1_000 });
    const other = await stub.ask({ ...twice, shard: 'other' });
    expect(other.tokensPerSecond).toBe(0);
  });
});
