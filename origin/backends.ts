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
import { isEmbedded, isOverHttp } from './config-urls.ts';
import { leaseLoginOf, readTlsMaterial, saslLoginOf } from './connection-security.ts';
import { type EmbeddedDatabase, openEmbeddedDatabase } from './embedded.ts';
import type { LeaderboardStore } from './leaderboard/board.ts';
import { createRedisBoard } from './leaderboard/redis-board.ts';
import { createSqliteBoard } from './leaderboard/sqlite-board.ts';
import { parseEtcdUrl } from './lease/etcd-address.ts';
import { createEtcdLease } from './lease/etcd-lease.ts';
import type { LeaseStore } from './lease/lease.ts';
import { createRedisLease } from './lease/redis-lease.ts';
import { createSqliteLease } from './lease/sqlite-lease.ts';
import { createDirectLog, DIRECT } from './log/direct-log.ts';
import { parseKafkaUrl } from './log/kafka-client.ts';
import { createKafkaLog } from './log/kafka-log.ts';
import type { OrderLog } from './log/log.ts';
import { createSqliteLog } from './log/sqlite-log.ts';
import type { Logger } from './logger.ts';
import { type Outage, type Outages, watched } from './outages.ts';
import type { PaymentProvider } from './pay/provider.ts';
import { createSandboxProvider } from './pay/sandbox-provider.ts';
import { createStripeProvider } from './pay/stripe-provider.ts';
import type { RedisConnection } from './redis.ts';
import { connectUpstash } from './redis-http.ts';
import { connectRedis } from './redis-socket.ts';
import type { OrderBook } from './settle/book.ts';
import { createMysqlBook } from './settle/mysql-book.ts';
import { createPlanetscaleBook } from './settle/planetscale-book.ts';
import type { SettleWatch } from './settle/settler.ts';
import { createSqliteBook } from './settle/sqlite-book.ts';
import { mustServe, settingsOf } from './start-checks.ts';

export interface Backends {
  stock: StockLedger;
  log: OrderLog;
  book: OrderBook;
  leases: LeaseStore;
  board: LeaderboardStore;
  /** Of stock and leases, one when they are one backend. */
  outages: { stock: Outage; lease: Outage };
  close(): Promise<void>;
}

export interface BackendsOptions {
  config: Config;
  clock: Clock;
  random: Random;
  logger: Logger;
  outages: Outages;
  /** Told of what a log settles that settles by itself. */
  settleWatch: SettleWatch;
}

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
    const outages = outagesOf(options);
    const book = await keep(watched(openBook(options, embedded), outages.book));
    const stock = await keep(openStock(options, embedded, outages.stock));
    const leases = await keep(openLeases(options, embedded, outages.lease));
    const log = await keep(
      mustServe('LOG_URL', config, async () => openLog(options, book, embedded)),
    );
    const board = await keep(openBoard(options, embedded, outages.stock));
    return { stock, log, book, leases, board, outages, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The log tells by itself: its client's own words, and what the appender makes of a failure. */
function outagesOf({ config, outages }: BackendsOptions) {
  const { STOCK_URL, BOOK_URL, LEASE_URL } = config;
  const of = (url: string) => outages.of(settingsOf(config, url), url);
  const stock = of(STOCK_URL);
  return { stock, book: of(BOOK_URL), lease: LEASE_URL === STOCK_URL ? stock : of(LEASE_URL) };
}

type Embedded = () => EmbeddedDatabase;

function openStock({ config }: BackendsOptions, embedded: Embedded, outage: Outage) {
  const { STOCK_URL: url, STOCK_PREFIX: keyPrefix } = config;
  return isEmbedded(url)
    ? createSqliteStock(embedded())
    : createRedisStock({ redis: openRedis(url, config, outage, 'stock'), keyPrefix });
}

function openBoard({ config }: BackendsOptions, embedded: Embedded, outage: Outage) {
  const { STOCK_URL: url, STOCK_PREFIX: keyPrefix } = config;
  return isEmbedded(url)
    ? createSqliteBoard(embedded())
    : createRedisBoard({ redis: openRedis(url, config, outage, 'leaderboard'), keyPrefix });
}

function openLeases({ config, clock }: BackendsOptions, embedded: Embedded, outage: Outage) {
  const { LEASE_URL: url, STOCK_PREFIX: keyPrefix } = config;
  if (url.startsWith('etcd:')) {
    const tls = config.LEASE_TLS === 'on' ? readTlsMaterial(config, 'LEASE') : undefined;
    const { endpoints, login = leaseLoginOf(config) } = parseEtcdUrl(url);
    return watched(createEtcdLease({ endpoints, login, tls, keyPrefix, clock }), outage);
  }
  return isEmbedded(url)
    ? createSqliteLease(embedded(), clock)
    : createRedisLease({ redis: openRedis(url, config, outage, 'lease'), keyPrefix });
}

function openBook({ config, random, clock }: BackendsOptions, embedded: () => EmbeddedDatabase) {
  const { BOOK_URL: url } = config;
  if (isOverHttp(url)) return createPlanetscaleBook({ url, clock, random });
  return isEmbedded(url)
    ? createSqliteBook(embedded(), { clock, random })
    : createMysqlBook({
        url,
        tls: config.BOOK_TLS === 'on' ? readTlsMaterial(config, 'BOOK') : undefined,
        random,
      });
}

function openLog(
  { config, logger, clock, settleWatch }: BackendsOptions,
  book: OrderBook,
  embedded: () => EmbeddedDatabase,
) {
  const { LOG_URL: url, LOG_LANES: lanes } = config;
  if (url === DIRECT) return createDirectLog({ book, logger, ...settleWatch });
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

function openRedis(url: string, config: Config, outage: Outage, backend: string): RedisConnection {
  if (isOverHttp(url)) {
    const token = given(config.UPSTASH_REDIS_REST_TOKEN);
    return watched(connectUpstash({ url, token }), outage);
  }
  const redis = connectRedis({
    url,
    // Used by what begins with `rediss://`, and by nothing else.
    tls: readTlsMaterial(config, 'STOCK'),
    connectionName: `sluice-${backend}`,
    onConnectionError: outage.failed,
  });
  return watched(redis, outage);
}
