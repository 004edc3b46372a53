/**
 * Consumes the orders topic at the book's offsets. Kafka's group decides who has which partition
 * and nothing else. A broker that is away is waited for, with a new member of the group each time;
 * any other end of a member rejects `stopped`.
 */
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Clock } from '../../contract/clock.ts';
import { pause } from '../timer.ts';
import { type Assignment, createAssignment } from './kafka-assignment.ts';
import type { KafkaClientOptions } from './kafka-client.ts';
import { isBrokerAway } from './kafka-errors.ts';
import { createKafkaMember, type KafkaMember } from './kafka-member.ts';
import type { TopicBounds } from './kafka-positions.ts';
import type { LogConsumer, LogEntry, LogHandler, LogLag } from './log.ts';

/** Between two members while the broker is away. */
const REJOIN_PAUSE_MS = 500;
/** The broker hears of the offsets this often at most; only tools look at them. */
const COMMIT_EVERY_MS = 1_000;

export interface KafkaConsumerOptions extends KafkaClientOptions {
  topic: string;
  groupId: string;
  partitions: number;
  bounds: TopicBounds;
  handler: LogHandler;
  clock: Clock;
}

interface State extends KafkaConsumerOptions {
  member: KafkaMember | undefined;
  assignment: Assignment;
  /** What the broker was told of each partition, and so the last that is known of it. */
  committed: Map<number, bigint>;
  closing: AbortController;
  stopped: PromiseWithResolvers<void>;
  stopping: Promise<void> | undefined;
}

/** Rejects when no broker can be reached for the first member. */
export async function createKafkaConsumer(options: KafkaConsumerOptions): Promise<LogConsumer> {
  const assignment = createAssignment({
    ...options,
    member: () => state.member,
    fail: (error) => fail(state, error),
  });
  const state: State = {
    ...options,
    member: undefined,
    assignment,
    committed: new Map(),
    closing: new AbortController(),
    stopped: Promise.withResolvers(),
    stopping: undefined,
  };
  try {
    await join(state);
  } catch (error) {
    await stop(state);
    throw error;
  }
  const commits = setInterval(() => void commit(state), COMMIT_EVERY_MS);
  commits.unref();
  state.closing.signal.addEventListener('abort', () => clearInterval(commits), { once: true });

  return {
    stopped: state.stopped.promise,
    lag: () => lag(state),
    async close() {
      await stop(state);
      state.stopped.resolve();
    },
  };
}

async function join(state: State): Promise<void> {
  const member = createKafkaMember({
    ...state,
    onAssigned: (partitions) => state.assignment.replace(partitions),
    onBatch: (payload) => takeBatch(state, payload),
    onCrash: (error) => onCrash(state, error),
  });
  state.member = member;
  try {
    await member.join();
  } catch (error) {
    await member.leave();
    throw error;
  }
  if (state.closing.signal.aborted) await member.leave();
}

async function takeBatch(
  { assignment }: State,
  { batch, resolveOffset }: EachBatchPayload,
): Promise<void> {
  const entries = batch.messages.map((message) => toEntry(batch.partition, message));
  const last = await assignment.take(batch.partition, entries);
  if (last !== undefined) resolveOffset(String(last));
}

function onCrash(state: State, error: Error): void {
  if (state.closing.signal.aborted) return;
  if (!isBrokerAway(error)) {
    fail(state, error);
    return;
  }
  state.logger.warn({ error, topic: state.topic }, 'Kafka is away; the consumer joins again');
  state.assignment.replace([]);
  rejoin(state).catch((reason: unknown) => fail(state, reason));
}

async function rejoin(state: State): Promise<void> {
  const { closing, logger, topic } = state;
  while (!closing.signal.aborted) {
    await pause(REJOIN_PAUSE_MS, closing.signal);
    try {
      return await join(state);
    } catch (error) {
      if (!isBrokerAway(error)) throw error;
      logger.warn({ error, topic }, 'Kafka is still away');
    }
  }
}

function fail(state: State, error: unknown): void {
  if (state.closing.signal.aborted) return;
  state.logger.error({ error, topic: state.topic }, 'the consumer stopped');
  state.stopped.reject(error);
  void stop(state);
}

function stop(state: State): Promise<void> {
  state.stopping ??= (async () => {
    state.closing.abort();
    const settled = state.assignment.settled();
    // Calls under way end first; what they settle is told to the broker by whoever comes next.
    await state.assignment.end();
    await commit(state, settled);
    await state.member?.leave();
  })();
  return state.stopping;
}

async function commit(state: State, settled = state.assignment.settled()): Promise<void> {
  const { committed, logger, topic } = state;
  const news = new Map(
    Array.from(settled).filter(([partition, offset]) => committed.get(partition) !== offset),
  );
  if (news.size === 0) return;
  for (const [partition, offset] of news) committed.set(partition, offset);
  await state.member?.commit(news).catch((error: unknown) => {
    logger.debug({ error, topic }, 'the broker did not take the offsets; only tools read them');
  });
}

/** Of the partitions that this member has; the members of a group add up. */
async function lag(state: State): Promise<LogLag> {
  const held = await state.bounds.recent();
  const settled = state.assignment.settled();
  let messages = 0n;
  for (const partition of state.assignment.partitions()) {
    const bounds = held.get(partition);
    if (bounds === undefined) continue;
    // While the book cannot be asked, the last that was known counts, else all that the log holds.
    const from = settled.get(partition) ?? state.committed.get(partition) ?? bounds.low;
    if (bounds.high > from) messages += bounds.high - from;
  }
  const oldestMs = state.assignment.oldestMs();
  const ageMs = oldestMs === undefined ? 0 : state.clock.nowMs() - oldestMs;
  return { messages: Number(messages), seconds: Math.max(0, ageMs / 1000) };
}

function toEntry(partition: number, { offset, value, timestamp }: KafkaMessage): LogEntry {
  return {
    partition,
    offset: BigInt(offset),
    // A record without a value is as unreadable as an empty one.
    value: value ?? new Uint8Array(),
    appendedAtMs: Number(timestamp),
  };
}
