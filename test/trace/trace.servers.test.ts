/** Traces on the stack's Redis, Kafka and MariaDB. */
import { EventEmitter, once } from 'node:events';
import { plainKafka } from '../backends/kafka.ts';
import { exerciseTrace } from './trace.exercise.ts';

await exerciseTrace('servers', {
  stock: 'redis',
  log: 'kafka',
  book: 'mysql',
  destination: /^test-.*\.orders$/,
  headersIn: ({ LOG_PREFIX = '' }) => headersOf(`${LOG_PREFIX}.orders`),
});

/** Of the one record that was appended, read by a client that knows nothing of the log. */
async function headersOf(topic: string): Promise<(string | undefined)[]> {
  const consumer = plainKafka().consumer({ groupId: `${topic}.tools` });
  const seen = new EventEmitter();
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const first = once(seen, 'record');
    await consumer.run({
      eachMessage: async ({ message }) => void seen.emit('record', message.headers?.traceparent),
    });
    return (await first).map((header) => header?.toString());
  } finally {
    await consumer.disconnect();
  }
}
