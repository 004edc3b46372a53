/**
 * Says which settings of a Redis put an invariant at risk, one line each. It reads only what the server
 * is willing to tell: a managed Redis that refuses CONFIG is a risk of its own, since nobody checked.
 */
import { type RedisConnection, RedisUnavailableError } from '../redis.ts';

interface Check {
  setting: string;
  safe: string;
  /** What may happen, after `appendonly is no: `. */
  risk: string;
}

const CHECKS: readonly Check[] = [
  {
    setting: 'appendonly',
    safe: 'yes',
    risk: 'a restart of redis loses every reservation that is not in the log yet, and each sale has to recover',
  },
  {
    setting: 'appendfsync',
    safe: 'always',
    risk: 'a power loss takes back up to 1 s (everysec) or more (no) of reservations: those not in the log yet are lost, and the sale has to recover before its stock is right again',
  },
  {
    setting: 'maxmemory-policy',
    safe: 'noeviction',
    risk: 'redis may drop the stock or the buyers of a sale when memory is short, and the sale has to recover',
  },
];

export async function redisRisks(redis: RedisConnection): Promise<string[]> {
  const lines = await Promise.all(CHECKS.map((check) => riskOf(redis, check)));
  return lines.filter((line) => line !== undefined);
}

async function riskOf(redis: RedisConnection, check: Check): Promise<string | undefined> {
  const { setting, safe, risk } = check;
  try {
    const reply = await redis.run((client) => client.config('GET', setting));
    const value = Array.isArray(reply) ? reply[1] : undefined;
    if (value === safe) return undefined;
    return `redis: ${setting} is ${String(value)}, not ${safe}: ${risk}`;
  } catch (error) {
    if (!(error instanceof RedisUnavailableError)) throw error;
    return `redis: ${setting} cannot be read (${error.message}); unless it is ${safe}, ${risk}`;
  }
}
