/**
 * Says which settings of a Redis put an invariant at risk, one line each. It reads only what the
 * server is willing to tell: a managed Redis that refuses CONFIG is a risk of its own, since nobody
 * checked.
 */
import { type RedisConnection, RedisUnavailableError } from '../redis.ts';
import { loadStatement } from '../statements.ts';
import { ONLY_BUCKET } from './stock.ts';
import { bucketKeys, DEFAULT_KEY_PREFIX } from './stock-keys.ts';

const READ_LINEAGE = ['lineage-1', 'read-lineage-1']
  .map((name) => loadStatement(new URL(`./lua/${name}.lua`, import.meta.url)))
  .join('\n');

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

export async function redisRisks(
  redis: RedisConnection,
  keyPrefix = DEFAULT_KEY_PREFIX,
): Promise<string[]> {
  const away = await reasonOf(redis.ping());
  if (away !== undefined) return [`${away}; its settings cannot be known`];
  const lines = await Promise.all([
    ...CHECKS.map((check) => riskOf(redis, check)),
    riskOfLineage(redis, keyPrefix),
  ]);
  return lines.filter((line) => line !== undefined);
}

/** What the scripts look at (lineage-1.lua), asked for in a script as well. */
async function riskOfLineage(
  redis: RedisConnection,
  keyPrefix: string,
): Promise<string | undefined> {
  const { state } = bucketKeys(keyPrefix, 'no sale', ONLY_BUCKET);
  const risk =
    'should another take over without the latest reservations, only the counts of a sale show it';
  try {
    const lineage = await redis.script(READ_LINEAGE)([state], []);
    if (typeof lineage === 'string' && lineage !== '') return undefined;
    return `redis: its replication id cannot be known: ${risk}`;
  } catch (error) {
    if (!(error instanceof RedisUnavailableError)) throw error;
    return `redis: its replication id cannot be read (${error.message}): ${risk}`;
  }
}

async function reasonOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof RedisUnavailableError) return error.message;
    throw error;
  }
}

async function riskOf(redis: RedisConnection, check: Check): Promise<string | undefined> {
  const { setting, safe, risk } = check;
  try {
    const reply = await redis.command('CONFIG', 'GET', setting);
    const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
    if (value === safe) return undefined;
    // A managed Redis that tells no setting of that name.
    if (value === undefined)
      return `redis: ${setting} cannot be known; unless it is ${safe}, ${risk}`;
    return `redis: ${setting} is ${String(value)}, not ${safe}: ${risk}`;
  } catch (error) {
    if (!(error instanceof RedisUnavailableError)) throw error;
    return `redis: ${setting} cannot be read (${error.message}); unless it is ${safe}, ${risk}`;
  }
}
