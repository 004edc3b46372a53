/**
 * The real Kafka of the stack for tests, each file of tests with topics of its own, deleted at its
 * end. Without the server the tests are skipped on a laptop, with the reason in their name, and
 * fail in CI.
 */
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { describe } from 'vitest';
import type { KafkaLogger } from '../../origin/log/kafka-client.ts';
import { createKafkaLog, type KafkaLogOptions } from '../../origin/log/kafka-log.ts';
import type { OrderLog } from '../../origin/log/log.ts';
import { addresses, serverUrls } from '../stack/addresses.ts';
import { accepts } from '../stack/are-up.ts';

export const kafkaAddress = `${addresses.kafka.host}:${addresses.kafka.port}`;

const available = await accepts(addresses.kafka);
if (!available && process.env.CI) {
  const { kafka } = serverUrls(addresses);
  throw new Error(`no Kafka at ${kafka}: run "npm run stack up" before the tests`);
}

/** `describe` that says why when it skips. */
export function describeWithKafka(name: string, define: () => void): void {
  if (available) describe(name, define);
  else describe.skip(`${name} (skipped: no Kafka at ${kafkaAddress})`, define);
}

/** A client of its own, so that a test does not see the log through the code that it tests. */
export function plainKafka(): Kafka {
  return new Kafka({
    clientId: 'sluice-test',
    brokers: [kafkaAddress],
    logLevel: logLevel.NOTHING,
    retry: { retries: 5, initialRetryTime: 100 },
  });
}

export async function withAdmin<Value>(work: (admin: Admin) => Promise<Value>): Promise<Value> {
  const admin = plainKafka().admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

export interface TopicPrefix {
  prefix: string;
  orders: string;
  group: string;
  forget(): Promise<void>;
}

export function freshTopics(): TopicPrefix {
  const prefix = `sluice-test-${crypto.randomUUID()}`;
  const orders = `${prefix}.orders`;
  const group = `${prefix}.settle`;
  return {
    prefix,
    orders,
    group,
    forget: () =>
      withAdmin(async (admin) => {
        const made = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
        if (made.length > 0) await admin.deleteTopics({ topics: made });
        // A group that nobody ever joined is not there to delete.
        await admin.deleteGroups([group]).catch(() => undefined);
      }),
  };
}

export interface SaidLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  details: object;
  message: string;
}

/** Keeps what is logged, so that a failing test can show it and a passing one is quiet. */
export function keepingLogger(): { logger: KafkaLogger; said: SaidLine[] } {
  const said: SaidLine[] = [];
  const at = (level: SaidLine['level']) => (details: object, message: string) => {
    said.push({ level, details, message });
  };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { logger, said };
}

export function openKafkaLog(
  prefix: string,
  more: Partial<KafkaLogOptions> = {},
): Promise<OrderLog> {
  return createKafkaLog({
    brokers: [kafkaAddress],
    prefix,
    lanes: 4,
    partitions: 4,
    replication: 1,
    logger: keepingLogger().logger,
    ...more,
  });
}
