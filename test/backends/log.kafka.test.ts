// The log on Kafka: the promises of every log, and compression.
import { randomInt } from 'node:crypto';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { describeWithKafka, freshTopics, openKafkaLog, plainKafka } from './kafka.ts';
import { exerciseLog } from './log.exercise.ts';
import {
  createTrialBook,
  idsOf,
  type LogStore,
  makeReservations,
  untilSettled,
} from './log.trial.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

async function createStore(): Promise<LogStore> {
  const topics = freshTopics();
  return {
    open: () => openKafkaLog(topics.prefix),
    async appendRaw(value) {
      const producer = plainKafka().producer();
      await producer.connect();
      const message = { partition: randomInt(4), value: Buffer.from(value) };
      await producer.send({ topic: topics.orders, messages: [message] });
      await producer.disconnect();
    },
    remove: () => topics.forget(),
  };
}

describeWithKafka('kafka', () => {
  exerciseLog('kafka', createStore);

  test('a large append travels compressed and comes back whole', async () => {
    const topics = freshTopics();
    const log = await openKafkaLog(topics.prefix);
    const real = CompressionCodecs[CompressionTypes.ZSTD]();
    let before = 0;
    let after = 0;
    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      async compress(encoder: { buffer: Buffer }) {
        const compressed: Buffer = await real.compress(encoder);
        before += encoder.buffer.length;
        after += compressed.length;
        return compressed;
      },
      decompress: real.decompress,
    });
    const all = makeReservations(1_000);
    await log.append(all);
    CompressionCodecs[CompressionTypes.ZSTD] = () => real;
    expect(before).toBeGreaterThan(50_000);
    expect(after).toBeLessThan(before / 2);
    const book = createTrialBook();
    await log.consume(book);
    await untilSettled(book, all);
    expect(idsOf(book.orders())).toEqual(idsOf(all));
    await log.close();
    await topics.forget();
  });
});
