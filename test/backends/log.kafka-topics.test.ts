// The topic: made from the configuration, compared with it, and what its settings put at risk.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KafkaSetupError } from '../../origin/log/kafka-client.ts';
import {
  describeWithKafka,
  freshTopics,
  keepingLogger,
  openKafkaLog,
  type TopicPrefix,
  withAdmin,
} from './kafka.ts';

describeWithKafka('the topic of the log', () => {
  let topics: TopicPrefix;
  beforeEach(() => {
    topics = freshTopics();
  });
  afterEach(() => topics.forget());

  test('is made with the partitions and settings asked for', async () => {
    const log = await openKafkaLog(topics.prefix, { partitions: 3 });
    const shapes = await withAdmin((admin) =>
      admin.fetchTopicMetadata({ topics: [topics.orders] }),
    );
    const counts = shapes.topics.map(({ name, partitions }) => [name, partitions.length]);
    expect(Object.fromEntries(counts)).toEqual({ [topics.orders]: 3 });
    const settings = await settingsOf(topics.orders);
    expect(settings).toMatchObject({
      'min.insync.replicas': '1',
      'message.timestamp.type': 'LogAppendTime',
      'unclean.leader.election.enable': 'false',
    });
    await log.close();
  });

  test('more replicas than brokers: refused, and says what to change', async () => {
    const opening = openKafkaLog(topics.prefix, { replication: 3 });
    await expect(opening).rejects.toThrow(KafkaSetupError);
    await expect(opening).rejects.toThrow(
      'cannot have 3 replicas: the cluster has 1 broker; start more brokers, or lower',
    );
  });

  test('a topic with fewer replicas than asked: refused', async () => {
    await (await openKafkaLog(topics.prefix)).close();
    const opening = openKafkaLog(topics.prefix, { replication: 2 });
    await expect(opening).rejects.toThrow(KafkaSetupError);
    await expect(opening).rejects.toThrow('has 1 replica where LOG_REPLICATION asks for 2');
  });

  test('a topic with fewer partitions than asked: one warning and one risk', async () => {
    await (await openKafkaLog(topics.prefix, { partitions: 2 })).close();
    const { logger, said } = keepingLogger();
    const log = await openKafkaLog(topics.prefix, { partitions: 4, logger });
    const line = `${topics.orders} has 2 partitions where LOG_PARTITIONS asks for 4`;
    const warnings = said.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining(line)]);
    expect(await log.risks()).toContainEqual(expect.stringContaining(line));
    await log.close();
  });

  test('a partition added later has its barrier too', async () => {
    const log = await openKafkaLog(topics.prefix, { partitions: 2 });
    // Afterwards the producer believes in two partitions.
    await log.barrier({ saleId: 'phone', epoch: 1 });
    await withAdmin((admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: topics.orders, count: 3 }] }),
    );
    const offsets = await log.barrier({ saleId: 'phone', epoch: 2 });
    expect([...offsets].toSorted()).toEqual([
      [0, 1n],
      [1, 1n],
      [2, 0n],
    ]);
    await log.close();
  });

  test('two processes may start at once', async () => {
    const logs = await Promise.all([1, 2, 3].map(() => openKafkaLog(topics.prefix)));
    expect(new Set(logs.map((log) => log.name)).size).toBe(1);
    await Promise.all(logs.map((log) => log.close()));
  });

  test('one replica is told as one line that says what may be lost', async () => {
    const log = await openKafkaLog(topics.prefix);
    expect(await log.risks()).toEqual([
      `Kafka topic ${topics.orders} has 1 replica (min.insync.replicas=1): when that broker ` +
        "loses its disk, orders already answered 'queued' are lost",
    ]);
    await log.close();
  });
});

async function settingsOf(topic: string): Promise<Record<string, string>> {
  const { resources } = await withAdmin((admin) =>
    admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] }),
  );
  const entries = resources[0]?.configEntries ?? [];
  return Object.fromEntries(
    entries.map(({ configName, configValue }) => [configName, configValue]),
  );
}
