/** Kafka: its brokers, the topic of the orders, and how many copies of an order it keeps. */
import type { Admin } from 'kafkajs';
import type { Config } from '../../origin/config.ts';
import { readTlsMaterial, saslLoginOf } from '../../origin/connection-security.ts';
import {
  createKafkaClient,
  KafkaLoginError,
  KafkaUnreachableError,
  parseKafkaUrl,
} from '../../origin/log/kafka-client.ts';
import { isLoginRefused } from '../../origin/log/kafka-errors.ts';
import { topicRisks } from '../../origin/log/kafka-topics.ts';
import type { Probe, Risk } from './probe.ts';

/** What kafkajs has to say comes as a rejection as well. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export async function logProbe(config: Config): Promise<Probe> {
  const admin = await connected(config);
  const topic = `${config.LOG_PREFIX}.orders`;
  const isThere = async () => (await admin.listTopics()).includes(topic);
  return {
    // A broker that wants a login says so only when something is asked of it.
    ping: () =>
      admin.describeCluster().catch((cause: unknown) => {
        throw awayFor(parseKafkaUrl(config.LOG_URL), cause);
      }),
    async describe() {
      const brokers = (await admin.describeCluster()).brokers.length;
      const words = `Kafka of ${brokers} broker${brokers === 1 ? '' : 's'}`;
      return (await isThere()) ? `${words}, ${await shapeOf(admin, topic)}` : words;
    },
    async risks() {
      const { LOG_PARTITIONS: partitions, LOG_REPLICATION: replication } = config;
      if (await isThere()) {
        const risks = await topicRisks(admin, { topic, partitions, replication });
        return risks.map((detail): Risk => ({ state: 'warn', detail }));
      }
      const brokers = (await admin.describeCluster()).brokers.length;
      return [risksOfNewTopic({ topic, brokers, replication })];
    },
    close: () => admin.disconnect(),
  };
}

async function connected(config: Config): Promise<Admin> {
  const brokers = parseKafkaUrl(config.LOG_URL);
  const tls = config.LOG_TLS === 'on' ? readTlsMaterial(config, 'LOG') : undefined;
  const sasl = saslLoginOf(config);
  const clientId = 'sluice-doctor';
  const admin = createKafkaClient({ brokers, clientId, logger: SILENT, tls, sasl }).admin();
  await admin.connect().catch((cause: unknown) => {
    throw awayFor(brokers, cause);
  });
  return admin;
}

function awayFor(brokers: readonly string[], cause: unknown): KafkaUnreachableError {
  const words = cause instanceof Error ? cause.message : String(cause);
  const at = `Kafka at ${brokers.join(',')}`;
  return isLoginRefused(cause)
    ? new KafkaLoginError(`${at} refuses the login: ${words}`, { cause })
    : new KafkaUnreachableError(`${at} does not answer: ${words}`, { cause });
}

async function shapeOf(admin: Admin, topic: string): Promise<string> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
  return `topic ${topic} with ${partitions.length} partitions, ${replicas} × each`;
}

function risksOfNewTopic({
  topic,
  brokers,
  replication,
}: {
  topic: string;
  brokers: number;
  replication: number;
}): Risk {
  if (brokers < replication) {
    return {
      state: 'fail',
      detail: `has ${brokers} brokers, LOG_REPLICATION asks for ${replication}`,
      advice: 'start more brokers, or lower LOG_REPLICATION',
    };
  }
  return {
    state: 'warn',
    detail: `topic ${topic} is not there yet`,
    advice: 'start an origin: it makes the topic',
  };
}
