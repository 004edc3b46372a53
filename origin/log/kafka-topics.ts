/**
 * The topic of a log: made at the start when it is missing, and compared with the configuration
 * when it is there. A start that would leave fewer copies than the operator asked for is refused.
 * Two processes may start at once; the one that comes second finds the topic made.
 */
import kafkajs, { type Admin } from 'kafkajs';
import { pause } from '../timer.ts';
import { type KafkaLogger, KafkaSetupError } from './kafka-client.ts';

/** Settling may be away for this long before accepted orders are deleted unread. */
const ORDERS_KEPT_MS = 7 * 24 * 3_600_000;
/** A new topic's leaders are there after some tens of milliseconds. */
const LEADER_ATTEMPTS = 100;
const LEADER_PAUSE_MS = 100;

export interface TopicSetup {
  topic: string;
  partitions: number;
  replication: number;
}

interface TopicShape {
  partitions: number;
  /** Of the partition that has the fewest. */
  replicas: number;
}

/** Resolves with the number of partitions. Throws KafkaSetupError. */
export async function prepareTopic(
  admin: Admin,
  setup: TopicSetup,
  logger: KafkaLogger,
): Promise<number> {
  const { topic } = setup;
  const existing = new Set(await admin.listTopics());
  const { brokers } = await admin.describeCluster();
  if (!existing.has(topic)) await createTopic(admin, setup, brokers.length);
  const shape = await awaitTopic(admin, topic);
  if (shape.replicas < setup.replication) {
    throw new KafkaSetupError(
      `Kafka topic ${topic} has ${copies(shape.replicas)} where LOG_REPLICATION asks for ` +
        `${setup.replication}: reassign its replicas, or lower LOG_REPLICATION`,
    );
  }
  if (shape.partitions < setup.partitions) {
    logger.warn({ topic, partitions: shape.partitions }, fewerPartitions(shape, setup));
  }
  return shape.partitions;
}

export async function countPartitions(admin: Admin, topic: string): Promise<number> {
  return (await awaitTopic(admin, topic)).partitions;
}

async function createTopic(admin: Admin, setup: TopicSetup, brokers: number): Promise<void> {
  const { topic, partitions: numPartitions, replication } = setup;
  if (brokers < replication) {
    const running = brokers === 1 ? '1 broker' : `${brokers} brokers`;
    throw new KafkaSetupError(
      `Kafka topic ${topic} cannot have ${copies(replication)}: the cluster has ${running}; ` +
        'start more brokers, or lower LOG_REPLICATION',
    );
  }
  const settings = {
    // One broker may be down without stopping the sale.
    'min.insync.replicas': Math.max(1, replication - 1),
    'unclean.leader.election.enable': false,
    'message.timestamp.type': 'LogAppendTime',
    'cleanup.policy': 'delete',
    'retention.ms': ORDERS_KEPT_MS,
  };
  const configEntries = Object.entries(settings).map(([name, value]) => ({
    name,
    value: String(value),
  }));
  const wanted = { topic, numPartitions, replicationFactor: replication, configEntries };
  await admin.createTopics({ topics: [wanted], waitForLeaders: false });
}

/**
 * Metadata of a topic just made arrives late, and with errors in between; a broker may be named as
 * a partition's leader before it knows that itself, and refuse what is sent to it.
 */
async function awaitTopic(admin: Admin, topic: string): Promise<TopicShape> {
  let cause: unknown;
  for (let attempt = 0; attempt < LEADER_ATTEMPTS; attempt += 1) {
    if (attempt > 0) await pause(LEADER_PAUSE_MS);
    try {
      const partitions = (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]
        ?.partitions;
      if (partitions?.length && partitions.every(({ leader }) => leader >= 0)) {
        await admin.fetchTopicOffsets(topic);
        const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
        return { partitions: partitions.length, replicas };
      }
    } catch (error) {
      cause = error;
    }
  }
  throw new KafkaSetupError(`Kafka topic ${topic} has no leader`, { cause });
}

/** One line for each thing that the topic puts at risk. */
export async function topicRisks(admin: Admin, setup: TopicSetup): Promise<string[]> {
  const { topic } = setup;
  const shape = await awaitTopic(admin, topic);
  const names = ['min.insync.replicas', 'unclean.leader.election.enable'];
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type, name: topic, configNames: names }],
  });
  const values = new Map(
    resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
  );
  return describeRisks(shape, setup, values);
}

function describeRisks(
  shape: TopicShape,
  setup: TopicSetup,
  values: ReadonlyMap<string, string>,
): string[] {
  const { topic } = setup;
  const risks: string[] = [];
  const leastInSync = Number(values.get('min.insync.replicas'));
  if (shape.replicas === 1) {
    risks.push(
      `Kafka topic ${topic} has 1 replica (min.insync.replicas=${leastInSync}): when that broker ` +
        "loses its disk, orders already answered 'queued' are lost",
    );
  } else if (leastInSync === 1) {
    risks.push(
      `Kafka topic ${topic} has min.insync.replicas=1: one broker alone may confirm, and when it ` +
        "is lost before another has caught up, orders already answered 'queued' are lost",
    );
  }
  if (values.get('unclean.leader.election.enable') === 'true') {
    risks.push(
      `Kafka topic ${topic} has unclean.leader.election.enable=true: a replica that lags may ` +
        "become leader, and orders already answered 'queued' are lost",
    );
  }
  if (shape.partitions < setup.partitions) risks.push(fewerPartitions(shape, setup));
  return risks;
}

function fewerPartitions(shape: TopicShape, setup: TopicSetup): string {
  return (
    `Kafka topic ${setup.topic} has ${shape.partitions} partitions where LOG_PARTITIONS asks for ` +
    `${setup.partitions}: nothing is lost, but settling is less parallel; add partitions while ` +
    'no sale runs'
  );
}

function copies(count: number): string {
  return count === 1 ? '1 replica' : `${count} replicas`;
}
