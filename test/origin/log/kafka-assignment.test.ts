// What the partitions of a member do with batches that a live Kafka sends only now and then.
import { beforeEach, expect, test, vi } from 'vitest';
import { type Assignment, createAssignment } from '../../../origin/log/kafka-assignment.ts';
import type { KafkaMember } from '../../../origin/log/kafka-member.ts';
import type { LogEntry } from '../../../origin/log/log.ts';
import { LogRecordsLostError } from '../../../origin/log/start-offset.ts';

const PARTITION = 2;
const positions = vi.fn();
const handle = vi.fn();
const fail = vi.fn();
const seek = vi.fn();
const pauseFetch = vi.fn();
const resumeFetch = vi.fn();
let low: bigint;
let assignment: Assignment;

beforeEach(() => {
  vi.resetAllMocks();
  low = 0n;
  positions.mockImplementation(async () => new Map([[PARTITION, 10n]]));
  handle.mockImplementation(async () => 'settled');
  const member: KafkaMember = {
    seek,
    pause: pauseFetch,
    resume: resumeFetch,
    join: async () => undefined,
    commit: async () => undefined,
    leave: async () => undefined,
  };
  const read = async () => new Map([[PARTITION, { low, high: 100n }]]);
  const quiet = () => undefined;
  assignment = createAssignment({
    topic: 'orders',
    bounds: { read, recent: read },
    handler: { positions, handle },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    member: () => member,
    fail,
  });
});

function entriesFrom(first: number, count = 1): LogEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    partition: PARTITION,
    offset: BigInt(first + index),
    value: new Uint8Array(1),
    appendedAtMs: 0,
  }));
}

async function begin() {
  assignment.replace([PARTITION]);
  await vi.waitFor(() => expect(resumeFetch).toHaveBeenCalled(), { timeout: 20_000 });
}

test('fetching goes on only where the book is', async () => {
  await begin();
  expect(seek).toHaveBeenCalledExactlyOnceWith(PARTITION, 10n);
  expect(seek.mock.invocationCallOrder[0]).toBeLessThan(
    resumeFetch.mock.invocationCallOrder[0] ?? 0,
  );
});

test('what is fetched before the book has answered is fetched anew', async () => {
  const answer = Promise.withResolvers<Map<number, bigint>>();
  positions.mockReturnValue(answer.promise);
  assignment.replace([PARTITION]);
  expect(await assignment.take(PARTITION, entriesFrom(0))).toBeUndefined();
  expect(await assignment.take(7, entriesFrom(0))).toBeUndefined();
  expect(handle).not.toHaveBeenCalled();
  answer.resolve(new Map());
});

test('a batch from before a seek is dropped, and the book asked again', async () => {
  await begin();
  expect(await assignment.take(PARTITION, entriesFrom(8, 3))).toBeUndefined();
  await vi.waitFor(() => expect(seek).toHaveBeenCalledTimes(2), { timeout: 20_000 });
  expect(pauseFetch).toHaveBeenCalledWith([PARTITION]);
  expect(handle).not.toHaveBeenCalled();
  expect(await assignment.take(PARTITION, entriesFrom(10, 3))).toBe(12n);
});

test('a gap that compaction left is passed over', async () => {
  await begin();
  expect(await assignment.take(PARTITION, entriesFrom(15, 2))).toBe(16n);
  await vi.waitFor(() => expect(assignment.settled().get(PARTITION)).toBe(17n), {
    timeout: 20_000,
  });
  expect(fail).not.toHaveBeenCalled();
});

test('a gap that retention left stops the consumer', async () => {
  await begin();
  low = 15n;
  expect(await assignment.take(PARTITION, entriesFrom(15, 2))).toBeUndefined();
  expect(fail).toHaveBeenCalledExactlyOnceWith(expect.any(LogRecordsLostError));
  expect(handle).not.toHaveBeenCalled();
});

test('an answer of the book to an older assignment begins nothing', async () => {
  const late = Promise.withResolvers<Map<number, bigint>>();
  positions.mockReturnValueOnce(late.promise);
  assignment.replace([PARTITION]);
  await vi.waitFor(() => expect(positions).toHaveBeenCalled(), { timeout: 20_000 });
  assignment.replace([]);
  late.resolve(new Map([[PARTITION, 10n]]));
  await new Promise(setImmediate);
  expect(seek).not.toHaveBeenCalled();
  expect(resumeFetch).not.toHaveBeenCalled();
});

test('ending waits for the call under way', async () => {
  await begin();
  const answer = Promise.withResolvers<'settled'>();
  handle.mockReturnValue(answer.promise);
  await assignment.take(PARTITION, entriesFrom(10));
  let ended = false;
  const ending = assignment.end().then(() => {
    ended = true;
  });
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  answer.resolve('settled');
  await ending;
});
