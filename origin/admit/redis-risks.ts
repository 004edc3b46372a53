/**
 * Says which settings of a Redis put an invariant at risk, one line each. It reads only what the
 * server is willing to tell: a managed Redis that refuses CONFIG is a risk of its own, since nobody
 * checked.
 */
import { type RedisConnection, RedisUnavailableError } from '../redis.ts';

interface Check {
  setting: string;
  safe: string;
  /** What may happen, after `appendonly is no: `. */
  risk: string;
}

/** What is in the log by then is safe: the book has it, and the stock is loaded anew from there. */
const RECOVER = 'and the sale has to recover';

const CHECKS: readonly Check[] = [
  {
    setting: 'appendonly',
    safe: 'yes',
    risk: `a restart of redis loses every reservation that is not in the log yet, ${RECOVER}`,
  },
  {
    setting: 'appendfsync',
    safe: 'always',
    risk: `a power loss takes back 1 s of reservations (everysec) or more (no), ${RECOVER}`,
  },
  {
    setting: 'maxmemory-policy',
    safe: 'noeviction',
    risk: `redis drops a sale's stock or buyers when its memory is short, ${RECOVER}`,
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
