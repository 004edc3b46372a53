// One partition's worker: calls one at a time, back-pressure, abandoning.
import { beforeEach, expect, test, vi } from 'vitest';
import type { LogEntry } from '../../../origin/log/log.ts';
import {
  createPartitionWorker,
  type PartitionWorker,
} from '../../../origin/log/partition-worker.ts';
import { SLICE_ENTRIES } from '../../../origin/log/slices.ts';

const pauseFetch = vi.fn();
const resumeFetch = vi.fn();
const onRewind = vi.fn();
const onFailure = vi.fn();
let calls: { entries: readonly LogEntry[]; answer: PromiseWithResolvers<'settled' | 'rewind'> }[];
let worker: PartitionWorker;

beforeEach(() => {
  vi.resetAllMocks();
  calls = [];
  worker = createPartitionWorker({
    from: 100n,
    handle: (entries) => {
      const answer = Promise.withResolvers<'settled' | 'rewind'>();
      calls.push({ entries, answer });
      return answer.promise;
    },
    pauseFetch,
    resumeFetch,
    onRewind,
    onFailure,
  });
});

function entriesFrom(first: number, count: number): LogEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    partition: 0,
    offset: BigInt(first + index),
    value: new Uint8Array(1),
    appendedAtMs: first + index,
  }));
}

async function answer(call: number, reply: 'settled' | 'rewind') {
  calls[call]?.answer.resolve(reply);
  await new Promise(setImmediate);
}

test('one call at a time; what comes meanwhile is the next', async () => {
  worker.take(entriesFrom(100, 2));
  worker.take(entriesFrom(102, 3));
  worker.take(entriesFrom(105, 1));
  expect(calls.map(({ entries }) => entries.length)).toEqual([2]);
  expect([worker.expected(), worker.settled(), worker.oldestMs()]).toEqual([106n, 100n, 100]);
  await answer(0, 'settled');
  expect(calls.map(({ entries }) => entries.length)).toEqual([2, 4]);
  expect([worker.settled(), worker.oldestMs()]).toEqual([102n, 102]);
  await answer(1, 'settled');
  expect([worker.settled(), worker.oldestMs()]).toEqual([106n, undefined]);
});

test('fetching pauses while more than two slices wait, and goes on after', async () => {
  worker.take(entriesFrom(100, 1));
  worker.take(entriesFrom(101, 2 * SLICE_ENTRIES));
  expect(pauseFetch).not.toHaveBeenCalled();
  worker.take(entriesFrom(101 + 2 * SLICE_ENTRIES, 1));
  worker.take(entriesFrom(102 + 2 * SLICE_ENTRIES, 1));
  expect(pauseFetch).toHaveBeenCalledTimes(1);
  expect(resumeFetch).not.toHaveBeenCalled();
  await answer(0, 'settled');
  expect(resumeFetch).toHaveBeenCalledTimes(1);
});

test('a rewind forgets what waits and is told once', async () => {
  worker.take(entriesFrom(100, 1));
  worker.take(entriesFrom(101, 5));
  await answer(0, 'rewind');
  expect(onRewind).toHaveBeenCalledTimes(1);
  expect(calls).toHaveLength(1);
  expect([worker.settled(), worker.oldestMs()]).toEqual([100n, undefined]);
});

test('abandoning waits for the call under way and hands over nothing more', async () => {
  worker.take(entriesFrom(100, 1));
  worker.take(entriesFrom(101, 5));
  let ended = false;
  const ending = worker.abandon().then(() => {
    ended = true;
  });
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  await answer(0, 'rewind');
  await ending;
  worker.take(entriesFrom(106, 1));
  expect(calls).toHaveLength(1);
  expect(onRewind).not.toHaveBeenCalled();
});

test('a handler that throws is told and gets nothing more', async () => {
  worker.take(entriesFrom(100, 1));
  worker.take(entriesFrom(101, 1));
  calls[0]?.answer.reject(new Error('broken'));
  await new Promise(setImmediate);
  expect(onFailure).toHaveBeenCalledWith(new Error('broken'));
  expect(calls).toHaveLength(1);
  expect(worker.settled()).toBe(100n);
});
