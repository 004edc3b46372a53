/**
 * OrderLog on Kafka. Orders go to `<prefix>.orders`, spread over its partitions by sale and lane.
 * The book keeps the offsets under a name that holds the cluster's id, so that a new cluster is
 * read from its beginning.
 */
import type { Admin } from 'kafkajs';
import { type Clock, systemClock } from '../../contract/clock.ts';
import {
  encodeBarrier,
  encodeReservations,
  type LogBarrier,
  laneOf,
} from '../../contract/log/codec.ts';
import {
  createKafkaClient,
  type KafkaClientOptions,
  type KafkaLogger,
  KafkaLoginError,
  KafkaUnreachableError,
} from './kafka-client.ts';
import { createKafkaConsumer } from './kafka-consumer.ts';
import { isBrokerAway, isLoginRefused } from './kafka-errors.ts';
import { createTopicBounds } from './kafka-positions.ts';
import { createSerialProducer } from './kafka-producer.ts';
import { countPartitions, prepareTopic, type TopicSetup, topicRisks } from './kafka-topics.ts';
import type { LogConsumer, OrderLog } from './log.ts';
import { registerZstd } from './zstd.ts';

/** Longer than a broker that lives takes, shorter than a readiness probe waits. */
const PING_TIMEOUT_MS = 3_000;

export interface KafkaLogOptions {
  /** `host:port` each; parseKafkaUrl makes them of LOG_URL. */
  brokers: readonly string[];
  /** Begins the topic's name. */
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
  tls?: KafkaClientOptions['tls'];
  sasl?: KafkaClientOptions['sasl'];
  connect?: KafkaClientOptions['connect'];
}

/** Throws KafkaUnreachableError, or KafkaSetupError that names what to change. */
export async function createKafkaLog(options: KafkaLogOptions): Promise<OrderLog> {
  const { brokers, lanes, logger, clock = systemClock, connect, prefix = 'sluice' } = options;
  const { groupId = `${prefix}.settle`, clientId = 'sluice', partitions, replication } = options;
  registerZstd();
  const { tls, sasl } = options;
  const client: KafkaClientOptions = { brokers, clientId, logger, tls, sasl, connect };
  const orders = `${prefix}.orders`;
  const setup: TopicSetup = { topic: orders, partitions, replication };

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
      const messages = encodeReservations(reservations, lanes).map(
        ({ key, value, traceparent }) => ({
          key,
          value: asBuffer(value),
          headers: traceparent === undefined ? headers : { ...headers, traceparent },
          partition: partitionOf(key, opened.partitions),
        }),
      );
      await producer.send(orders, messages);
    },
    barrier: (barrier) => appendBarrier(admin, client, orders, clock.nowMs(), barrier),
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

/**
 * Through a producer of its own: kafkajs believes for five minutes in the partitions that it saw
 * first, and a partition without its barrier would be waited for in vain, or passed unread.
 */
async function appendBarrier(
  admin: Admin,
  client: KafkaClientOptions,
  topic: string,
  nowMs: number,
  barrier: LogBarrier,
): Promise<Map<number, bigint>> {
  const value = asBuffer(encodeBarrier(barrier));
  const headers = { 'produced-at': String(nowMs) };
  const count = await countPartitions(admin, topic);
  const partitions = Array.from({ length: count }, (_, partition) => partition);
  const messages = partitions.map((partition) => ({ value, headers, partition }));
  const producer = await createSerialProducer(client);
  try {
    return await producer.send(topic, messages);
  } finally {
    await producer.close();
  }
}

async function open(admin: Admin, client: KafkaClientOptions, setup: TopicSetup) {
  try {
    await admin.connect();
  } catch (cause) {
    throw unreachable(client.brokers, cause);
  }
  try {
    const partitions = await prepareTopic(admin, setup, client.logger);
    const { clusterId } = await admin.describeCluster();
    const producer = await createSerialProducer(client);
    return { partitions, clusterId, producer };
  } catch (error) {
    await admin.disconnect();
    // A broker that wants a login closes the connection only when something is asked of it.
    throw isBrokerAway(error) ? unreachable(client.brokers, error) : error;
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
  const reason = cause instanceof Error ? cause.message : String(cause);
  const at = `Kafka at ${brokers.join(',')}`;
  return isLoginRefused(cause)
    ? new KafkaLoginError(`${at} refuses the login: ${reason}`, { cause })
    : new KafkaUnreachableError(`${at} does not answer: ${reason}`, { cause });
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
