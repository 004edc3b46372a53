/**
 * Hands the entries of one partition to the handler, one call at a time, while fetching goes on. It
 * lives for one assignment of the partition: a new assignment abandons it and makes another, which
 * begins only when the last call of the old one has ended.
 */
import type { LogEntry, LogHandler } from './log.ts';
import { isTooMuch, sliceLength } from './slices.ts';

export interface PartitionWorkerOptions {
  handle: LogHandler['handle'];
  from: bigint;
  /** Stops and goes on with fetching this partition. */
  pauseFetch(): void;
  resumeFetch(): void;
  /** The book is elsewhere: the owner abandons this worker and asks for positions. */
  onRewind(): void;
  onFailure(error: unknown): void;
}

export interface PartitionWorker {
  /** The offset that the next entry taken should have. */
  expected(): bigint;
  /** The offset after the last settled entry. */
  settled(): bigint;
  /** When the oldest entry that is not settled was appended; undefined when there is none. */
  oldestMs(): number | undefined;
  take(entries: readonly LogEntry[]): void;
  /** Forgets what waits; resolves when the call under way has ended. */
  abandon(): Promise<void>;
}

export function createPartitionWorker(options: PartitionWorkerOptions): PartitionWorker {
  let waiting: LogEntry[] = [];
  let waitingBytes = 0;
  let handled: readonly LogEntry[] = [];
  let running: Promise<void> | undefined;
  let paused = false;
  let abandoned = false;
  let expected = options.from;
  let settled = options.from;

  async function handleAll(): Promise<void> {
    try {
      while (waiting.length > 0) await handleNext();
    } catch (error) {
      options.onFailure(error);
    } finally {
      // At once, not when this promise has settled: what is taken in between must start a new run.
      running = undefined;
    }
  }

  async function handleNext(): Promise<void> {
    handled = waiting.splice(0, sliceLength(waiting));
    waitingBytes -= bytesOf(handled);
    resumeWhenRoom();
    const reply = await options.handle(handled);
    if (reply === 'rewind') {
      forget();
      if (!abandoned) options.onRewind();
      return;
    }
    settled = (handled.at(-1)?.offset ?? settled - 1n) + 1n;
    handled = [];
  }

  function resumeWhenRoom() {
    if (!paused || abandoned || isTooMuch({ entries: waiting.length, bytes: waitingBytes })) return;
    paused = false;
    options.resumeFetch();
  }

  function forget() {
    waiting = [];
    waitingBytes = 0;
    handled = [];
  }

  return {
    expected: () => expected,
    settled: () => settled,
    oldestMs: () => (handled[0] ?? waiting[0])?.appendedAtMs,
    take(entries) {
      if (abandoned || entries.length === 0) return;
      waiting = waiting.concat(entries);
      waitingBytes += bytesOf(entries);
      expected = (entries.at(-1)?.offset ?? expected - 1n) + 1n;
      if (!paused && isTooMuch({ entries: waiting.length, bytes: waitingBytes })) {
        paused = true;
        options.pauseFetch();
      }
      running ??= handleAll();
    },
    async abandon() {
      abandoned = true;
      waiting = [];
      waitingBytes = 0;
      await running;
    },
  };
}

function bytesOf(entries: readonly LogEntry[]): number {
  return entries.reduce((bytes, entry) => bytes + entry.value.length, 0);
}
