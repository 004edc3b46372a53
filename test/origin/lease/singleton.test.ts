/**
 * A singleton role: acts only while its lease can be nobody else's, and comes back after losing it.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LeaseGrant, LeaseStore } from '../../../origin/lease/lease.ts';
import { type Singleton, startSingleton } from '../../../origin/lease/singleton.ts';
import { memoryLogger } from '../fakes.ts';

const TTL_MS = 10_000;
/** The part of a lease's life in which its holder acts. */
const ACT_FOR_MS = 8_000;
const EVERY_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

interface World {
  acquire(): Promise<boolean>;
  renew(): Promise<boolean>;
  round(mayGoOn: () => boolean): Promise<void>;
}

function start(change: Partial<World> = {}) {
  const world: World = {
    acquire: async () => true,
    renew: async () => true,
    ...roundless,
    ...change,
  };
  const said: string[] = [];
  const note = (text: string) => void said.push(`${Date.now()} ${text}`);
  const grantOf = (given: boolean, fence: number): LeaseGrant | undefined =>
    given ? { name: 'relay', holder: 'me', fence, expiresAtMs: Date.now() + TTL_MS } : undefined;
  const leases = {
    async acquire({ ttlMs }) {
      note(`acquire ${ttlMs}`);
      return grantOf(await world.acquire(), 1);
    },
    async renew(grant) {
      note('renew');
      return grantOf(await world.renew(), grant.fence);
    },
    async release() {
      note('release');
    },
  } as Partial<LeaseStore> as LeaseStore;
  const { logger, lines } = memoryLogger();
  const singleton: Singleton = startSingleton({
    name: 'relay',
    holder: 'me',
    leases,
    clock: { nowMs: () => Date.now() },
    leaseTtlMs: TTL_MS,
    everyMs: EVERY_MS,
    logger,
    round: (mayGoOn) => {
      note('round');
      return world.round(mayGoOn);
    },
  });
  return { singleton, said, lines, world, rounds: () => said.filter((text) => /round/.test(text)) };
}
const roundless = { round: async () => {} };

/** Closes while the fake clock runs. */
async function close(singleton: Singleton): Promise<void> {
  const closed = singleton.close();
  await vi.advanceTimersByTimeAsync(1);
  await closed;
}

test('runs a round at once and then every second, renewing in good time', async () => {
  const { singleton, said } = start();
  await vi.advanceTimersByTimeAsync(5_500);
  expect(said).toEqual([
    '0 acquire 10000',
    '0 round',
    '1000 round',
    '2000 round',
    '3000 round',
    '4000 renew',
    '4000 round',
    '5000 round',
  ]);
  await close(singleton);
  expect(said.at(-1)).toMatch(/release$/);
});

test('does nothing while somebody else holds the lease, and asks every second', async () => {
  const { singleton, said, world, rounds } = start({ acquire: async () => false });
  await vi.advanceTimersByTimeAsync(2_500);
  expect(said).toEqual(['0 acquire 10000', '1000 acquire 10000', '2000 acquire 10000']);
  world.acquire = async () => true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(rounds()).toEqual(['3000 round']);
  await close(singleton);
});

describe('it stops acting', () => {
  test('at once when a renewal is refused, and tries to get the lease anew', async () => {
    const { singleton, said, world, rounds } = start({ renew: async () => false });
    world.acquire = async () => false;
    await vi.advanceTimersByTimeAsync(7_500);
    expect(rounds().at(-1)).toBe('3000 round');
    expect(said.slice(-4)).toEqual([
      '4000 renew',
      '5000 acquire 10000',
      '6000 acquire 10000',
      '7000 acquire 10000',
    ]);
    await close(singleton);
    expect(said.at(-1), 'it has nothing to give up').not.toMatch(/release/);
  });

  test('before the lease can be another’s when renewals fail', async () => {
    const { singleton, lines, rounds } = start({
      renew: () => Promise.reject(new Error('redis is away')),
    });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(Number.parseInt(rounds().at(-1) ?? '', 10)).toBeLessThan(ACT_FOR_MS);
    expect(lines, 'one at once, one ten seconds later').toHaveLength(2);
    await close(singleton);
  });

  test('when the renewal comes so late that the time to act is over', async () => {
    const renew = () => new Promise<boolean>((resolve) => setTimeout(resolve, ACT_FOR_MS, true));
    const { singleton, rounds, world } = start({ renew });
    await vi.advanceTimersByTimeAsync(12_500);
    expect(rounds().at(-1)).toBe('3000 round');
    world.renew = async () => true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(rounds().length, 'and goes on once it is renewed in time').toBeGreaterThan(5);
    await close(singleton);
  });

  test('in the middle of a round that takes too long', async () => {
    const acts: number[] = [];
    const { singleton } = start({
      async round(mayGoOn) {
        while (mayGoOn()) {
          acts.push(Date.now());
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
      },
      renew: () => new Promise(() => {}),
    });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(acts.at(-1)).toBe(ACT_FOR_MS - 500);
    void singleton.close();
  });

  test('when it is closed, and only then gives the lease up', async () => {
    let acts = 0;
    const { singleton, said } = start({
      async round(mayGoOn) {
        for (; mayGoOn(); acts += 1) await new Promise((resolve) => setTimeout(resolve, 100));
        said.push('round over');
      },
    });
    await vi.advanceTimersByTimeAsync(1_050);
    const closed = singleton.close();
    expect(said.at(-1)).not.toMatch(/release/);
    await vi.advanceTimersByTimeAsync(100);
    await closed;
    expect(said.slice(-2)).toEqual(['round over', expect.stringMatching(/release$/)]);
    expect(acts).toBe(11);
  });
});

test('a round that fails is no end: the next one comes', async () => {
  const { singleton, lines, rounds, world } = start({
    round: () => Promise.reject(new Error('the book is away')),
  });
  await vi.advanceTimersByTimeAsync(2_500);
  expect(rounds()).toHaveLength(3);
  expect(lines).toEqual(['warn a round failed; the next one tries again']);
  world.round = async () => {};
  await vi.advanceTimersByTimeAsync(2_000);
  expect(lines.slice(1)).toEqual(['info rounds work again']);
  await close(singleton);
});
