/**
 * Opens the backends by the scheme of their URLs; the leaderboard lies where the stock does. All
 * embedded ones share one database file. When one cannot be opened, those that were are closed
 * again.
 */
import type { Clock } from '../contract/clock.ts';
import type { Random } from '../contract/random.ts';
import { createRedisStock } from './admit/redis-stock.ts';
import { createSqliteStock } from './admit/sqlite-stock.ts';
import type { StockLedger } from './admit/stock.ts';
import type { Config } from './config.ts';
import { readTlsMaterial, saslLoginOf, type TlsMaterial } from './connection-security.ts';
import { type EmbeddedDatabase, openEmbeddedDatabase } from './embedded.ts';
import type { LeaderboardStore } from './leaderboard/board.ts';
import { createRedisBoard } from './leaderboard/redis-board.ts';
import { createSqliteBoard } from './leaderboard/sqlite-board.ts';
import type { LeaseStore } from './lease/lease.ts';
import { createRedisLease } from './lease/redis-lease.ts';
import { createSqliteLease } from './lease/sqlite-lease.ts';
import { parseKafkaUrl } from './log/kafka-client.ts';
import { createKafkaLog } from './log/kafka-log.ts';
import type { OrderLog } from './log/log.ts';
import { createSqliteLog } from './log/sqlite-log.ts';
import type { Logger } from './logger.ts';
import type { PaymentProvider } from './pay/provider.ts';
import { createSandboxProvider } from './pay/sandbox-provider.ts';
import { createStripeProvider } from './pay/stripe-provider.ts';
import type { OrderBook } from './settle/book.ts';
import { createMysqlBook } from './settle/mysql-book.ts';
import { createSqliteBook } from './settle/sqlite-book.ts';

export interface Backends {
  stock: StockLedger;
  log: OrderLog;
  book: OrderBook;
  leases: LeaseStore;
  board: LeaderboardStore;
  close(): Promise<void>;
}

export interface BackendsOptions {
  config: Config;
  clock: Clock;
  random: Random;
  logger: Logger;
}

const isEmbedded = (url: string) => url.startsWith('sqlite:');

export async function openBackends(options: BackendsOptions): Promise<Backends> {
  const { config } = options;
  const opened: { close(): Promise<void> }[] = [];
  let database: EmbeddedDatabase | undefined;
  const embedded = () => {
    database ??= openEmbeddedDatabase(config.DATA_DIR);
    return database;
  };
  async function close() {
    for (const backend of opened.toReversed()) await backend.close();
    database?.close();
  }
  async function keep<Backend extends { close(): Promise<void> }>(
    backend: Promise<Backend> | Backend,
  ) {
    const ready = await backend;
    opened.push(ready);
    return ready;
  }

  try {
    const book = await keep(openBook(options, embedded));
    const stock = await keep(openStock(options, embedded));
    const leases = await keep(openLeases(options, embedded));
    const log = await keep(openLog(options, embedded));
    const board = await keep(openBoard(options, embedded));
    return { stock, log, book, leases, board, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openStock({ config, logger }: BackendsOptions, embedded: () => EmbeddedDatabase) {
  const { STOCK_URL: url, STOCK_PREFIX: keyPrefix } = config;
  return isEmbedded(url)
    ? createSqliteStock(embedded())
    : createRedisStock({ url, tls: redisTls(config), keyPrefix, ...told(logger, 'stock') });
}

function openBoard({ config, logger }: BackendsOptions, embedded: () => EmbeddedDatabase) {
  const { STOCK_URL: url, STOCK_PREFIX: keyPrefix } = config;
  return isEmbedded(url)
    ? createSqliteBoard(embedded())
    : createRedisBoard({ url, tls: redisTls(config), keyPrefix, ...told(logger, 'leaderboard') });
}

function openLeases({ config, logger, clock }: BackendsOptions, embedded: () => EmbeddedDatabase) {
  const { LEASE_URL: url, STOCK_PREFIX: keyPrefix } = config;
  return isEmbedded(url)
    ? createSqliteLease(embedded(), clock)
    : createRedisLease({ url, tls: redisTls(config), keyPrefix, ...told(logger, 'lease') });
}

function openBook({ config, random, clock }: BackendsOptions, embedded: () => EmbeddedDatabase) {
  const { BOOK_URL: url } = config;
  return isEmbedded(url)
    ? createSqliteBook(embedded(), { clock, random })
    : createMysqlBook({
        url,
        tls: config.BOOK_TLS === 'on' ? readTlsMaterial(config, 'BOOK') : undefined,
        random,
      });
}

function openLog({ config, logger, clock }: BackendsOptions, embedded: () => EmbeddedDatabase) {
  const { LOG_URL: url, LOG_LANES: lanes } = config;
  return isEmbedded(url)
    ? createSqliteLog(embedded(), { lanes, clock, logger })
    : createKafkaLog({
        brokers: parseKafkaUrl(url),
        prefix: config.LOG_PREFIX,
        lanes,
        partitions: config.LOG_PARTITIONS,
        replication: config.LOG_REPLICATION,
        tls: config.LOG_TLS === 'on' ? readTlsMaterial(config, 'LOG') : undefined,
        sasl: saslLoginOf(config),
        logger,
      });
}

/** Holds no connection: each call is a request of its own. */
export function openProvider(config: Config): PaymentProvider {
  switch (config.PAYMENT_PROVIDER) {
    case 'sandbox':
      return createSandboxProvider({
        url: config.SANDBOX_URL,
        secret: given(config.SANDBOX_SECRET),
        ...(config.SANDBOX_PUBLIC_URL === undefined
          ? {}
          : { publicUrl: config.SANDBOX_PUBLIC_URL }),
      });
    case 'stripe':
      return createStripeProvider({
        secretKey: given(config.STRIPE_SECRET_KEY),
        webhookSecret: given(config.STRIPE_WEBHOOK_SECRET),
        ...(config.STRIPE_URL === undefined ? {} : { apiUrl: config.STRIPE_URL }),
      });
  }
}

/** The configuration was refused without it. */
function given(setting: string | undefined): string {
  if (setting === undefined) throw new Error('a setting that its provider needs is missing');
  return setting;
}

/** Used by what begins with `rediss://`, and by nothing else. */
function redisTls(config: Config): TlsMaterial {
  return readTlsMaterial(config, 'STOCK');
}

function told(logger: Logger, backend: string) {
  return {
    onConnectionError: (error: Error) => logger.warn({ error, backend }, 'the connection broke'),
  };
}
