/**
 * Which clock ends a holder's time to act: both, whichever saw more pass. And how it waits for its
 * turn where the store keeps a line.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { momentOf, passedSinceMs } from '../../../contract/clock.ts';
import type { LeaseStore } from '../../../origin/lease/lease.ts';
import { startSingleton } from '../../../origin/lease/singleton.ts';
import { memoryLogger } from '../fakes.ts';

const TTL_MS = 10_000;
const ACT_FOR_MS = 8_000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Given {
  /** How far the wall clock was moved. */
  movedMs?: () => number;
  steadyMs?: () => number;
  leases?: Partial<LeaseStore>;
}

/** Acts ten times a second; its lease is granted once and never renewed, unless told otherwise. */
function start({ movedMs = () => 0, steadyMs = () => Date.now(), leases = {} }: Given) {
  const acts: number[] = [];
  let asked = 0;
  const granted = { name: 'relay', holder: 'me', fence: 1, expiresAtMs: TTL_MS };
  const store: Partial<LeaseStore> = {
    async acquire() {
      asked += 1;
      return asked === 1 ? granted : undefined;
    },
    renew: () => Promise.reject(new Error('no answer')),
    release: async () => {},
    ...leases,
  };
  const singleton = startSingleton({
    ...{ name: 'relay', holder: 'me', leaseTtlMs: TTL_MS, everyMs: 1_000 },
    leases: store as LeaseStore,
    clock: { nowMs: () => Date.now() + movedMs(), steadyMs },
    logger: memoryLogger().logger,
    async round(mayGoOn) {
      while (mayGoOn()) {
        acts.push(Date.now());
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  });
  return { singleton, acts, asked: () => asked };
}

test('a wall clock that is set back gives nobody more time', async () => {
  const movedMs = () => (Date.now() > 3_000 ? -3_600_000 : 0);
  const { acts, singleton } = start({ movedMs });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(acts.at(-1)).toBe(ACT_FOR_MS - 100);
  void singleton.close();
});

test('nor does a steady clock that stood still while the machine slept', async () => {
  const steadyMs = () => Math.min(Date.now(), 3_000);
  const { acts, singleton } = start({ steadyMs });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(acts.at(-1)).toBe(ACT_FOR_MS - 100);
  void singleton.close();
});

test('a wall clock that is set forward ends the time at once', async () => {
  const movedMs = () => (Date.now() > 3_000 ? 3_600_000 : 0);
  const { acts, singleton } = start({ movedMs });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(acts.at(-1)).toBe(3_000);
  void singleton.close();
});

test('a clock that nobody sets needs no second one', () => {
  let nowMs = 5;
  const clock = { nowMs: () => nowMs };
  const moment = momentOf(clock);
  nowMs = 12;
  expect(passedSinceMs(clock, moment)).toBe(7);
});

test('where the store keeps a line, it asks when it is its turn and not before', async () => {
  let itIsTurn = () => {};
  const signals: AbortSignal[] = [];
  const { singleton, asked } = start({
    leases: {
      awaitTurn(want, signal) {
        expect(want).toEqual({ name: 'relay', holder: 'me', ttlMs: TTL_MS });
        signals.push(signal);
        return new Promise((resolve) => {
          itIsTurn = resolve;
          signal.addEventListener('abort', () => resolve());
        });
      },
      renew: async () => undefined,
    },
  });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(signals, 'not while it has the lease').toHaveLength(1);
  expect(asked()).toBe(1);
  itIsTurn();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toBe(2);
  const closed = singleton.close();
  await vi.advanceTimersByTimeAsync(1);
  await closed;
  expect(signals.at(-1)?.aborted).toBe(true);
});

test('closed between its turn and its asking, it gives its place up', async () => {
  let waiting = 0;
  const { singleton } = start({
    leases: {
      acquire: async () => undefined,
      async awaitTurn(_, signal) {
        waiting += signal.aborted ? -1 : 1;
      },
    },
  });
  await vi.advanceTimersByTimeAsync(500);
  expect(waiting).toBe(1);
  await singleton.close();
  expect(waiting).toBe(0);
});

test('a line that cannot be stood in is no end, and is tried once a round', async () => {
  let tried = 0;
  const { singleton, asked } = start({
    leases: {
      acquire: async () => undefined,
      async awaitTurn() {
        tried += 1;
        throw new Error('etcd is away');
      },
    },
  });
  await vi.advanceTimersByTimeAsync(5_500);
  expect(tried).toBe(6);
  expect(asked()).toBe(0);
  void singleton.close();
});
