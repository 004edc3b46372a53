// The stack's Kafka: one node, broker and controller in one process, sized for a small machine
// that runs the load as well. The broker comes from Maven (kafka-pom.xml), because Debian does not
// package it; the download is kept outside of the data, and repeated when the pom has changed.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { addresses, serverFolder, serverUrls } from './addresses.ts';
import { runToEnd } from './processes.ts';
import type { CommandLine, StackServer } from './server.ts';

const downloadLimitMs = 600_000;
const formatLimitMs = 60_000;
const answerLimitMs = 2_000;

const pomFile = path.join(import.meta.dirname, 'kafka-pom.xml');
const folder = serverFolder('kafka');
const dataFolder = path.join(folder, 'data');
const libraryFolder = path.join(folder, 'libs');
/** A copy of the pom, written after the last jar: it says that the jars are whole, and whose. */
const libraryMark = path.join(libraryFolder, 'kafka-pom.xml');
const propertiesFile = path.join(folder, 'server.properties');
const loggingFile = path.join(folder, 'log4j2.properties');

export function createKafkaServer(): StackServer {
  return {
    name: 'kafka',
    url: serverUrls(addresses).kafka,
    folder,
    dataFolder,
    programs: () => (existsSync(libraryMark) ? ['java'] : ['java', 'mvn']),
    prepare,
    commandLine: () => java('-Xms512m', '-Xmx512m', 'kafka.Kafka', propertiesFile),
    answers,
  };
}

async function prepare(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await download();
  await writeFile(propertiesFile, toProperties(serverSettings));
  await writeFile(loggingFile, toProperties(loggingSettings));
  if (!existsSync(path.join(dataFolder, 'meta.properties'))) await format();
}

async function download(): Promise<void> {
  const pom = await readFile(pomFile, 'utf8');
  if (existsSync(libraryMark) && (await readFile(libraryMark, 'utf8')) === pom) return;
  console.log('kafka    downloads its broker with Maven, once');
  await rm(libraryFolder, { recursive: true, force: true });
  const target = `-DoutputDirectory=${libraryFolder}`;
  const args = ['-B', '-q', '-f', pomFile, 'dependency:copy-dependencies', target];
  await runToEnd({ program: 'mvn', args }, downloadLimitMs);
  await writeFile(libraryMark, pom);
}

/** A folder without meta.properties is one whose formatting was cut short; it starts afresh. */
async function format(): Promise<void> {
  await rm(dataFolder, { recursive: true, force: true });
  const clusterId = randomBytes(16);
  // The text then starts with "A"; a leading "-" would be read as an option.
  clusterId[0] = 0;
  const tool = ['kafka.tools.StorageTool', 'format', '--standalone'];
  const options = ['-t', clusterId.toString('base64url'), '-c', propertiesFile];
  await runToEnd(java('-Xmx128m', ...tool, ...options), formatLimitMs);
}

/** Talks to it as the origin does: ApiVersions, then Metadata, which lists only live brokers. */
async function answers(): Promise<void> {
  const client = new Kafka({
    clientId: 'sluice-stack',
    brokers: [`${addresses.kafka.host}:${addresses.kafka.port}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: answerLimitMs,
    requestTimeout: answerLimitMs,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (brokers.length === 0) throw new Error('kafka lists no live broker yet');
  } finally {
    await admin.disconnect();
  }
}

/**
 * The serial collector: for the same 512,000 messages the broker took 9.9 and 11.3 s of processor
 * time and 350 MiB with it, 13.3 s and 530 MiB with G1 (two cores, shared with the load).
 */
function java(...args: string[]): CommandLine {
  const logging = `-Dlog4j2.configurationFile=${loggingFile}`;
  const classPath = ['-cp', path.join(libraryFolder, '*')];
  return { program: 'java', args: ['-XX:+UseSerialGC', logging, ...classPath, ...args] };
}

function toProperties(settings: Record<string, string | number | boolean>): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  return lines.join('');
}

const { host, port, controllerPort } = addresses.kafka;

const serverSettings = {
  'process.roles': 'broker,controller',
  'node.id': 1,
  listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://${host}:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'controller.quorum.bootstrap.servers': `${host}:${controllerPort}`,
  'log.dirs': dataFolder,
  // A misspelt topic must fail in a test, not come into being.
  'auto.create.topics.enable': false,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'min.insync.replicas': 1,
  // The default of 50 partitions costs the first consumer seconds on two cores.
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.num.partitions': 4,
  // Waiting for more members makes sense in a rolling deployment, and only delays a test.
  'group.initial.rebalance.delay.ms': 0,
  // A killed broker may come back only when its old session has run out: by default after 9 s.
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 500,
  'num.network.threads': 2,
  'num.io.threads': 4,
  'background.threads': 2,
  // The default takes 128 MiB, a quarter of the heap, to clean a topic of offsets.
  'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
  'log.retention.hours': 24,
};

/** The console is the file server.log, so one file tells a start's whole story. */
const loggingSettings = {
  'appender.console.type': 'Console',
  'appender.console.name': 'console',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '%d %p %c: %m%n',
  'rootLogger.level': 'WARN',
  'rootLogger.appenderRef.console.ref': 'console',
};
