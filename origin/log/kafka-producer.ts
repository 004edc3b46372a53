/**
 * The only way into Kafka: one serial queue a producer, acks=all, no retry and no idempotence of
 * kafkajs's. What resolved is on every replica in sync; what rejected may be there or not, and the
 * caller sends it again. All three are answers to what kafkajs 2.2.4 does (docs of each below).
 */
import { CompressionTypes, type Message, type RecordMetadata } from 'kafkajs';
import {
  createKafkaClient,
  type KafkaClientOptions,
  REPLICATION_TIMEOUT_MS,
} from './kafka-client.ts';

/** Sends that wait for their turn; the appender has one, the relay one, settling a few. */
const MOST_WAITING = 10_000;

/**
 * Of one partition in one send. Below, zstd saves a third of a packet and costs 50 µs a partition,
 * which at 300 sends a second over four partitions is 6 % of a core.
 */
const COMPRESS_FROM_BYTES = 4_096;

/** A message whose partition is decided already: kafkajs may not choose another on its own. */
export type PlacedMessage = Message & { partition: number; value: Buffer };

export class LogAppendError extends Error {
  readonly code = 'log-append';
}

export interface SerialProducer {
  /**
   * Resolves when all messages are durable, with the offset of the first of each partition;
   * rejects with LogAppendError when that is not known.
   */
  send(topic: string, messages: readonly PlacedMessage[]): Promise<Map<number, bigint>>;
  /** Sends what waits, then disconnects. */
  close(): Promise<void>;
}

/**
 * Not idempotent: kafkajs takes a sequence number back when a send fails. When only the answer was
 * lost, the next batch of the same length gets the number of the one that the broker has, the
 * broker answers "duplicate", and the batch is lost although it was confirmed.
 *
 * No retries: when one of two brokers fails and its partition moves to the other, the retry skips
 * that one, since it has answered before, and the messages are lost although they were confirmed.
 */
export async function createSerialProducer(options: KafkaClientOptions): Promise<SerialProducer> {
  const producer = createKafkaClient(options).producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
    createPartitioner: () => (args) => args.message.partition ?? 0,
  });
  await producer.connect();
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;

  async function sendNow(
    topic: string,
    messages: readonly PlacedMessage[],
  ): Promise<Map<number, bigint>> {
    let answers: RecordMetadata[];
    try {
      answers = await producer.send({
        topic,
        messages: [...messages],
        acks: -1,
        timeout: REPLICATION_TIMEOUT_MS,
        compression: compressionFor(messages),
      });
    } catch (cause) {
      throw new LogAppendError(`Kafka did not confirm a send to ${topic}: ${textOf(cause)}`, {
        cause,
      });
    }
    return confirmedOffsets(topic, messages, answers);
  }

  return {
    send(topic, messages) {
      if (waiting >= MOST_WAITING) {
        return Promise.reject(new LogAppendError(`${waiting} sends to Kafka wait already`));
      }
      waiting += 1;
      const sent = last.then(() => sendNow(topic, messages));
      last = sent.then(leaveQueue, leaveQueue);
      return sent;
    },
    async close() {
      await last;
      await producer.disconnect();
    },
  };

  function leaveQueue() {
    waiting -= 1;
  }
}

/** kafkajs takes one codec for all partitions of a send. */
function compressionFor(messages: readonly PlacedMessage[]): CompressionTypes {
  const partitions = new Set(messages.map((message) => message.partition)).size;
  const bytes = messages.reduce((sum, message) => sum + message.value.length, 0);
  return bytes / partitions < COMPRESS_FROM_BYTES ? CompressionTypes.None : CompressionTypes.ZSTD;
}

/**
 * kafkajs drops messages of a partition that its metadata does not have, and resolves all the same.
 */
function confirmedOffsets(
  topic: string,
  messages: readonly PlacedMessage[],
  answers: readonly RecordMetadata[],
): Map<number, bigint> {
  const offsets = new Map<number, bigint>();
  for (const { errorCode, partition, baseOffset } of answers) {
    if (errorCode === 0 && baseOffset !== undefined) offsets.set(partition, BigInt(baseOffset));
  }
  const missing = messages.find((message) => !offsets.has(message.partition));
  if (missing === undefined) return offsets;
  throw new LogAppendError(`Kafka did not confirm partition ${missing.partition} of ${topic}`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
