/** A Redis that keeps the stock, or the leases: its version, its clock, its settings. */
import { redisRisks } from '../../origin/admit/redis-risks.ts';
import type { Config } from '../../origin/config.ts';
import { readTlsMaterial } from '../../origin/connection-security.ts';
import { type RedisConnection, RedisUnavailableError } from '../../origin/redis.ts';
import { connectUpstash } from '../../origin/redis-http.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import type { Probe, Risk } from './probe.ts';

export function openRedisFor(config: Config, url: string): RedisConnection {
  if (/^https?:/.test(url)) {
    return connectUpstash({ url, token: config.UPSTASH_REDIS_REST_TOKEN ?? '' });
  }
  const tls = readTlsMaterial(config, 'STOCK');
  return connectRedis({ url, tls, connectionName: 'sluice-doctor' });
}

/** What of it is at risk matters where it keeps stock. */
export function redisProbe(config: Config, url: string, keepsStock: boolean): Probe {
  const redis = openRedisFor(config, url);
  return {
    ping: () => redis.ping(),
    describe: () => versionOf(redis),
    risks: async () =>
      keepsStock ? (await redisRisks(redis, config.STOCK_PREFIX)).map(riskOf) : [],
    close: () => redis.close(),
  };
}

/** By Redis's own clock, in milliseconds since the epoch. */
export async function redisNowMs(redis: RedisConnection): Promise<number> {
  const reply = await redis.command('TIME');
  const [seconds, microseconds] = Array.isArray(reply) ? reply.map(Number) : [];
  return (seconds ?? Number.NaN) * 1_000 + (microseconds ?? Number.NaN) / 1_000;
}

async function versionOf(redis: RedisConnection): Promise<string> {
  try {
    const told = String(await redis.command('INFO', 'server'));
    return `Redis ${/^redis_version:(\S+)/m.exec(told)?.[1] ?? 'of an unknown version'}`;
  } catch (error) {
    if (error instanceof RedisUnavailableError) return 'Redis that does not tell its version';
    throw error;
  }
}

/** `redis: appendonly is no, not yes: what may happen` tells the setting as well. */
function riskOf(line: string): Risk {
  const [, setting, safe] = /^redis: ([a-z-]+) is \S+, not ([a-z]+):/.exec(line) ?? [];
  const detail = line.replace(/^redis: /, '');
  if (setting === undefined) return { state: 'warn', detail };
  const advice = `write ${setting} ${safe} into redis.conf, or: CONFIG SET ${setting} ${safe}`;
  return { state: 'warn', detail, advice };
}
