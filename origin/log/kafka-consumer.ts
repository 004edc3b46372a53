/**
 * Consumes the orders topic at the book's offsets. Kafka's group decides who has which partition and
 * nothing else. Races it accepts: a partition given to another member is still being handled here, and
 * a rejoin asks for positions while records are under way; the book's compare-and-set settles both.
 * A broker that is away is waited for; any other end rejects `stopped`.
 */
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Clock } from '../../contract/clock.ts';
import { pause } from '../timer.ts';
import type { KafkaClientOptions } from './kafka-client.ts';
import { isBrokerAway } from './kafka-errors.ts';
import { createKafkaMember, type KafkaMember } from './kafka-member.ts';
import { startPositions, type TopicBounds } from './kafka-positions.ts';
import type { LogConsumer, LogEntry, LogHandler, LogLag } from './log.ts';
import { createPartitionWorker, type PartitionWorker } from './partition-worker.ts';
import { recordsLost } from './start-offset.ts';

/** Between two lives of the group member while the broker is away. */
const REJOIN_PAUSE_MS = 500;
/** Keeps a handler that always rewinds from spinning. */
const REWIND_PAUSE_MS = 20;
/** The broker hears of the offsets this often at most; only tools look at them. */
const COMMIT_EVERY_MS = 1_000;

export interface KafkaConsumerOptions extends KafkaClientOptions {
  topic: string;
  groupId: string;
  partitions: number;
  bounds: TopicBounds;
  handler: LogHandler;
  clock: Clock;
}

export async function createKafkaConsumer(options: KafkaConsumerOptions): Promise<LogConsumer> {
  const { topic, bounds, handler, logger, clock } = options;
  const ended = Promise.withResolvers<void>();
  const closing = new AbortController();
  /** Calls under way of partitions that were given up, so that none is handled twice at once. */
  const ending = new Map<number, Promise<unknown>>();
  const workers = new Map<number, PartitionWorker>();
  let assignment = 0;
  let committed = new Map<number, bigint>();
  let member: KafkaMember | undefined;

  function fail(error: unknown) {
    if (closing.signal.aborted) return;
    logger.error({ error, topic }, 'the consumer stopped');
    ended.reject(error);
    void stop();
  }

  let stopping: Promise<void> | undefined;
  function stop(): Promise<void> {
    stopping ??= stopOnce();
    return stopping;
  }

  async function stopOnce(): Promise<void> {
    closing.abort();
    clearInterval(commits);
    const settledThen = currentOffsets();
    abandon(Array.from(workers.keys()));
    await Promise.allSettled(ending.values());
    await commitQuietly(settledThen);
    await member?.leave();
  }

  function abandon(partitions: readonly number[]) {
    for (const partition of partitions) {
      const worker = workers.get(partition);
      if (worker === undefined) continue;
      workers.delete(partition);
      ending.set(partition, Promise.all([ending.get(partition), worker.abandon()]));
    }
  }

  function onAssigned(partitions: number[]) {
    assignment += 1;
    abandon(Array.from(workers.keys()));
    committed = new Map();
    if (partitions.length > 0) position(partitions, assignment).catch(fail);
  }

  /** Asks the book where these partitions go on; gives up as soon as there is a newer assignment. */
  async function position(partitions: readonly number[], asked: number): Promise<void> {
    const isOld = () => asked !== assignment || closing.signal.aborted;
    await Promise.all(partitions.map((partition) => ending.get(partition)));
    if (isOld()) return;
    const starts = await startPositions({ partitions, handler, bounds, topic, logger, isOld });
    if (starts === undefined || isOld()) return;
    for (const [partition, from] of starts) {
      workers.set(partition, createWorker(partition, from));
      member?.seek(partition, from);
    }
    member?.resume(partitions);
  }

  function createWorker(partition: number, from: bigint): PartitionWorker {
    return createPartitionWorker({
      from,
      handle: (entries) => handler.handle(entries),
      pauseFetch: () => member?.pause([partition]),
      resumeFetch: () => member?.resume([partition]),
      onRewind: () => rewind(partition),
      onFailure: fail,
    });
  }

  function rewind(partition: number) {
    const asked = assignment;
    member?.pause([partition]);
    abandon([partition]);
    pause(REWIND_PAUSE_MS, closing.signal)
      .then(() => position([partition], asked))
      .catch(fail);
  }

  async function onBatch({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    const worker = workers.get(partition);
    const entries = batch.messages.map((message) => toEntry(partition, message));
    const [first] = entries;
    if (worker === undefined || first === undefined) return;
    const expected = worker.expected();
    // Fetched before a seek took effect, or from a log that was cut: the book says where to go on.
    if (first.offset < expected) return rewind(partition);
    if (first.offset > expected) {
      const held = (await bounds.read()).get(partition);
      if (held !== undefined && held.low > expected) {
        return fail(recordsLost(topic, partition, expected, held));
      }
      if (workers.get(partition) !== worker) return;
    }
    worker.take(entries);
    resolveOffset(String(worker.expected() - 1n));
  }

  function onCrash(error: Error) {
    if (closing.signal.aborted) return;
    if (!isBrokerAway(error)) return fail(error);
    logger.warn({ error, topic }, 'Kafka is away; the consumer joins again');
    assignment += 1;
    abandon(Array.from(workers.keys()));
    rejoin().catch(fail);
  }

  async function rejoin(): Promise<void> {
    while (!closing.signal.aborted) {
      await pause(REJOIN_PAUSE_MS, closing.signal);
      try {
        return await join();
      } catch (error) {
        if (!isBrokerAway(error)) throw error;
        logger.warn({ error, topic }, 'Kafka is still away');
      }
    }
  }

  async function join(): Promise<void> {
    member = createKafkaMember({ ...options, onAssigned, onBatch, onCrash });
    try {
      await member.join();
    } catch (error) {
      await member.leave();
      throw error;
    }
    if (closing.signal.aborted) await member.leave();
  }

  function currentOffsets(): Map<number, bigint> {
    return new Map(Array.from(workers, ([partition, worker]) => [partition, worker.settled()]));
  }

  async function commitQuietly(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    const news = new Map(
      Array.from(offsets).filter(([partition, offset]) => committed.get(partition) !== offset),
    );
    if (news.size === 0) return;
    committed = new Map([...committed, ...news]);
    await member?.commit(news).catch((error: unknown) => {
      logger.debug(
        { error, topic },
        'the broker did not take the offsets; only lag tools read them',
      );
    });
  }

  async function lag(): Promise<LogLag> {
    const held = await bounds.recent();
    let messages = 0n;
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const [partition, worker] of workers) {
      const high = held.get(partition)?.high ?? worker.settled();
      if (high > worker.settled()) messages += high - worker.settled();
      oldestMs = Math.min(oldestMs, worker.oldestMs() ?? oldestMs);
    }
    const ageMs = Number.isFinite(oldestMs) ? clock.nowMs() - oldestMs : 0;
    return { messages: Number(messages), seconds: Math.max(0, ageMs / 1000) };
  }

  const commits = setInterval(() => void commitQuietly(currentOffsets()), COMMIT_EVERY_MS);
  commits.unref();
  try {
    await join();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    stopped: ended.promise,
    lag,
    async close() {
      await stop();
      ended.resolve();
    },
  };
}

function toEntry(partition: number, { offset, value, timestamp }: KafkaMessage): LogEntry {
  return {
    partition,
    offset: BigInt(offset),
    // A record without a value is as unreadable as an empty one.
    value: value ?? new Uint8Array(),
    appendedAtMs: Number(timestamp),
  };
}
