/** One shard: when it goes by which part, and what it does when its coordinator is slow or away. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RateAsk } from '../../edge/objects/coordinator.ts';
import type { Part } from '../../edge/objects/divide-rate.ts';
import { createShard, type LeaseAsk } from '../../edge/objects/shard.ts';

const T = 1_000_000_000;
const ask: LeaseAsk = { version: 1, ratePerSecond: 1_000, alone: true, want: 10, arrived: 3 };
const part: Part = {
  number: 1,
  tokensPerSecond: 1_000,
  livesMs: 3_000,
  startTokens: 100,
  reportAfterMs: 1_000,
  more: false,
};

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

/** Its coordinator answers when the test says so. */
function openShard() {
  const clock = { ms: T };
  const asked: { ask: RateAsk; answer(part: Part): void; fail(): void }[] = [];
  const timers: (() => void)[] = [];
  const shard = createShard({
    name: 'phone:all:0',
    clock: { nowMs: () => clock.ms },
    pause: () => new Promise((wake) => timers.push(wake)),
    askCoordinator: (wanted) =>
      new Promise((answer, reject) => {
        asked.push({ ask: wanted, answer, fail: () => reject(new Error('it is gone')) });
      }),
  });
  return {
    clock,
    shard,
    asked,
    timeOut: () => timers.splice(0).forEach((wake) => void wake()),
    /** A lease when the shard has its first part, given at once. */
    async begin(given: Part = part) {
      const leased = shard.lease(ask);
      asked.at(-1)?.answer(given);
      return leased;
    },
  };
}

describe('a shard', () => {
  test('leases the first tokens of its part, and counts on from when it was asked', async () => {
    const { shard, asked, clock } = openShard();
    const leased = shard.lease({ ...ask, want: 100 });
    clock.ms += 200;
    asked[0]?.answer(part);
    expect(await leased).toEqual({ tokens: 100, livesMs: 450, askAgainAfterMs: 300 });
  });

  test('ends its part by its own clock, from when it asked', async () => {
    const { shard, clock, begin } = openShard();
    await begin();
    clock.ms = T + 2_999;
    expect(shard.facts().tokensPerSecond).toBe(1_000);
    clock.ms = T + 3_000;
    expect(shard.facts().tokensPerSecond).toBe(0);
  });

  test('gives its part up when its clock was set back', async () => {
    const { shard, clock, begin } = openShard();
    await begin();
    clock.ms = T - 1;
    expect(shard.facts().tokensPerSecond).toBe(0);
  });

  test('leases at its rate again, at once, after its clock was set back', async () => {
    const { shard, clock, begin, asked } = openShard();
    await begin();
    clock.ms -= 600_000;
    const leased = shard.lease(ask);
    expect(asked).toHaveLength(2);
    asked[1]?.answer({ ...part, number: 2, startTokens: 0 });
    expect((await leased).askAgainAfterMs).toBeLessThanOrEqual(250);
    clock.ms += 100;
    expect((await shard.lease({ ...ask, want: 90 })).tokens).toBe(90);
  });

  test('reports once a second, also when many ask, and says what it holds and saw', async () => {
    const { shard, clock, asked, begin } = openShard();
    await begin();
    const pressure = { answered: 4, overloaded: 1, pressure: 0.5 };
    clock.ms = T + 999;
    await shard.lease({ ...ask, pressure });
    expect(asked).toHaveLength(1);
    clock.ms = T + 1_000;
    await Promise.all([shard.lease({ ...ask, pressure }), shard.lease(ask)]);
    expect(asked).toHaveLength(2);
    expect(asked[1]?.ask).toMatchObject({
      holds: 1,
      arrived: 6,
      overMs: 1_000,
      pressure: { answered: 8, overloaded: 2, pressure: 0.5 },
    });
  });

  test('goes on by its part while a report is lost, and tells the demand again', async () => {
    const { shard, clock, asked, begin, timeOut } = openShard();
    await begin();
    clock.ms = T + 1_000;
    expect((await shard.lease(ask)).tokens).toBe(10);
    clock.ms = T + 2_000;
    timeOut();
    await scheduler.wait(0);
    clock.ms = T + 2_300;
    await shard.lease(ask);
    expect(asked).toHaveLength(3);
    expect(asked[2]?.ask).toMatchObject({ arrived: 6, overMs: 2_300, holds: 1 });
  });

  test('takes no answer that came too late to be in force', async () => {
    const { shard, clock, asked } = openShard();
    const leased = shard.lease(ask);
    clock.ms = T + 3_000;
    asked[0]?.answer(part);
    expect((await leased).tokens).toBe(0);
    expect(shard.facts().tokensPerSecond).toBe(0);
  });

  test('is closed while its coordinator fails, without calling it each time', async () => {
    const { shard, clock, asked } = openShard();
    const leased = shard.lease(ask);
    asked[0]?.fail();
    expect(await leased).toMatchObject({ tokens: 0, askAgainAfterMs: 250 });
    for (let count = 0; count < 5; count += 1) expect((await shard.lease(ask)).tokens).toBe(0);
    expect(asked).toHaveLength(1);
    clock.ms = T + 300;
    const again = shard.lease(ask);
    expect(asked).toHaveLength(2);
    asked[1]?.answer(part);
    expect((await again).tokens).toBe(10);
  });

  test('asks for more when it runs dry and there is more', async () => {
    const { shard, clock, asked, begin } = openShard();
    await begin({ ...part, tokensPerSecond: 10, startTokens: 0, more: true });
    clock.ms = T + 199;
    await shard.lease(ask);
    expect(asked).toHaveLength(1);
    clock.ms = T + 200;
    await shard.lease(ask);
    expect(asked).toHaveLength(2);
  });
});
