/**
 * What all Kafka connections of the process share: addresses, time-outs, retries, the logger. Every
 * limit is set here by name, since kafkajs's own defaults differ between versions and under
 * NODE_ENV=test. Also the errors that callers see, so that none has to know kafkajs's.
 */
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Kafka, type LogEntry as KafkaLogEntry, logLevel, type SASLOptions } from 'kafkajs';
import type { SaslLogin, TlsMaterial } from '../connection-security.ts';
import { mendKafkaTimers } from './kafka-timers.ts';

/** Enough for a broker in another zone; a dead host costs this once for each address. */
const CONNECT_TIMEOUT_MS = 3_000;
/** How long the broker may wait for the replicas before it answers a send with an error. */
export const REPLICATION_TIMEOUT_MS = 5_000;
/** Twice the above, so that the broker's own answer comes first. Also bounds every closing. */
export const REQUEST_TIMEOUT_MS = 10_000;
/**
 * About two seconds in all: enough to go through the addresses, short enough for a caller to know.
 */
export const CONNECT_RETRIES = { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 };
/** A broker that was silent for this long is probed, so that a cut cable is noticed. */
const KEEP_ALIVE_MS = 30_000;
const DEFAULT_PORT = 9092;

/** Where the client's own words go; pino's Logger is one. */
export interface KafkaLogger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface KafkaClientOptions {
  /** `host:port` each. */
  brokers: readonly string[];
  clientId: string;
  logger: KafkaLogger;
  /** Encrypts, and holds each broker to its name. */
  tls?: TlsMaterial | undefined;
  sasl?: SaslLogin | undefined;
  /** Opens the TCP connection; tests put faults here. */
  connect?: ((address: { host: string; port: number }) => Socket) | undefined;
}

export class KafkaUnreachableError extends Error {
  readonly code: string = 'kafka-unreachable';
}

/** It answers, but not to this user and password. */
export class KafkaLoginError extends KafkaUnreachableError {
  override readonly code = 'kafka-login';
}

/** A topic or cluster that is not as the configuration says; the message names what to change. */
export class KafkaSetupError extends Error {
  readonly code = 'kafka-setup';
}

/** One client for each producer, consumer or admin: kafkajs shares offsets between their groups. */
export function createKafkaClient({
  brokers,
  clientId,
  logger,
  tls,
  sasl,
  connect = connectSocket,
}: KafkaClientOptions): Kafka {
  mendKafkaTimers();
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { ...CONNECT_RETRIES, factor: 0.2, multiplier: 2 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => passOn(logger, entry),
    // kafkajs warns of SASL without TLS only when it is told so itself.
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
    socketFactory: ({ host, port, onConnect }) => {
      const plain = connect({ host, port });
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket =
        tls === undefined ? plain : connectTls({ ...tls, ...name, socket: plain, host });
      socket.once(tls === undefined ? 'connect' : 'secureConnect', onConnect);
      // A request must not wait for the acknowledgement of the one before (Nagle's algorithm).
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      return socket;
    },
  });
}

/** kafkajs calls errors what it then retries; what is one for good rejects a promise instead. */
function passOn(logger: KafkaLogger, { level, namespace, log }: KafkaLogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...details } = log;
  const text = `kafkajs ${namespace}: ${message}`;
  if (level === logLevel.ERROR) logger.warn(details, text);
  else logger.info(details, text);
}

/** Reads `kafka://host:port[,host:port]`. Throws a RangeError that says what is wrong. */
export function parseKafkaUrl(url: string): string[] {
  const scheme = 'kafka://';
  if (!url.startsWith(scheme)) throw new RangeError(`must begin with ${scheme}`);
  const addresses = url.slice(scheme.length).replace(/\/$/, '').split(',');
  return addresses.map((address) => {
    const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(address.trim());
    const port = Number(match?.[2] ?? DEFAULT_PORT);
    if (match?.[1] === undefined || port < 1 || port > 65_535) {
      throw new RangeError('must be kafka://host:port[,host:port], without user or path');
    }
    return `${match[1]}:${port}`;
  });
}
