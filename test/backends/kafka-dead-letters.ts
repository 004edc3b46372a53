/** Reads a dead-letter topic from its beginning to its end, with a plain client. */
import type { KafkaMessage } from 'kafkajs';
import type { DeadLetter } from '../../origin/log/log.ts';
import { plainKafka, withAdmin } from './kafka.ts';

export async function readDeadLetters(topic: string): Promise<DeadLetter[]> {
  const [end] = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
  const wanted = Number(end?.high ?? 0);
  const letters: DeadLetter[] = [];
  if (wanted === 0) return letters;
  const groupId = `${topic}-${crypto.randomUUID()}`;
  const consumer = plainKafka().consumer({ groupId, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const all = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: async ({ message }) => {
      letters.push(toDeadLetter(message));
      if (letters.length === wanted) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  await withAdmin((admin) => admin.deleteGroups([groupId]));
  return letters;
}

function toDeadLetter({ headers, value }: KafkaMessage): DeadLetter {
  const header = (name: string) => headers?.[name]?.toString();
  const orderId = header('order-id');
  return {
    source: header('source') ?? '',
    partition: Number(header('partition')),
    offset: BigInt(header('offset') ?? -1),
    ...(orderId === undefined ? {} : { orderId }),
    reason: header('reason') ?? '',
    value: new Uint8Array(value ?? []),
  };
}
