/**
 * One life of a kafkajs consumer in its group, from joining to leaving or crashing. It fetches and
 * beats its heart; it owns no offsets and restarts nothing by itself. Between a crash and the next
 * life there is nothing to seek or pause, so those calls do nothing then.
 */
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { CONNECT_RETRIES, createKafkaClient, type KafkaClientOptions } from './kafka-client.ts';

/** The least that a broker allows by default: a killed process's partitions are free after this. */
const SESSION_TIMEOUT_MS = 6_000;
/** A quarter of the session. The fetch loop beats, also while the handler is busy. */
const HEARTBEAT_MS = 1_500;
/** Members rejoin within one fetch, since no handler holds the loop; slow ones get this long. */
const REBALANCE_TIMEOUT_MS = 10_000;
/**
 * How long a fetch waits for a first record; a record that comes ends it at once (minBytes 1). Only
 * a seek or a resumed partition has to wait for it. Idle, 100 ms costs 1.4 % of a core and 20 ms
 * 4.3 %.
 */
const FETCH_WAIT_MS = 100;
const LEAST_BYTES = 1;
/**
 * Of one partition in one fetch: four slices. The broker sends a larger first batch all the same.
 */
const PARTITION_BYTES = 256 * 1024;
const FETCH_BYTES = 4 * 1024 * 1024;
/** A loop that has asked for nothing for so long is stuck: ten requests may time out within it. */
const SILENCE_MS = 100_000;
const SILENCE_CHECK_MS = 5_000;

export interface KafkaMemberOptions extends KafkaClientOptions {
  topic: string;
  groupId: string;
  partitions: number;
  /** Called before anything is fetched for these partitions; all others are gone. */
  onAssigned(partitions: number[]): void;
  onBatch(payload: EachBatchPayload): Promise<void>;
  /** This life is over; called once, never after `leave`. */
  onCrash(error: Error): void;
}

export interface KafkaMember {
  /** Resolves after the first assignment or a crash; rejects when no broker can be reached. */
  join(): Promise<void>;
  seek(partition: number, offset: bigint): void;
  pause(partitions: readonly number[]): void;
  resume(partitions: readonly number[]): void;
  /** Tells the broker, for lag tools only. Rejects when it did not take it. */
  commit(offsets: ReadonlyMap<number, bigint>): Promise<void>;
  leave(): Promise<void>;
}

export function createKafkaMember(options: KafkaMemberOptions): KafkaMember {
  const { topic } = options;
  const consumer = createKafkaClient(options).consumer({
    groupId: options.groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    minBytes: LEAST_BYTES,
    maxBytes: FETCH_BYTES,
    maxBytesPerPartition: PARTITION_BYTES,
    allowAutoTopicCreation: false,
    // A crash is always the end of this life: the owner decides, so that none is swallowed.
    retry: { ...CONNECT_RETRIES, restartOnFailure: async () => false },
  });
  const life = watchLife(consumer, options);
  const all = (partitions: readonly number[]) => [{ topic, partitions: [...partitions] }];
  return {
    async join() {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: options.partitions,
        eachBatch: options.onBatch,
      });
    },
    seek(partition, offset) {
      if (life.joined()) consumer.seek({ topic, partition, offset: String(offset) });
    },
    pause(partitions) {
      if (life.joined()) consumer.pause(all(partitions));
    },
    resume(partitions) {
      if (life.joined()) consumer.resume(all(partitions));
    },
    async commit(offsets) {
      if (!life.joined()) return;
      await consumer.commitOffsets(
        Array.from(offsets, ([partition, offset]) => ({
          topic,
          partition,
          offset: String(offset),
        })),
      );
    },
    leave: life.leave,
  };
}

/** Follows the consumer's events: whether it is in the group, what it was given, how it ended. */
function watchLife(consumer: Consumer, options: KafkaMemberOptions) {
  const { topic, logger } = options;
  let joined = false;
  let ended = false;
  let lastSignMs = performance.now();

  function crash(error: Error) {
    if (ended) return;
    end();
    options.onCrash(error);
  }

  function end() {
    ended = true;
    clearInterval(silenceCheck);
  }

  const { GROUP_JOIN, CRASH, STOP, FETCH_START } = consumer.events;
  consumer.on(GROUP_JOIN, ({ payload }) => {
    joined = true;
    lastSignMs = performance.now();
    const partitions = payload.memberAssignment[topic] ?? [];
    logger.info({ topic, partitions, memberId: payload.memberId }, 'joined the consumer group');
    // What is fetched before the book was asked where to begin would only be thrown away.
    if (partitions.length > 0) consumer.pause([{ topic, partitions }]);
    if (!ended) options.onAssigned([...partitions]);
  });
  consumer.on(STOP, () => {
    joined = false;
  });
  consumer.on(FETCH_START, () => {
    lastSignMs = performance.now();
  });
  consumer.on(CRASH, ({ payload }) => crash(payload.error));
  const silenceCheck = setInterval(() => {
    if (performance.now() - lastSignMs < SILENCE_MS) return;
    crash(new Error(`the consumer of ${topic} has fetched nothing for ${SILENCE_MS} ms`));
    void leave();
  }, SILENCE_CHECK_MS);
  silenceCheck.unref();

  async function leave() {
    end();
    // What cannot be said to a broker that is away need not be said: the session runs out.
    await consumer.disconnect().catch((error: unknown) => {
      logger.warn({ error }, 'the consumer group was not left in order');
    });
  }

  return { joined: () => joined, leave };
}
