// Kafka that is away, loses answers, or holds what cannot be read.
import kafkajs from 'kafkajs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KafkaUnreachableError } from '../../origin/log/kafka-client.ts';
import { LogAppendError } from '../../origin/log/kafka-producer.ts';
import { LogRecordsLostError } from '../../origin/log/start-offset.ts';
import {
  describeWithKafka,
  freshTopics,
  keepingLogger,
  openKafkaLog,
  plainKafka,
  type TopicPrefix,
  withAdmin,
} from './kafka.ts';
import { type KafkaProxy, startKafkaProxy } from './kafka-proxy.ts';
import { createTrialBook, idsOf, makeReservations, until, untilSettled } from './log.trial.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

describeWithKafka('the log on kafka, when something is wrong', () => {
  let topics: TopicPrefix;
  let proxy: KafkaProxy;
  beforeEach(async () => {
    topics = freshTopics();
    proxy = await startKafkaProxy();
  });
  afterEach(async () => {
    await proxy.close();
    await topics.forget();
  });
  const openThroughProxy = () => openKafkaLog(topics.prefix, { connect: () => proxy.connect() });

  test('an append whose answer is lost rejects, and takes no later append with it', async () => {
    const log = await openThroughProxy();
    // One buyer, so that all go to one partition.
    const all = makeReservations(12, { buyerId: 'ann' });
    for (let at = 0; at < all.length; at += 2) {
      const [first = [], second = []] = [all.slice(at, at + 1), all.slice(at + 1, at + 2)];
      proxy.loseNextAnswer();
      await expect(log.append(first)).rejects.toThrow(LogAppendError);
      // As long as the lost one: an idempotent producer of kafkajs would give it the number of the
      // lost one, and the broker would drop it as a duplicate.
      await log.append(second);
      await log.append(first);
    }
    expect(proxy.lost()).toBe(6);
    const book = createTrialBook();
    await log.consume(book);
    await untilSettled(book, all);
    await log.close();
  });

  test('a barrier whose answer is lost rejects, and is whole when it is repeated', async () => {
    const log = await openThroughProxy();
    proxy.loseNextAnswer();
    const barrier = { saleId: 'phone', epoch: 2 };
    await expect(log.barrier(barrier)).rejects.toThrow(LogAppendError);
    const offsets = await log.barrier(barrier);
    expect([...offsets.keys()].toSorted()).toEqual([0, 1, 2, 3]);
    expect([...offsets.values()]).toEqual([1n, 1n, 1n, 1n]);
    await log.close();
  });

  test('never two sends at once, whatever is sent', async () => {
    const log = await openThroughProxy();
    const all = makeReservations(100);
    await Promise.all(all.map((reservation) => log.append([reservation])));
    expect(proxy.mostProducing()).toBe(1);
    await log.close();
  });

  test('appends that fail can be sent again, whatever waits behind them', async () => {
    const log = await openThroughProxy();
    const all = makeReservations(60);
    const tries = all.map(async (reservation, index) => {
      if (index % 20 === 10) proxy.loseNextAnswer();
      for (;;) {
        const sent = await log.append([reservation]).then(
          () => true,
          () => false,
        );
        if (sent) return;
      }
    });
    await Promise.all(tries);
    expect(proxy.lost()).toBeGreaterThan(0);
    const book = createTrialBook();
    await log.consume(book);
    await untilSettled(book, all);
    await log.close();
  });

  test('a broker that goes away and comes back: nothing is lost, consuming goes on', async () => {
    const log = await openThroughProxy();
    const book = createTrialBook();
    const consumer = await log.consume(book);
    let ended: unknown;
    consumer.stopped.catch((error: unknown) => {
      ended = error;
    });
    const before = makeReservations(20);
    await log.append(before);
    await untilSettled(book, before);
    await proxy.refuse();
    await expect(log.ping()).rejects.toThrow(KafkaUnreachableError);
    await expect(log.ping()).rejects.toThrow('does not answer');
    const during = makeReservations(4);
    await expect(log.append(during)).rejects.toThrow(LogAppendError);
    await proxy.accept();
    await until('the log takes orders again', () =>
      log.append(during).then(
        () => true,
        () => false,
      ),
    );
    await untilSettled(book, [...before, ...during]);
    await log.ping();
    expect(ended).toBeUndefined();
    expect(book.errors).toEqual([]);
    await log.close();
  });

  test('no broker at the start: one clear error', async () => {
    await proxy.refuse();
    await expect(openThroughProxy()).rejects.toThrow(KafkaUnreachableError);
  });

  test('a codec that is not known stops the consumer', async () => {
    const log = await openKafkaLog(topics.prefix);
    await log.append(makeReservations(1));
    await sendWithSnappy(topics.orders);
    const { logger, said } = keepingLogger();
    const other = await openKafkaLog(topics.prefix, { logger });
    const consumer = await other.consume(createTrialBook());
    await expect(consumer.stopped).rejects.toThrow('Snappy compression not implemented');
    expect(said.filter(({ level }) => level === 'error')).toMatchObject([
      { message: 'the consumer stopped' },
    ]);
    await other.close();
    await log.close();
  });

  test('a codec that fails stops the consumer', async () => {
    const log = await openKafkaLog(topics.prefix);
    await sendWithSnappy(topics.orders);
    const unknown = CompressionCodecs[CompressionTypes.Snappy];
    CompressionCodecs[CompressionTypes.Snappy] = () => ({
      decompress: () => Promise.reject(new Error('the bytes are damaged')),
    });
    const consumer = await log.consume(createTrialBook());
    await expect(consumer.stopped).rejects.toThrow('the bytes are damaged');
    CompressionCodecs[CompressionTypes.Snappy] = unknown;
    await log.close();
  });

  test('a topic that is deleted stops the consumer', async () => {
    const log = await openKafkaLog(topics.prefix);
    const consumer = await log.consume(createTrialBook());
    await withAdmin((admin) => admin.deleteTopics({ topics: [topics.orders] }));
    await expect(consumer.stopped).rejects.toThrow();
    await log.close();
  });

  test('records deleted before they were settled stop the consumer', async () => {
    const log = await openKafkaLog(topics.prefix, { lanes: 1, partitions: 1 });
    for (let count = 0; count < 5; count += 1) await log.append(makeReservations(1));
    await withAdmin(async (admin) => {
      // kafkajs deletes only where it has looked before.
      await admin.fetchTopicOffsets(topics.orders);
      const partitions = [{ partition: 0, offset: '3' }];
      await admin.deleteTopicRecords({ topic: topics.orders, partitions });
    });
    const late = createTrialBook(new Map([[0, 1n]]));
    const consumer = await log.consume(late);
    await expect(consumer.stopped).rejects.toThrow(LogRecordsLostError);
    await expect(consumer.stopped).rejects.toThrow('wants offset 1');
    const fresh = createTrialBook();
    await log.consume(fresh);
    await until('the rest', () => fresh.settled.length === 2);
    expect(idsOf(fresh.orders())).toHaveLength(2);
    await log.close();
  });
});

/** One record in a frame of snappy-java that holds its bytes as they are. */
async function sendWithSnappy(topic: string): Promise<void> {
  const unknown = CompressionCodecs[CompressionTypes.Snappy];
  CompressionCodecs[CompressionTypes.Snappy] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => snappyFrame(buffer),
  });
  const producer = plainKafka().producer();
  await producer.connect();
  await producer.send({
    topic,
    compression: CompressionTypes.Snappy,
    messages: [{ partition: 0, value: 'x' }],
  });
  await producer.disconnect();
  CompressionCodecs[CompressionTypes.Snappy] = unknown;
}

function snappyFrame(bytes: Buffer): Buffer {
  if (bytes.length > 60) throw new RangeError('a literal of one byte of length holds up to 60');
  const block = Buffer.concat([Buffer.from([bytes.length, (bytes.length - 1) << 2]), bytes]);
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(block.length);
  return Buffer.concat([head, length, block]);
}
