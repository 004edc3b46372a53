// The stack's Kafka: one node, broker and controller in one process, sized for a small machine
// that runs the load as well. The broker comes from Maven (kafka-pom.xml), because Debian does not
// package it; the download is kept outside of the data, and repeated when the pom has changed.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { addresses, serverFolder } from './addresses.ts';
import { runToEnd } from './processes.ts';
import type { CommandLine, ServerPlace, StackServer } from './server.ts';

const downloadLimitMs = 600_000;
const formatLimitMs = 60_000;
const answerLimitMs = 2_000;

const pomFile = path.join(import.meta.dirname, 'kafka-pom.xml');
/** The jars are the same for all brokers of the machine, and lie with the stack's. */
const libraryFolder = path.join(serverFolder('kafka'), 'libs');
/** A copy of the pom, written after the last jar: it says that the jars are whole, and whose. */
const libraryMark = path.join(libraryFolder, 'kafka-pom.xml');

/** A broker; several of them are one cluster by their settings. */
export type KafkaNode = ServerPlace & {
  /** The least and the most that it takes. */
  heap: { least: string; most: string };
  /** On top of those that every broker here has. */
  settings: Record<string, string | number>;
  /** What makes its data folder a member of a cluster, for `StorageTool format`. */
  membership: readonly string[];
};

function stackNode(): KafkaNode {
  const { host, port, controllerPort } = addresses.kafka;
  return {
    folder: serverFolder('kafka'),
    ...{ host, port },
    heap: { least: '512m', most: '512m' },
    settings: {
      'node.id': 1,
      listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
      'advertised.listeners': `PLAINTEXT://${host}:${port}`,
      'controller.quorum.bootstrap.servers': `${host}:${controllerPort}`,
      ...replicated({ copies: 1, leastInSync: 1 }),
    },
    membership: ['--standalone', '-t', newClusterId()],
  };
}

export function createKafkaServer(node: KafkaNode = stackNode()): StackServer {
  const { folder, host, port, heap } = node;
  const start = [`-Xms${heap.least}`, `-Xmx${heap.most}`, 'kafka.Kafka', propertiesFile(folder)];
  return {
    name: 'kafka',
    url: `kafka://${host}:${port}`,
    folder,
    dataFolder: path.join(folder, 'data'),
    programs: () => (existsSync(libraryMark) ? ['java'] : ['java', 'mvn']),
    prepare: () => prepare(node),
    commandLine: () => java(folder, ...start),
    answers: () => answers(node),
  };
}

/** What the cluster itself keeps in topics. */
export function replicated({ copies, leastInSync }: { copies: number; leastInSync: number }) {
  return {
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': leastInSync,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': leastInSync,
    'min.insync.replicas': leastInSync,
  };
}

export function newClusterId(): string {
  const clusterId = randomBytes(16);
  // The text then starts with "A"; a leading "-" would be read as an option.
  clusterId[0] = 0;
  return clusterId.toString('base64url');
}

async function prepare({ folder, settings, membership }: KafkaNode): Promise<void> {
  const dataFolder = path.join(folder, 'data');
  await mkdir(folder, { recursive: true });
  await download();
  const all = { ...commonSettings, ...settings, 'log.dirs': dataFolder };
  await writeFile(propertiesFile(folder), toProperties(all));
  await writeFile(loggingFile(folder), toProperties(loggingSettings));
  if (existsSync(path.join(dataFolder, 'meta.properties'))) return;
  // A folder without meta.properties is one whose formatting was cut short; it starts afresh.
  await rm(dataFolder, { recursive: true, force: true });
  const tool = ['-Xmx128m', 'kafka.tools.StorageTool', 'format', ...membership];
  await runToEnd(java(folder, ...tool, '-c', propertiesFile(folder)), formatLimitMs);
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

/** Talks to it as the origin does: ApiVersions, then Metadata, which lists only live brokers. */
async function answers({ host, port }: KafkaNode): Promise<void> {
  const client = new Kafka({
    clientId: 'sluice-stack',
    brokers: [`${host}:${port}`],
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
function java(folder: string, ...args: string[]): CommandLine {
  const logging = `-Dlog4j2.configurationFile=${loggingFile(folder)}`;
  const classPath = ['-cp', path.join(libraryFolder, '*')];
  return { program: 'java', args: ['-XX:+UseSerialGC', logging, ...classPath, ...args] };
}

function toProperties(settings: Record<string, string | number | boolean>): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  return lines.join('');
}

function propertiesFile(folder: string): string {
  return path.join(folder, 'server.properties');
}

function loggingFile(folder: string): string {
  return path.join(folder, 'log4j2.properties');
}

const commonSettings = {
  'process.roles': 'broker,controller',
  'controller.listener.names': 'CONTROLLER',
  // A misspelt topic must fail in a test, not come into being.
  'auto.create.topics.enable': false,
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
