/**
 * The partitions that this member has now: a worker for each, begun at the book's offset. A rejoin
 * asks for positions while records are under way, and a partition given to another member is still
 * being handled here; the book's compare-and-set settles both races. What must not happen is that
 * one process handles a partition twice at once, so a new worker waits for the last call of the old
 * one.
 */
import { pause } from '../timer.ts';
import type { KafkaLogger } from './kafka-client.ts';
import type { KafkaMember } from './kafka-member.ts';
import { startPositions, type TopicBounds } from './kafka-positions.ts';
import type { LogEntry, LogHandler } from './log.ts';
import { createPartitionWorker, type PartitionWorker } from './partition-worker.ts';
import { recordsLost } from './start-offset.ts';

/** Keeps a handler that always rewinds from spinning. */
const REWIND_PAUSE_MS = 20;

export interface AssignmentOptions {
  topic: string;
  bounds: TopicBounds;
  handler: LogHandler;
  logger: KafkaLogger;
  /** The member that fetches; undefined between two of its lives. */
  member(): KafkaMember | undefined;
  /** Ends the consumer. */
  fail(error: unknown): void;
}

export interface Assignment {
  /**
   * Forgets all partitions and goes on with these, which are paused until their positions are
   * known.
   */
  replace(partitions: readonly number[]): void;
  /**
   * Takes what was fetched; the offset of the last entry, or undefined when it is to be fetched
   * anew.
   */
  take(partition: number, entries: readonly LogEntry[]): Promise<bigint | undefined>;
  /** Resolves when the last call has ended. */
  end(): Promise<void>;
  partitions(): readonly number[];
  /** The offset after the last settled entry of each partition whose position is known. */
  settled(): Map<number, bigint>;
  /** When the oldest entry under way was appended. */
  oldestMs(): number | undefined;
}

interface State extends AssignmentOptions {
  /** Counts the assignments: work for an older one ends by itself. */
  number: number;
  assigned: readonly number[];
  workers: Map<number, PartitionWorker>;
  /** Calls under way of workers that were abandoned. */
  ending: Map<number, Promise<unknown>>;
  ended: AbortController;
}

export function createAssignment(options: AssignmentOptions): Assignment {
  const state: State = {
    ...options,
    number: 0,
    assigned: [],
    workers: new Map(),
    ending: new Map(),
    ended: new AbortController(),
  };
  return {
    replace(partitions) {
      replace(state, partitions);
    },
    take: (partition, entries) => take(state, partition, entries),
    async end() {
      state.ended.abort();
      replace(state, []);
      await Promise.all(state.ending.values());
    },
    partitions: () => state.assigned,
    settled: () =>
      new Map(Array.from(state.workers, ([partition, worker]) => [partition, worker.settled()])),
    oldestMs() {
      const times = Array.from(state.workers.values(), (worker) => worker.oldestMs());
      const known = times.filter((time) => time !== undefined);
      return known.length === 0 ? undefined : Math.min(...known);
    },
  };
}

function replace(state: State, partitions: readonly number[]): void {
  state.number += 1;
  state.assigned = partitions;
  abandon(state, Array.from(state.workers.keys()));
  if (partitions.length > 0) position(state, partitions, state.number).catch(state.fail);
}

function abandon(state: State, partitions: readonly number[]): void {
  for (const partition of partitions) {
    const worker = state.workers.get(partition);
    if (worker === undefined) continue;
    state.workers.delete(partition);
    const before = state.ending.get(partition);
    state.ending.set(partition, Promise.all([before, worker.abandon()]));
  }
}

/** Begins these partitions where the book is, unless there is a newer assignment by then. */
async function position(
  state: State,
  partitions: readonly number[],
  number: number,
): Promise<void> {
  const isOld = () => number !== state.number || state.ended.signal.aborted;
  await Promise.all(partitions.map((partition) => state.ending.get(partition)));
  const starts = await startPositions({ ...state, partitions, isOld });
  if (starts === undefined || isOld()) return;
  for (const [partition, from] of starts) {
    state.workers.set(partition, createWorker(state, partition, from));
    state.member()?.seek(partition, from);
  }
  state.member()?.resume(partitions);
}

function createWorker(state: State, partition: number, from: bigint): PartitionWorker {
  return createPartitionWorker({
    from,
    handle: (entries) => state.handler.handle(entries),
    pauseFetch: () => state.member()?.pause([partition]),
    resumeFetch: () => state.member()?.resume([partition]),
    onRewind: () => rewind(state, partition),
    onFailure: state.fail,
  });
}

function rewind(state: State, partition: number): void {
  const { number } = state;
  state.member()?.pause([partition]);
  abandon(state, [partition]);
  pause(REWIND_PAUSE_MS, state.ended.signal)
    .then(() => position(state, [partition], number))
    .catch(state.fail);
}

async function take(
  state: State,
  partition: number,
  entries: readonly LogEntry[],
): Promise<bigint | undefined> {
  const worker = state.workers.get(partition);
  const [first] = entries;
  if (worker === undefined || first === undefined) return undefined;
  const expected = worker.expected();
  if (first.offset < expected) {
    // Fetched before a seek took effect, or from a log that was cut: the book says where to go on.
    rewind(state, partition);
    return undefined;
  }
  if (first.offset > expected) {
    // Transactions and compaction leave gaps; retention does too, and must not pass for one.
    const held = (await state.bounds.read()).get(partition);
    if (held !== undefined && held.low > expected) {
      state.fail(recordsLost(state.topic, partition, expected, held));
      return undefined;
    }
    if (state.workers.get(partition) !== worker) return undefined;
  }
  worker.take(entries);
  return worker.expected() - 1n;
}
