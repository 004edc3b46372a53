/** What a singleton role tells of its lease: that it begins, is lost once, or is given back. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LeaseGrant, LeaseStore } from '../../../origin/lease/lease.ts';
import { startSingleton } from '../../../origin/lease/singleton.ts';
import { memoryLogger } from '../fakes.ts';

const TTL_MS = 10_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

function start(renew: () => Promise<boolean>) {
  const told: string[] = [];
  const granted = (): LeaseGrant => {
    return { name: 'relay', holder: 'me', fence: 1, expiresAtMs: Date.now() + TTL_MS };
  };
  const leases: Partial<LeaseStore> = {
    acquire: async () => granted(),
    renew: async () => ((await renew()) ? granted() : undefined),
    release: async () => undefined,
  };
  const singleton = startSingleton({
    name: 'relay',
    holder: 'me',
    leases: leases as LeaseStore,
    clock: { nowMs: () => Date.now() },
    leaseTtlMs: TTL_MS,
    everyMs: 1_000,
    logger: memoryLogger().logger,
    observe: (event) => told.push(event),
    round: async () => undefined,
  });
  return {
    told,
    async close() {
      const closed = singleton.close();
      await vi.advanceTimersByTimeAsync(1);
      await closed;
    },
  };
}

test('a lease that is kept is told once, and then that it was given back', async () => {
  const { told, close } = start(async () => true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['held']);
  await close();
  expect(told).toEqual(['held', 'released']);
});

test('a lease that another has is lost', async () => {
  let isOurs = true;
  const { told, close } = start(async () => isOurs);
  await vi.advanceTimersByTimeAsync(3_500);
  isOurs = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual(['held', 'lost']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual(['held', 'lost', 'held']);
  await close();
});

test('a lease that could not be renewed in time is lost once, and held again', async () => {
  let isAway = false;
  const { told, close } = start(async () => {
    if (isAway) throw new Error('the store is away');
    return true;
  });
  await vi.advanceTimersByTimeAsync(3_500);
  isAway = true;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(told, 'it still acts').toEqual(['held']);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told).toEqual(['held', 'lost']);
  isAway = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual(['held', 'lost', 'held']);
  await close();
});
