// Where the stack's servers listen, and the environment that points the origin at them. Nothing
// else in the repository may spell these ports, except compose.yaml, which offers the same servers
// through Docker at the same addresses. The ports are far from the servers' usual ones, so that
// the stack never meets a server that the machine runs for other reasons.
import path from 'node:path';

export const addresses = {
  redis: { host: '127.0.0.1', port: 16379 },
  kafka: { host: '127.0.0.1', port: 19092, controllerPort: 19093 },
  mariadb: {
    host: '127.0.0.1',
    port: 13306,
    user: 'sluice',
    password: 'sluice',
    database: 'sluice',
  },
  etcd: { host: '127.0.0.1', port: 12379, peerPort: 12380 },
  /** Held by a running `up` or `down`; below the range that Linux gives to outgoing connections. */
  lock: { host: '127.0.0.1', port: 19094 },
} as const;

export type Addresses = typeof addresses;

/**
 * Servers that the fault suite starts, kills and starts again, beside the stack's, which it leaves
 * alone. Of Kafka there are three brokers, each with a port for clients, brokers and controllers.
 */
export const killableAddresses = {
  redis: { host: '127.0.0.1', port: 16479 },
  kafka: { host: '127.0.0.1', ports: [20_092, 20_095, 20_098] },
  mariadb: { ...addresses.mariadb, port: 13406 },
  /** Held by the tests that use one of these. */
  lock: { host: '127.0.0.1', port: 20_091 },
  /** The soak's, so that it keeps no test waiting. */
  soak: { host: '127.0.0.1', port: 16480 },
  soakLock: { host: '127.0.0.1', port: 20_090 },
} as const;

/** In the order in which the commands print them. */
export const serverNames = ['redis', 'kafka', 'mariadb', 'etcd'] as const;

export type ServerName = (typeof serverNames)[number];

export function serverUrls({ redis, kafka, mariadb, etcd }: Addresses): Record<ServerName, string> {
  const login = `${mariadb.user}:${mariadb.password}`;
  return {
    redis: `redis://${redis.host}:${redis.port}`,
    kafka: `kafka://${kafka.host}:${kafka.port}`,
    mariadb: `mysql://${login}@${mariadb.host}:${mariadb.port}/${mariadb.database}`,
    etcd: `etcd://${etcd.host}:${etcd.port}`,
  };
}

/** What the origin reads to use these servers in place of its embedded default. */
export function originEnvironment(from: Addresses = addresses): Record<string, string> {
  const urls = serverUrls(from);
  return {
    STOCK_URL: urls.redis,
    LOG_URL: urls.kafka,
    BOOK_URL: urls.mariadb,
    LEASE_URL: urls.redis,
  };
}

/** Data, log and pid of one server. Its absolute path also marks the server's command line. */
export function serverFolder(name: ServerName | `killable/${string}`): string {
  return path.resolve(import.meta.dirname, '../../.stack', name);
}
