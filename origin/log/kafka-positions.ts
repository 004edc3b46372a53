/**
 * Brings together what the book wants and what the topic holds. A topic may end before the book's
 * offset for some seconds after its leader changed, so only that case is looked at again before it
 * counts as lost.
 */
import type { Admin } from 'kafkajs';
import { pause } from '../timer.ts';
import type { KafkaLogger } from './kafka-client.ts';
import { isBrokerAway } from './kafka-errors.ts';
import type { LogHandler } from './log.ts';
import { type LogBounds, recordsLost, startOffset } from './start-offset.ts';

/** A new leader learns what is committed from its followers' next fetches (500 ms each at most). */
const BEYOND_END_ATTEMPTS = 10;
const ASK_AGAIN_MS = 500;
/** Metrics ask for every consumer at every scrape; the broker is asked once a second. */
const RECENT_MS = 1_000;

export interface TopicBounds {
  read(): Promise<Map<number, LogBounds>>;
  /** As of at most RECENT_MS ago. */
  recent(): Promise<Map<number, LogBounds>>;
}

export function createTopicBounds(admin: Admin, topic: string): TopicBounds {
  let recent: Promise<Map<number, LogBounds>> | undefined;

  async function read(): Promise<Map<number, LogBounds>> {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.map(({ partition, low, high }) => [
        partition,
        { low: BigInt(low), high: BigInt(high) },
      ]),
    );
  }

  return {
    read,
    recent() {
      if (recent === undefined) {
        recent = read();
        const forget = () => {
          recent = undefined;
        };
        recent.then(() => setTimeout(forget, RECENT_MS).unref(), forget);
      }
      return recent;
    },
  };
}

export interface PositionQuery {
  partitions: readonly number[];
  handler: LogHandler;
  bounds: TopicBounds;
  topic: string;
  logger: KafkaLogger;
  /** True once the answer is of no use any more. */
  isOld(): boolean;
}

/** Undefined when the query became old. Throws LogRecordsLostError. */
export async function startPositions(
  query: PositionQuery,
): Promise<Map<number, bigint> | undefined> {
  const { partitions, topic } = query;
  for (let beyondEnd = 0; ; ) {
    const held = await readBounds(query);
    if (held === undefined) return undefined;
    const wanted = await askHandler(query);
    if (wanted === undefined) return undefined;
    const starts = new Map<number, bigint>();
    let again = false;
    for (const partition of partitions) {
      const bounds = held.get(partition) ?? { low: 0n, high: 0n };
      const offset = wanted.get(partition);
      const start = startOffset(offset, bounds);
      if (start.kind === 'start') starts.set(partition, start.offset);
      else if (start.kind === 'beyond-end' && beyondEnd < BEYOND_END_ATTEMPTS) again = true;
      else throw recordsLost(topic, partition, offset ?? 0n, bounds);
    }
    if (!again) return starts;
    beyondEnd += 1;
    await pause(ASK_AGAIN_MS);
  }
}

/** A book that is away is asked again: while it is, the log holds. */
async function askHandler(query: PositionQuery): Promise<Map<number, bigint> | undefined> {
  const { handler, partitions, topic, logger } = query;
  while (!query.isOld()) {
    try {
      return await handler.positions(partitions);
    } catch (error) {
      logger.warn({ error, topic }, 'the book does not tell its offsets; it is asked again');
      await pause(ASK_AGAIN_MS);
    }
  }
  return undefined;
}

async function readBounds(query: PositionQuery): Promise<Map<number, LogBounds> | undefined> {
  const { bounds, topic, logger } = query;
  while (!query.isOld()) {
    try {
      return await bounds.read();
    } catch (error) {
      if (!isBrokerAway(error)) throw error;
      logger.warn({ error, topic }, 'Kafka does not tell the bounds of the topic');
      await pause(ASK_AGAIN_MS);
    }
  }
  return undefined;
}
