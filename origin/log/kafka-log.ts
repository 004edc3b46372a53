/**
 * OrderLog on Kafka. Orders go to `<prefix>.orders`, spread over its partitions by sale and lane;
 * what cannot be settled goes to `<prefix>.dead-letters`. The book keeps the offsets under a name
 * that holds the cluster's id, so that a new cluster is read from its beginning.
 */
import type { Admin } from 'kafkajs';
import { type Clock, systemClock } from '../../contract/clock.ts';
import { encodeReservations, laneOf } from '../../contract/log/codec.ts';
import {
  createKafkaClient,
  type KafkaClientOptions,
  type KafkaLogger,
  KafkaUnreachableError,
} from './kafka-client.ts';
import { createKafkaConsumer } from './kafka-consumer.ts';
import { createTopicBounds } from './kafka-positions.ts';
import { createSerialProducer, type PlacedMessage } from './kafka-producer.ts';
import { prepareTopics, type TopicSetup, topicRisks } from './kafka-topics.ts';
import type { DeadLetter, LogConsumer, OrderLog } from './log.ts';
import { registerZstd } from './zstd.ts';

/** Longer than a broker that lives takes, shorter than a readiness probe waits. */
const PING_TIMEOUT_MS = 3_000;

export interface KafkaLogOptions {
  /** `host:port` each; parseKafkaUrl makes them of LOG_URL. */
  brokers: readonly string[];
  /** Begins the names of both topics. */
  prefix?: string;
  /** All processes with the same group share the partitions. */
  groupId?: string;
  clientId?: string;
  lanes: number;
  /** Used when the topics are made; a topic that is there is only compared. */
  partitions: number;
  replication: number;
  logger: KafkaClientOptions['logger'];
  clock?: Clock;
  connect?: KafkaClientOptions['connect'];
}

/** Throws KafkaUnreachableError, or KafkaSetupError that names what to change. */
export async function createKafkaLog(options: KafkaLogOptions): Promise<OrderLog> {
  const { brokers, lanes, logger, clock = systemClock, connect, prefix = 'sluice' } = options;
  const { groupId = `${prefix}.settle`, clientId = 'sluice', partitions, replication } = options;
  registerZstd();
  const client: KafkaClientOptions = { brokers, clientId, logger, connect };
  const orders = `${prefix}.orders`;
  const deadLetters = `${prefix}.dead-letters`;
  const setup: TopicSetup = { orders, deadLetters, partitions, replication };

  const admin = createKafkaClient({ ...client, logger: quiet(logger) }).admin();
  const opened = await open(admin, client, setup);
  const { producer, clusterId } = opened;
  const bounds = createTopicBounds(admin, orders);
  const consumers = new Set<LogConsumer>();

  return {
    name: `${orders}@${clusterId}`,
    async append(reservations) {
      if (reservations.length === 0) return;
      const headers = { 'produced-at': String(clock.nowMs()) };
      const messages = encodeReservations(reservations, lanes).map(({ key, value }) => ({
        key,
        value: asBuffer(value),
        headers,
        partition: partitionOf(key, opened.partitions),
      }));
      await producer.send(orders, messages);
    },
    async appendDeadLetter(letter) {
      await producer.send(deadLetters, [deadLetterMessage(letter, clock.nowMs())]);
    },
    async consume(handler) {
      const consumer = await createKafkaConsumer({
        ...client,
        topic: orders,
        groupId,
        partitions: opened.partitions,
        bounds,
        handler,
        clock,
      });
      consumers.add(consumer);
      return consumer;
    },
    ping: () => ping(admin, brokers),
    risks: () => topicRisks(admin, setup),
    async close() {
      await Promise.all(Array.from(consumers, (consumer) => consumer.close()));
      await producer.close();
      await admin.disconnect();
    },
  };
}

async function open(admin: Admin, client: KafkaClientOptions, setup: TopicSetup) {
  try {
    await admin.connect();
  } catch (cause) {
    throw unreachable(client.brokers, cause);
  }
  try {
    const partitions = await prepareTopics(admin, setup, client.logger);
    const { clusterId } = await admin.describeCluster();
    const producer = await createSerialProducer(client);
    return { partitions, clusterId, producer };
  } catch (error) {
    await admin.disconnect();
    throw error;
  }
}

/**
 * The lanes of one sale lie side by side, so that a hot sale uses as many partitions as it has
 * lanes; a hash of the whole key would put two of four lanes together more often than not.
 */
export function partitionOf(key: string, partitions: number): number {
  const slash = key.lastIndexOf('/');
  const lane = Number(key.slice(slash + 1));
  return (laneOf(key.slice(0, slash), partitions) + lane) % partitions;
}

function deadLetterMessage(letter: DeadLetter, nowMs: number): PlacedMessage {
  const { source, partition, offset, orderId, reason, value } = letter;
  return {
    partition: 0,
    key: `${source}/${partition}/${offset}`,
    value: asBuffer(value),
    headers: {
      source,
      partition: String(partition),
      offset: String(offset),
      reason,
      ...(orderId === undefined ? {} : { 'order-id': orderId }),
      'produced-at': String(nowMs),
    },
  };
}

async function ping(admin: Admin, brokers: readonly string[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer in ${PING_TIMEOUT_MS} ms`)),
      PING_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([admin.describeCluster(), late]);
  } catch (cause) {
    throw unreachable(brokers, cause);
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(brokers: readonly string[], cause: unknown): KafkaUnreachableError {
  return new KafkaUnreachableError(`Kafka at ${brokers.join(',')} does not answer`, { cause });
}

/** What fails for an admin rejects a promise; a topic not there yet is no warning. */
function quiet(logger: KafkaLogger): KafkaLogger {
  const debug: KafkaLogger['debug'] = (details, message) => logger.debug(details, message);
  return { debug, info: debug, warn: debug, error: debug };
}

/** A view, not a copy. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
